# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spaces: facts of the platform reference, F.1."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

SPACES = "/api/spaces/space"


@pytest.fixture
def api() -> Api:
    return Api(Emulator())


def test_create_adds_disabled_features_and_nothing_else(api: Api) -> None:
    space = ok(api.post(SPACES, {"id": "mkt", "name": "Marketing"}))
    assert space == {"id": "mkt", "name": "Marketing", "disabledFeatures": []}
    assert ok(api.get(f"{SPACES}/mkt")) == space
    text = "A space with the identifier mkt already exists."
    assert refused(api.post(SPACES, {"id": "mkt", "name": "x"}), 409) == text


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "Upper"},
        {"name": ""},
        {"color": "red"},
        {"initials": "abc"},
        {"imageUrl": "https://x"},
        {"solution": "other"},
        {"unknown": 1},
        {"description": None},
    ],
)
def test_refused_fields(api: Api, wrong: dict[str, Any]) -> None:
    refused(api.post(SPACES, {"id": "a", "name": "a", **wrong}), 400)


def test_update_keeps_what_is_omitted_but_disabled_features(api: Api) -> None:
    sent = {"id": "a", "name": "a", "description": "d", "color": "#aabbcc", "disabledFeatures": ["ml"]}
    ok(api.post(SPACES, sent))
    assert ok(api.put(f"{SPACES}/a", {"id": "other", "name": "b"})) == {**sent, "name": "b", "disabledFeatures": []}
    assert ok(api.put(f"{SPACES}/a", {"id": "a", "name": "b", "description": ""}))["description"] == ""
    refused(api.put(f"{SPACES}/a", {"name": "b"}), 400)
    refused(api.put(f"{SPACES}/none", {"id": "none", "name": "b"}), 404)


def test_disabled_features_belong_to_the_solution(api: Api) -> None:
    body = {"id": "a", "name": "a", "disabledFeatures": ["ml", "discover"], "solution": "classic"}
    assert ok(api.post(SPACES, body))["disabledFeatures"] == ["ml", "discover_v2"]
    assert "ml" not in ok(api.put(f"{SPACES}/a", {**body, "solution": "security"}))["disabledFeatures"]


def test_delete_takes_the_objects_along(api: Api) -> None:
    ok(api.post(SPACES, {"id": "a", "name": "a"}))
    ok(api.post("/s/a/api/actions/connector", {"name": "l", "connector_type_id": ".server-log"}))
    assert api.delete(f"{SPACES}/a").status_code == 204
    refused(api.delete(f"{SPACES}/a"), 404)
    assert "a" not in api.emulator.state()["spaces"]
    assert refused(api.delete(f"{SPACES}/default"), 400) == (
        "The default space cannot be deleted because it is reserved."
    )


def test_list_is_sorted_by_name(api: Api) -> None:
    for name in ("zebra", "Apple"):
        ok(api.post(SPACES, {"id": name.lower(), "name": name}))
    assert [space["name"] for space in ok(api.get(SPACES))] == ["Apple", "Default", "zebra"]
    assert ok(api.get(SPACES, include_authorized_purposes="true"))[0]["authorizedPurposes"]["any"] is True
    refused(api.get(SPACES, include_authorized_purposes="true", purpose="any"), 400)


def test_a_space_that_does_not_exist_is_silently_accepted(api: Api) -> None:
    ok(api.get("/s/nowhere/api/actions/connectors"))


def test_privileges(api: Api) -> None:
    api.session.auth = ("viewer", "viewer")
    ok(api.get(SPACES))
    assert refused(api.post(SPACES, {"id": "a", "name": "a"}), 403) == "Unauthorized to create spaces"
    api.session.auth = ("nobody", "nobody")
    refused(api.get(SPACES), 403)
    refused(api.get(f"{SPACES}/default"), 403)

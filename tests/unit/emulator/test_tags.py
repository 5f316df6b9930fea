# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags: what Kibana's own tests of its tagging API say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

TAGS = "/api/saved_objects_tagging/tags"
SOC = {"name": "SOC", "description": "", "color": "#d36086"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.crashes == []


def test_create_read_update_delete(api: Api) -> None:
    tag = ok(api.post(f"{TAGS}/create", SOC))["tag"]
    assert {**SOC, "id": tag["id"], "managed": False} == tag
    assert ok(api.get(TAGS)) == {"tags": [tag]}
    changed = ok(api.post(f"{TAGS}/{tag['id']}", {**SOC, "name": " S O C "}))["tag"]
    assert changed["name"] == "S O C"
    assert ok(api.get(f"{TAGS}/{tag['id']}"))["tag"] == changed
    assert api.delete(f"{TAGS}/{tag['id']}").status_code in (200, 204)
    assert refused(api.get(f"{TAGS}/{tag['id']}"), 404) == f"Saved object [tag/{tag['id']}] not found"


def test_refusals(api: Api) -> None:
    tag = ok(api.post(f"{TAGS}/create", SOC))["tag"]
    assert refused(api.post(f"{TAGS}/create", SOC), 409) == 'A tag with the name "SOC" already exists.'
    assert "expected value of type [string]" in refused(api.post(f"{TAGS}/{tag['id']}", {"name": "ab"}), 400)
    answer = api.post(f"{TAGS}/create", {"name": "a", "description": "", "color": "no color"})
    assert refused(answer, 400) == "Error validating tag attributes"
    assert answer.json()["attributes"]["errors"] == {
        "name": "Tag name must be at least 2 characters",
        "color": "Tag color must be a valid hex color",
    }
    refused(api.post(f"{TAGS}/x", {**SOC, "name": "Other"}), 404)
    viewer = Api(api.emulator, ("viewer", "viewer"))
    assert len(ok(viewer.get(TAGS))["tags"]) == 1
    refused(viewer.delete(f"{TAGS}/{tag['id']}"), 403)
    assert ok(Api(api.emulator, ("nobody", "nobody")).get(TAGS)) == {"tags": []}

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifecycle table does not show about spaces."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

SPACE = "/api/spaces/space/soc"
SOC = {"id": "soc", "name": "SOC"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"id": "Upper", "name": "x"}, "id is 'Upper'"),
        ({"id": "default", "state": "absent"}, "The default space cannot be deleted."),
        ({**SOC, "name": ""}, "name is empty"),
        ({**SOC, "solution": "es", "disabledFeatures": ["ml"]}, "with solution es"),
        ({"id": "soc"}, "name is missing to create it"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_is_refused(kibana: Kibana, params: dict[str, Any], words: str, check: bool) -> None:
    assert words in kibana.fails("space", params, check=check)["msg"]
    assert kibana.writes() == []


def test_the_default_space_can_be_changed(any_kibana: Kibana) -> None:
    assert any_kibana.ok("space", {"id": "default", "name": "Home"})["changed"]
    assert any_kibana.call("GET", "/api/spaces/space/default")["name"] == "Home"
    assert not any_kibana.ok("space", {"id": "default", "name": "Home"})["changed"]


def test_an_update_keeps_what_it_does_not_name(any_kibana: Kibana) -> None:
    sent = {**SOC, "description": "d", "color": "#aabbcc", "disabledFeatures": ["ml", "discover"]}
    any_kibana.call("POST", "/api/spaces/space", sent)
    any_kibana.ok("space", {**SOC, "name": "New"})
    stored = any_kibana.call("GET", SPACE)
    assert stored == {**sent, "name": "New", "disabledFeatures": ["ml", "discover_v2"]}


def test_only_what_was_given_is_sent(kibana: Kibana) -> None:
    """Older versions refuse fields that they do not know."""
    kibana.ok("space", SOC)
    assert kibana.call("GET", SPACE) == {**SOC, "disabledFeatures": []}


def test_features_that_a_solution_disables_are_nobodys(kibana: Kibana) -> None:
    kibana.ok("space", {**SOC, "solution": "security"})
    refused = kibana.fails("space", {**SOC, "disabledFeatures": ["ml"]})
    assert "give solution: classic, too" in refused["msg"]
    kibana.seen()
    back = kibana.ok("space", {**SOC, "solution": "classic"})
    assert back["space"]["disabledFeatures"] == []
    assert kibana.ok("space", {**SOC, "disabledFeatures": ["siem"], "solution": "classic"})["changed"]


def test_a_space_takes_its_objects_along_and_comes_back_empty(kibana: Kibana) -> None:
    kibana.ok("space", SOC)
    connector = kibana.call("POST", "/s/soc/api/actions/connector", {"name": "l", "connector_type_id": ".server-log"})
    kibana.ok("space", {"id": "soc", "state": "absent"})
    kibana.ok("space", SOC)
    assert connector["id"] not in str(kibana.call("GET", "/s/soc/api/actions/connectors"))

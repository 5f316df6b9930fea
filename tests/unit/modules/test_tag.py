# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about tags."""

from __future__ import annotations

import pytest
from harness import Kibana

TAGS = "/api/saved_objects_tagging/tags"


def test_a_name_that_another_tag_has(any_kibana: Kibana) -> None:
    first = any_kibana.ok("tag", {"name": "SOC"})["tag"]
    any_kibana.seen()
    assert first["id"] in any_kibana.fails("tag", {"id": "soc", "name": "SOC"}, check=True)["msg"]
    assert first["id"] in any_kibana.fails("tag", {"id": "soc", "name": "SOC"})["msg"]
    assert any_kibana.writes() == []
    any_kibana.ok("tag", {"id": "soc", "name": "Other"})
    assert "already exists" in any_kibana.fails("tag", {"id": "soc", "name": "SOC"})["msg"]


def test_colors(any_kibana: Kibana) -> None:
    assert (
        any_kibana.ok("tag", {"name": "SOC"})["tag"]["color"] == any_kibana.ok("tag", {"name": "SOC "})["tag"]["color"]
    )
    any_kibana.ok("tag", {"name": "SOC", "color": "#aabbcc"})
    assert not any_kibana.ok("tag", {"name": "SOC", "color": "#AABBCC"})["changed"]
    assert not any_kibana.ok("tag", {"name": "SOC"})["changed"]


def test_a_tag_that_is_deleted_is_taken_from_what_has_it(kibana: Kibana) -> None:
    reference = {"type": "tag", "id": "a", "name": "tag-a"}
    kibana.ok("tag", {"id": "a", "name": "Tag A"})
    kibana.call("POST", "/api/saved_objects/search/s", {"attributes": {"title": "S"}, "references": [reference]})
    kibana.ok("tag", {"name": "Tag A", "state": "absent"})
    assert kibana.call("GET", "/api/saved_objects/search/s")["references"] == []
    assert kibana.call("GET", TAGS) == {"tags": []}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "x"}, "name must have 2 to 50"),
        ({"name": "xx", "description": "y" * 101}, "description must have"),
        ({"name": "xx", "color": "red"}, "'red'"),
    ],
)
def test_bad_input_is_told_before_any_request(kibana: Kibana, options: dict[str, str], said: str) -> None:
    assert said in kibana.fails("tag", options)["msg"]
    assert kibana.seen() == []


def test_a_new_tag_needs_a_name(kibana: Kibana) -> None:
    assert "name is missing" in kibana.fails("tag", {"id": "a", "color": "#000000"})["msg"]


def test_another_space(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "b", "name": "B"})
    kibana.ok("tag", {"id": "a", "name": "Tag A", "kibana_space": "b"})
    assert kibana.call("GET", TAGS) == {"tags": []}
    assert len(kibana.call("GET", f"/s/b{TAGS}")["tags"]) == 1

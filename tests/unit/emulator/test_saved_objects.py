# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved objects and the rotation of their key, against reference platform E."""

from __future__ import annotations

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

BASE, ROTATE = "/api/saved_objects", "/api/encrypted_saved_objects/_rotate_key"


@pytest.fixture
def api() -> Api:
    return Api(Emulator())


@pytest.fixture
def soc() -> Api:
    return Api(Emulator(seed="soc"))


def test_life_of_an_object(api: Api) -> None:
    body = {"attributes": {"title": "t", "a": {"b": 1}}, "references": [{"type": "x", "id": "1", "name": "n"}]}
    made = ok(api.post(f"{BASE}/search/s", body))
    assert made["version"] and made["namespaces"] == ["default"] and made["managed"] is False
    assert refused(api.post(f"{BASE}/search/s", body), 409) == "Saved object [search/s] conflict"
    ok(api.post(f"{BASE}/search/s", body, overwrite="true"))
    echo = ok(api.put(f"{BASE}/search/s", {"attributes": {"a": {"c": 2}}}))
    assert echo["attributes"] == {"a": {"c": 2}}
    read = ok(api.get(f"{BASE}/search/s"))
    assert read["attributes"] == {"title": "t", "a": {"c": 2}} and read["references"] == body["references"]
    assert read["created_at"] <= read["updated_at"] and read["version"] == echo["version"]
    refused(api.put(f"{BASE}/search/s", {"attributes": {}, "version": made["version"]}), 409)
    assert ok(api.delete(f"{BASE}/search/s")) == {}
    assert refused(api.get(f"{BASE}/search/s"), 404) == "Saved object [search/s] not found"
    refused(api.delete(f"{BASE}/search/s"), 404)
    assert ok(api.post(f"{BASE}/search", body))["id"]


def test_find_and_bulk_get(soc: Api) -> None:
    found = ok(soc.get(f"{BASE}/_find", type=["dashboard", "tag"], per_page=2))
    assert found["total"] == 4 and len(found["saved_objects"]) == 2 and found["saved_objects"][0]["score"] == 0
    one = ok(soc.get(f"{BASE}/_find", type="dashboard", search="shift", search_fields="title", fields="title"))
    assert [item["attributes"] for item in one["saved_objects"]] == [{"title": "Shift handover"}]
    assert ok(soc.get(f"{BASE}/_find", type="nothing"))["saved_objects"] == []
    both = ok(soc.post(f"{BASE}/_bulk_get", [{"type": "tag", "id": "soc"}, {"type": "tag", "id": "x"}]))
    assert "error" not in both["saved_objects"][0] and both["saved_objects"][1]["error"]["statusCode"] == 404


def test_hidden_types_and_rights(api: Api) -> None:
    assert refused(api.get(f"{BASE}/action/x"), 400) == "Unsupported saved object type: 'action': Bad Request"
    nobody = Api(api.emulator, ("nobody", "nobody"))
    assert refused(nobody.get(f"{BASE}/resolve/tag/soc"), 403) == "Unable to resolve tag"
    assert refused(Api(api.emulator, ("viewer", "viewer")).delete(f"{BASE}/tag/x"), 403) == "Unable to delete tag"


def test_resolve(soc: Api) -> None:
    exact = ok(soc.get(f"{BASE}/resolve/dashboard/soc-overview"))
    assert exact["outcome"] == "exactMatch" and "alias_target_id" not in exact
    alias = ok(soc.get(f"{BASE}/resolve/dashboard/7f0ae2c0-soc"))
    assert (alias["outcome"], alias["saved_object"]["id"]) == ("aliasMatch", "soc-overview")
    assert (alias["alias_target_id"], alias["alias_purpose"]) == ("soc-overview", "savedObjectConversion")
    conflict = ok(soc.get(f"{BASE}/resolve/dashboard/soc-shift"))
    assert (conflict["outcome"], conflict["saved_object"]["id"]) == ("conflict", "soc-shift")
    assert (conflict["alias_target_id"], conflict["alias_purpose"]) == ("soc-legacy", "savedObjectImport")
    refused(soc.get(f"{BASE}/dashboard/7f0ae2c0-soc"), 404)
    soc.emulator.store("saved_object_aliases")["default/dashboard/7f0ae2c0-soc"]["disabled"] = True
    refused(soc.get(f"{BASE}/resolve/dashboard/7f0ae2c0-soc"), 404)


def test_references_of_the_seed_lead_somewhere(soc: Api) -> None:
    held = soc.emulator.store("saved_objects", "default")
    for item in held.values():
        for reference in item["references"]:
            assert f"{reference['type']}/{reference['id']}" in held


def test_rotation(soc: Api) -> None:
    assert ok(soc.post(ROTATE, type="alert")) == {"total": 2, "successful": 1, "failed": 0}
    assert ok(soc.post(ROTATE, type="unknown")) == {"total": 0, "successful": 0, "failed": 0}
    assert ok(soc.post(ROTATE)) == {"total": 6, "successful": 3, "failed": 0}
    assert ok(soc.post(ROTATE)) == {"total": 6, "successful": 0, "failed": 0}


def test_rotation_in_small_batches_may_leave_objects_behind(api: Api) -> None:
    keys = {"a/1": "old", "a/2": "primary", "a/3": "old", "a/4": "stuck"}
    api.emulator.store("key_rotation")["objects"] = keys
    assert ok(api.post(ROTATE, batch_size=1)) == {"total": 4, "successful": 1, "failed": 0}
    assert ok(api.post(ROTATE)) == {"total": 4, "successful": 1, "failed": 1}


def test_rotation_is_refused_in_this_order(api: Api) -> None:
    state = api.emulator.store("key_rotation")
    state.update(configured=False, busy=1)
    assert "batch_size" in refused(api.post(ROTATE, batch_size=10_001), 400)
    assert "decryptionOnlyKeys" in refused(api.post(ROTATE), 400)
    state["configured"] = True
    refused(api.post(ROTATE), 429)
    assert ok(api.post(ROTATE))["total"] == 0
    refused(Api(api.emulator, ("viewer", "viewer")).post(ROTATE), 403)

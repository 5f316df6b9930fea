# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migration of old alerts: facts of the security reference, D.14 and K1; and the limit of the bulk action (A.6)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

SIGNALS = "/api/detection_engine/signals"
ONE, TWO, WRITE = (f".siem-signals-default-00000{number}" for number in (1, 2, 3))
FAILED = "924f7c50-505f-11eb-ae0a-3fa2e626a51d"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param, seed="soc"))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def status(api: Api, since: str = "now-100y") -> dict[str, Any]:
    return {item["index"]: item for item in ok(api.get(f"{SIGNALS}/migration_status", **{"from": since}))["indices"]}


def finalize(api: Api, *ids: str) -> list[dict[str, Any]]:
    return ok(api.post(f"{SIGNALS}/finalize_migration", {"migration_ids": list(ids)}))["migrations"]


def start(api: Api, *names: str) -> list[dict[str, Any]]:
    return ok(api.post(f"{SIGNALS}/migration", {"index": list(names)}))["indices"]


def test_without_old_alerts() -> None:
    api = Api(Emulator())
    assert refused(api.get(f"{SIGNALS}/migration_status", **{"from": "now-1d"}), 404) == "undefined: undefined"
    assert "template being out of date" in refused(api.post(f"{SIGNALS}/migration", {"index": ["a"]}), 400)
    refused(api.get(f"{SIGNALS}/migration_status"), 400)
    refused(api.post(f"{SIGNALS}/finalize_migration", {"migration_ids": []}), 400)
    unknown = refused(api.post(f"{SIGNALS}/finalize_migration", {"migration_ids": ["x"]}), 404)
    assert unknown == "Saved object [security-solution-signals-migration/x] not found"
    assert refused(api.delete(f"{SIGNALS}/migration", {"migration_ids": ["x"]}), 404) == unknown


def test_status(api: Api) -> None:
    found = status(api)
    assert {name: item["is_outdated"] for name, item in found.items()} == {ONE: True, TWO: True, WRITE: False}
    assert found[ONE]["signal_versions"] == [{"version": 15, "count": 120}, {"version": 16, "count": 87}]
    assert [item["status"] for item in found[ONE]["migrations"]] == ["failure"]
    assert status(api, "now-1s") == {} == status(api, "2026-01-01")
    refused(api.get(f"{SIGNALS}/migration_status", **{"from": "yesterday"}), 400)


def test_what_can_be_migrated(api: Api) -> None:
    text = "The following indices are not signals indices and cannot be migrated: [a,b]."
    assert refused(api.post(f"{SIGNALS}/migration", {"index": ["a", TWO, "b"]}), 400) == text
    one, write = start(api, TWO, WRITE)
    assert one["migration_index"] == f"{TWO}-r000077"
    assert write == {"index": WRITE, "migration_id": None, "migration_index": None}
    again = start(api, TWO)[0]
    assert "resource_already_exists_exception" in again["error"]["message"]
    assert again["migration_id"] is None
    refused(Api(api.emulator, ("viewer", "viewer")).post(f"{SIGNALS}/migration", {"index": [TWO]}), 403)


def test_finalizing_polls_and_moves_the_alias(api: Api) -> None:
    made = start(api, TWO)[0]["migration_id"]
    assert finalize(api, made)[0]["completed"] is False
    pending = ok(api.delete(f"{SIGNALS}/migration", {"migration_ids": [made]}))["migrations"]
    assert pending[0]["status"] == "pending"
    done = finalize(api, made)[0]
    assert (done["completed"], done["status"], done["destinationIndex"]) == (True, "success", f"{TWO}-r000077")
    assert finalize(api, made) == [done], "it may be repeated"
    found = status(api)
    assert TWO not in found
    assert found[f"{TWO}-r000077"]["is_outdated"] is False
    assert found[f"{TWO}-r000077"]["migrations"] == [], "migrations are listed with the index they came from"
    ok(api.delete(f"{SIGNALS}/migration", {"migration_ids": [made]}))
    refused(api.post(f"{SIGNALS}/finalize_migration", {"migration_ids": [made]}), 404)


def test_a_copy_that_lacks_documents_fails(api: Api) -> None:
    api.emulator.store("signals_indices", "default")[TWO]["loses"] = 3
    made = start(api, TWO)[0]["migration_id"]
    finalize(api, made)
    failed, old = finalize(api, made, FAILED)
    assert "completed" not in failed
    assert "[2043] documents, while destination" in failed["error"]["message"]
    assert old["status"] == "failure"
    assert TWO in status(api)


def test_the_sixth_bulk_action_at_once_is_refused() -> None:
    emulator = Emulator(latency_ms=1500)
    body = {"action": "enable", "query": "alert.attributes.name: none"}

    def send(_number: int) -> int:
        return Api(emulator).post("/api/detection_engine/rules/_bulk_action", body).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [200] * 5 + [429]
    assert send(7) == 200

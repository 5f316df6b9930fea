# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module against a Kibana that refuses, breaks off or talks nonsense; afterwards the next run must converge."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Case, Kibana, without_invocation
from test_lifecycle import CASES

NOT_FOUND = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
STARTING = "Kibana server is not ready yet"
HTML = "<!DOCTYPE html><html><body>Log in</body></html>"
READ_FAULTS: dict[str, dict[str, Any]] = {
    "401": {
        "status": 401,
        "body": {"statusCode": 401, "error": "Unauthorized", "message": "who are you\n\tRoot causes:\n\t\tnobody"},
    },
    "403": {"status": 403, "body": {"statusCode": 403, "error": "Forbidden", "message": "not you"}},
    "404-route": {"status": 404, "body": NOT_FOUND},
    "404-proxy": {"status": 404, "body": HTML},
    "429": {"status": 429, "body": {"statusCode": 429, "error": "Too Many Requests", "message": "slow down"}},
    "500": {"status": 500, "body": {"message": "broken", "status_code": 500}},
    "502": {"status": 502, "body": HTML},
    "503": {"status": 503, "body": STARTING},
    "cut": {"cut": "before"},
    "slow": {"delay_ms": 90_000},
    "html": {"status": 200, "body": HTML},
    "truncated": {"status": 200, "body": '{"id": '},
}
WRITE_FAULTS: dict[str, dict[str, Any]] = {
    name: READ_FAULTS[name] for name in ("403", "429", "500", "502", "503", "cut", "slow", "html")
} | {
    "409": {"status": 409, "body": {"statusCode": 409, "error": "Conflict", "message": "version conflict"}},
    "413": {"status": 413, "body": {"statusCode": 413, "error": "Request Entity Too Large", "message": "too large"}},
    "cut-after": {"cut": "after"},
}
ONCE = ("409", "429", "502", "503", "cut", "cut-after")
KINDS = {case.module: case for case in CASES}.values()  # one case is enough: the answers do not depend on the fields


def broken(kibana: Kibana, case: Case, params: dict[str, Any]) -> dict[str, Any]:
    """A failure that a person can act on, and that shows no secret."""
    result = kibana.fails(case.module, {**case.identity, **params})
    text = without_invocation(result)
    assert "\n" not in result["msg"], result["msg"]
    assert not any(secret in text for secret in case.secrets), text
    assert len(kibana.seen()) < 60, "no endless repetition"
    return result


def prepared(monkeypatch: pytest.MonkeyPatch, case: Case) -> Kibana:
    kibana = Kibana(monkeypatch)
    kibana.unscrubbed()
    if case.setup:
        case.setup(kibana)
    kibana.seen()
    return kibana


@pytest.mark.parametrize("fault", READ_FAULTS)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_fault_on_everything(monkeypatch: pytest.MonkeyPatch, case: Case, fault: str) -> None:
    kibana = prepared(monkeypatch, case)
    kibana.fault(path="/(s/[^/]+/)?api", **READ_FAULTS[fault])
    for params in (case.create, {"state": "absent"}):
        result = broken(kibana, case, params)
        if READ_FAULTS[fault].get("status", 200) >= 400:
            assert result["status"] == READ_FAULTS[fault]["status"]
            assert result["path"].startswith("/api")


@pytest.mark.parametrize("fault", WRITE_FAULTS)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_fault_on_writes_and_the_next_run_converges(monkeypatch: pytest.MonkeyPatch, case: Case, fault: str) -> None:
    kibana = prepared(monkeypatch, case)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        kibana.fault(method=method, path="/(s/[^/]+/)?api", **WRITE_FAULTS[fault])
    result = kibana.run(case.module, {**case.identity, **case.create})
    assert "exception" not in result
    if fault not in ("cut-after", "slow"):  # these carry the request out; finding that out is as good as an error
        assert result.get("failed"), result
    if result.get("failed"):
        assert result["msg"] and "\n" not in result["msg"]
    assert len(kibana.seen()) < 60
    converges(kibana, case)


@pytest.mark.parametrize("fault", ONCE)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_passing_fault_on_a_write_is_survived(monkeypatch: pytest.MonkeyPatch, case: Case, fault: str) -> None:
    kibana = prepared(monkeypatch, case)
    for method in ("POST", "PUT", "PATCH"):
        kibana.fault(method=method, path="/(s/[^/]+/)?api", times=1, **WRITE_FAULTS[fault])
    assert kibana.ok(case.module, {**case.identity, **case.create})["changed"]
    converges(kibana, case)


def converges(kibana: Kibana, case: Case) -> None:
    """Without faults the next run succeeds, the one after it is clean, and nothing exists twice."""
    kibana.no_faults()
    kibana.ok(case.module, {**case.identity, **case.create})
    assert not kibana.ok(case.module, {**case.identity, **case.create})["changed"]
    assert kibana.ok(case.module, {**case.identity, "state": "absent"})["changed"]
    assert not kibana.ok(case.module, {**case.identity, "state": "absent"})["changed"]
    assert kibana.emulator.crashes == []

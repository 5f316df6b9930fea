# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of one loop share what they have read: few requests, the same results, and nobody's change is lost."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from typing import Any

import pytest
import test_errors
import test_lifecycle
from harness import Case, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _reads

LOOP = {"task": "one loop"}
NUMBERS = range(8)
ROLE = {"cluster": ["monitor"], "kibana": [{"base": ["read"], "spaces": ["*"]}]}


class Looping(Kibana):
    """Every run is an item of one loop, which reads lists from the first item on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *args: Any) -> None:
        super().__init__(monkeypatch, *args)
        monkeypatch.setattr(_reads, "PATIENCE", 0)

    run = functools.partialmethod(Kibana.run, **LOOP)


@pytest.mark.parametrize(("case", "version"), test_lifecycle.LIVES)
def test_life_within_one_loop(case: Case, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_lifecycle, "Kibana", Looping)
    test_lifecycle.test_life(case, version, monkeypatch)


SHARING = ("connector", "fleet_output", "fleet_proxy", "fleet_server_host", "kibana_role", "space")
ERRORS: dict[Callable[..., None], dict[str, Any]] = {
    test_errors.test_a_fault_on_everything: test_errors.READ_FAULTS,
    test_errors.test_a_fault_on_writes_and_the_next_run_converges: test_errors.WRITE_FAULTS,
}


@pytest.mark.parametrize(("test", "fault"), [(test, fault) for test, faults in ERRORS.items() for fault in faults])
@pytest.mark.parametrize("case", [case for case in test_errors.KINDS if case.module in SHARING], ids=str)
def test_errors_within_one_loop(
    monkeypatch: pytest.MonkeyPatch, case: Case, test: Callable[..., None], fault: str
) -> None:
    monkeypatch.setattr(test_errors, "Kibana", Looping)
    test(monkeypatch, case, fault)


def numbered(make: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    return [make(number) for number in NUMBERS]


SSL = {"certificate_authorities": ["ca"], "certificate": "cert", "key": "pem"}
# Objects of each kind whose list stands in for them: options, and their list's path.
KINDS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "kibana_role": (numbered(lambda n: {"name": f"role-{n}", "description": f"D{n}", **ROLE}), "/api/security/role"),
    "space": (numbered(lambda n: {"id": f"s{n}", "name": f"S{n}", "color": "#aabbcc"}), "/api/spaces/space"),
    "connector": (
        numbered(
            lambda n: {
                "id": f"c-{n}",
                "name": f"C{n}",
                "connector_type_id": ".index",
                "config": {"index": f"i-{n}", "refresh": True},
            }
        ),
        "/api/actions/connectors",
    ),
    "fleet_output": (
        numbered(
            lambda n: {
                "id": f"o{n}",
                "name": f"O{n}",
                "type": "logstash",
                "hosts": [f"ls{n}.example:5044"],
                "ssl": SSL,
            }
        ),
        "/api/fleet/outputs",
    ),
    "fleet_proxy": (
        numbered(lambda n: {"id": f"p{n}", "name": f"P{n}", "url": "http://p:3128", "proxy_headers": {"X-A": "one"}}),
        "/api/fleet/proxies",
    ),
    "fleet_server_host": (
        numbered(lambda n: {"id": f"h{n}", "name": f"H{n}", "host_urls": [f"https://h{n}.example:8220"], "ssl": SSL}),
        "/api/fleet/fleet_server_hosts",
    ),
    "fleet_agent_download_source": (
        numbered(lambda n: {"id": f"d{n}", "name": f"D{n}", "host": f"https://d{n}.example"}),
        "/api/fleet/agent_download_sources",
    ),
}


def reads(kibana: Kibana) -> list[str]:
    log = kibana.seen()
    assert all(entry["method"] == "GET" for entry in log), log
    return [entry["path"] for entry in log]


@pytest.mark.parametrize("module", KINDS)
def test_a_loop_reads_the_list_instead_of_each_object(any_kibana: Kibana, module: str) -> None:
    objects, path = KINDS[module]
    for item in objects:
        assert any_kibana.ok(module, item, **LOOP)["changed"]
    any_kibana.seen()
    apart = [any_kibana.ok(module, item) for item in objects]
    assert len(reads(any_kibana)) == len(objects)
    together = [any_kibana.ok(module, item, task="another loop") for item in objects]
    seen = reads(any_kibana)
    assert len(seen) == _reads.PATIENCE + 1 and seen[-1] == path
    assert together == apart and not any(result["changed"] for result in together)
    off = [any_kibana.ok(module, item, task="a third loop", prefetch=False) for item in objects]
    assert off == apart and len(reads(any_kibana)) == len(objects)


@pytest.mark.parametrize("module", [name for name in KINDS if name.startswith(("fleet", "conn"))])
def test_a_loop_by_name_reads_the_list_once(any_kibana: Kibana, module: str) -> None:
    objects, path = KINDS[module]
    for item in objects:
        any_kibana.ok(module, item)
    any_kibana.seen()
    named = [{key: value for key, value in item.items() if key != "id"} for item in objects]
    assert not any(any_kibana.ok(module, item, **LOOP)["changed"] for item in named)
    assert reads(any_kibana) == [path]


def roles(kibana: Kibana, count: int = 4) -> None:
    """Some roles, of which a loop has read the list."""
    for number in range(count):
        kibana.ok("kibana_role", {"name": f"role-{number}", **ROLE})
    for number in range(count):
        assert not kibana.ok("kibana_role", {"name": f"role-{number}", **ROLE}, **LOOP)["changed"]
    kibana.seen()


def stored(kibana: Kibana, name: str) -> dict[str, Any]:
    found: dict[str, Any] = kibana.call("GET", f"/api/security/role/{name}")
    return found


def test_a_stale_list_never_loses_the_change_of_somebody_else(kibana: Kibana) -> None:
    roles(kibana)
    theirs = stored(kibana, "role-0")
    body = {"description": "theirs", "elasticsearch": theirs["elasticsearch"], "kibana": theirs["kibana"]}
    body["elasticsearch"]["run_as"] = ["somebody"]
    kibana.call("PUT", "/api/security/role/role-0", body)
    for check in (True, False):
        result = kibana.ok("kibana_role", {"name": "role-0", "cluster": ["all"]}, check=check, **LOOP)
        assert result["changed"] and result["role"]["description"] == "theirs"
        assert result["diff"]["before"]["run_as"] == ["somebody"]
    after = stored(kibana, "role-0")
    assert (after["description"], after["elasticsearch"]["run_as"]) == ("theirs", ["somebody"])
    assert after["elasticsearch"]["cluster"] == ["all"]


def test_what_somebody_else_has_done_already_is_not_done_again(kibana: Kibana) -> None:
    roles(kibana)
    kibana.call("PUT", "/api/security/role/role-1", {"elasticsearch": {"cluster": ["all"]}, "kibana": ROLE["kibana"]})
    kibana.seen()
    for check in (True, False):
        assert not kibana.ok("kibana_role", {"name": "role-1", "cluster": ["all"]}, check=check, **LOOP)["changed"]
    assert reads(kibana) == ["/api/security/role/role-1"] * 2


def test_deleted_by_somebody_else_in_between(kibana: Kibana) -> None:
    roles(kibana)
    kibana.call("DELETE", "/api/security/role/role-2")
    result = kibana.ok("kibana_role", {"name": "role-2", **ROLE, "cluster": ["all"]}, **LOOP)
    assert result["changed"] and result["diff"]["before"] == {}
    kibana.call("DELETE", "/api/security/role/role-3")
    assert not kibana.ok("kibana_role", {"name": "role-3", "state": "absent"}, **LOOP)["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_created_by_somebody_else_in_between(kibana: Kibana, state: str) -> None:
    roles(kibana)
    theirs = {"description": "theirs", "elasticsearch": {"run_as": ["x"]}, "kibana": ROLE["kibana"]}
    kibana.call("PUT", "/api/security/role/role-9", theirs)
    result = kibana.ok("kibana_role", {"name": "role-9", "cluster": ["monitor"], "state": state}, **LOOP)
    assert result["changed"] and result["diff"]["before"]["run_as"] == ["x"]
    if state == "present":
        assert stored(kibana, "role-9")["elasticsearch"]["run_as"] == ["x"]


def test_what_one_item_has_seen_otherwise_no_later_item_takes_from_the_list(kibana: Kibana) -> None:
    items, _path = KINDS["connector"]
    for item in items:
        kibana.ok("connector", item)
    for item in items[:4]:
        kibana.run("connector", item, **LOOP)  # the list has been read
    kibana.call("DELETE", "/api/actions/connector/c-0")
    assert not kibana.run("connector", {"id": "c-0", "state": "absent"}, **LOOP)["changed"], "it looks, and it is gone"
    assert kibana.run("connector", items[0], **LOOP)["changed"]


def test_by_name_too_a_stale_list_loses_nothing(kibana: Kibana) -> None:
    for number in range(3):
        kibana.ok("fleet_proxy", {"id": f"p{number}", "name": f"P{number}", "url": "http://p:1"})
        kibana.ok("fleet_proxy", {"name": f"P{number}", "url": "http://p:1"}, **LOOP)
    theirs = {"name": "P1", "url": "http://p:1", "proxy_headers": {"X-A": "theirs"}}
    kibana.call("PUT", "/api/fleet/proxies/p1", theirs)
    assert kibana.ok("fleet_proxy", {"name": "P1", "url": "http://p:2"}, **LOOP)["changed"]
    kept = kibana.call("GET", "/api/fleet/proxies/p1")["item"]
    assert (kept["proxy_headers"], kept["url"]) == ({"X-A": "theirs"}, "http://p:2")


def test_by_name_a_second_object_of_the_name_is_seen_before_a_write(kibana: Kibana) -> None:
    for number in range(3):
        kibana.ok("fleet_proxy", {"id": f"p{number}", "name": f"P{number}", "url": "http://p:1"})
    kibana.ok("fleet_proxy", {"name": "P1", "url": "http://p:1"}, **LOOP)
    kibana.call("POST", "/api/fleet/proxies", {"id": "twin", "name": "P1", "url": "http://p:1"})
    assert "p1, twin" in kibana.fails("fleet_proxy", {"name": "P1", "url": "http://p:2"}, **LOOP)["msg"]


def test_by_name_an_object_that_somebody_else_has_made_is_found(kibana: Kibana) -> None:
    for number in range(3):
        kibana.ok("fleet_proxy", {"id": f"p{number}", "name": f"P{number}", "url": "http://p:1"})
    kibana.ok("fleet_proxy", {"name": "P1", "url": "http://p:1"}, **LOOP)
    kibana.call("POST", "/api/fleet/proxies", {"id": "new", "name": "New", "url": "http://p:1"})
    assert kibana.ok("fleet_proxy", {"name": "New", "state": "absent"}, **LOOP)["changed"]


def test_a_refusal_never_rests_on_a_stale_list(kibana: Kibana) -> None:
    """The connector is of another type by now, so what the list says must not make the task fail."""
    objects, _path = KINDS["connector"]
    for item in objects:
        kibana.ok("connector", item)
    for item in objects:
        kibana.ok("connector", item, **LOOP)
    kibana.call("DELETE", "/api/actions/connector/c-5")
    kibana.call("POST", "/api/actions/connector/c-5", {"name": "C5", "connector_type_id": ".server-log"})
    wanted = {"id": "c-5", "name": "C5", "connector_type_id": ".server-log"}
    assert not kibana.ok("connector", wanted, **LOOP)["changed"]


def test_the_own_writes_of_a_loop_are_seen_by_its_later_items(kibana: Kibana) -> None:
    roles(kibana)
    for cluster in ("all", "monitor", "all"):
        params = {"name": "role-1", "cluster": [cluster]}
        assert kibana.ok("kibana_role", params, **LOOP)["changed"]
        assert not kibana.ok("kibana_role", params, **LOOP)["changed"]


def test_a_write_drops_what_it_may_change_elsewhere(kibana: Kibana) -> None:
    """A new default output takes the mark from the old one."""
    objects, _path = KINDS["fleet_output"]
    for item in objects:
        kibana.ok("fleet_output", {**item, "ssl": None})
    for item in objects:
        assert not kibana.ok("fleet_output", {**item, "ssl": None}, **LOOP)["changed"]
    default = {"id": "fleet-default-output", "is_default": True}
    assert not kibana.ok("fleet_output", default, **LOOP)["changed"]
    assert kibana.ok("fleet_output", {"id": "o1", "is_default": True}, **LOOP)["changed"]
    assert kibana.ok("fleet_output", default, **LOOP)["changed"]


def test_another_task_begins_anew(kibana: Kibana) -> None:
    roles(kibana)
    kibana.call("PUT", "/api/security/role/role-1", {"elasticsearch": {"cluster": ["all"]}})
    assert kibana.ok("kibana_role", {"name": "role-1", **ROLE}, check=True, task="the next task")["changed"]
    assert kibana.ok("kibana_role", {"name": "role-1", **ROLE}, check=True)["changed"]


def test_what_was_read_grows_old(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    roles(kibana)
    kibana.call("PUT", "/api/security/role/role-1", {"elasticsearch": {"cluster": ["all"]}})
    wanted = {"name": "role-1", **ROLE}
    assert not kibana.ok("kibana_role", wanted, check=True, **LOOP)["changed"]
    later = _reads.time.monotonic() + _reads.LONGEST + 1
    monkeypatch.setattr(_reads.time, "monotonic", lambda: later)
    assert kibana.ok("kibana_role", wanted, check=True, **LOOP)["changed"]


def test_a_loop_that_writes_often_reads_few_lists(kibana: Kibana) -> None:
    count = 60
    for number in range(count):
        kibana.ok("kibana_role", {"name": f"role-{number}", **ROLE})
    kibana.seen()
    for number in range(count):
        changed = {"cluster": ["all"]} if number % 4 == 3 else {}
        assert kibana.ok("kibana_role", {"name": f"role-{number}", **ROLE, **changed}, **LOOP)["changed"] == bool(
            changed
        )
    log = [(entry["method"], entry["path"]) for entry in kibana.seen()]
    assert log.count(("GET", "/api/security/role")) <= 2
    assert len(log) <= count + 2 * count // 4 + 2


def test_a_list_that_is_refused_does_no_harm(kibana: Kibana) -> None:
    roles(kibana)
    kibana.fault(method="GET", path="/api/security/role$", status=403)
    for number in range(4):
        assert not kibana.ok("kibana_role", {"name": f"role-{number}", **ROLE}, task="another")["changed"]
    assert [entry["status"] for entry in kibana.seen() if entry["path"] == "/api/security/role"] == [403]


def rule(number: int) -> dict[str, Any]:
    """A rule with an action of the connector named Log."""
    return {
        "rule_id": f"r{number}", "name": "N", "description": "D", "type": "query", "query": "*", "language": "kuery",
        "index": ["logs-*"], "risk_score": 1, "severity": "low",
        "actions": [{"connector": "Log", "params": {"message": "x"}}],
    }  # fmt: skip


def test_a_plan_that_is_made_twice_warns_once(kibana: Kibana) -> None:
    objects = [
        {"id": f"c{number}", "name": f"Log{number or ''}", "connector_type_id": ".server-log"} for number in NUMBERS
    ]
    for item in objects:
        kibana.ok("connector", item)
    kibana.ok("detection_rule", rule(1))
    for item in objects:
        kibana.ok("connector", item, **LOOP)
    kibana.seen()
    result = kibana.ok("connector", {"id": "c0", "state": "absent"}, check=True, **LOOP)
    assert result["changed"] and len(result["warnings"]) == 1, result
    assert "/api/actions/connector/c0" in reads(kibana)


def test_connectors_by_name_are_looked_up_once_for_all_rules_of_a_loop(kibana: Kibana) -> None:
    kibana.ok("connector", {"id": "c-mail", "name": "Log", "connector_type_id": ".server-log"})
    kibana.seen()
    for number in range(5):
        assert kibana.ok("detection_rule", rule(number), **LOOP)["changed"]
    assert [entry["path"] for entry in kibana.seen()].count("/api/actions/connectors") == 1


def test_the_items_after_an_unreachable_kibana_fail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Kibana(monkeypatch)
    monkeypatch.undo()
    monkeypatch.setattr("time.sleep", own.waits.append)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        params = {"kibana_url": f"http://127.0.0.1:{taken.getsockname()[1]}", "name": "a", **ROLE}
        first = own.fails("kibana_role", params, task="dying")
        assert "refused the connection" in first["msg"] and len(own.waits) == 3
        for name in ("b", "c"):
            later = own.fails("kibana_role", {**params, "name": name}, task="dying")
            assert later["msg"].startswith("Not attempted, because Kibana could not be reached before: http")
            assert first["msg"].split(" (")[0] in later["msg"]
        assert len(own.waits) == 3
        assert own.fails("kibana_role", params, task="the next task")["msg"] == first["msg"]
        assert len(own.waits) == 6


def test_an_answer_that_was_cut_off_is_no_reason_to_give_up(kibana: Kibana) -> None:
    roles(kibana)
    kibana.fault(path="/api/security/role/role-1", cut="before")
    kibana.fails("kibana_role", {"name": "role-1", "cluster": ["all"]}, **LOOP)
    kibana.no_faults()
    assert not kibana.ok("kibana_role", {"name": "role-2", **ROLE}, **LOOP)["changed"]

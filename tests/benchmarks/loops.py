# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases (a), (b) and (e): objects that are as they should be, in a loop, in tasks of their own, on several Kibanas."""

from __future__ import annotations

import concurrent.futures
import time
from typing import Any

from kit import OWN, USER, Check, Report, Way, call, kibana, kibanas, play, session, tasks_of, timed

OURS, FLOOR, URI, APART, NOTHING = (
    "this collection",
    "bare `requests`",
    "`ansible.builtin.uri`",
    "the same modules, each in a process of its own",
    "`ansible.builtin.debug`, which does nothing",
)
ONE_BY_ONE = "this collection, `kibana_prefetch: false`"
OUTSIDE = {"kibana_in_process": False}
ROLE = {
    "name": "role-{{ item }}",
    "description": "Number {{ item }}",
    "cluster": ["monitor"],
    "indices": [{"names": ["logs-*"], "privileges": ["read"]}],
    "kibana": [{"base": ["read"], "spaces": ["*"]}],
}


def body(number: int) -> dict[str, Any]:
    """The body of a role as ROLE describes it."""
    return {
        "description": f"Number {number}",
        "elasticsearch": {"cluster": ROLE["cluster"], "indices": ROLE["indices"]},
        "kibana": ROLE["kibana"],
    }


def make_roles(url: str, count: int) -> None:
    http = session()
    for number in range(count):
        call(http, "PUT", f"{url}/api/security/role/role-{number}", json=body(number))


def read_roles(url: str, count: int) -> None:
    """What the floor is: each role read once, in one session."""
    http = session()
    for number in range(count):
        call(http, "GET", f"{url}/api/security/role/role-{number}")


def get(path: str, base: str = "{{ lookup('ansible.builtin.env', 'KIBANA_URL') }}") -> dict[str, Any]:
    """The arguments of a `uri` task that reads."""
    return {"url": base + path, "url_username": USER[0], "url_password": USER[1], "force_basic_auth": True}


def loop(module: str, options: dict[str, Any], count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"name": module, module: options, "loop": f"{{{{ range({count}) | list }}}}", **more}]


def case_a(quick: bool) -> list[Report]:
    """300 unchanged roles in a loop."""
    many, few = (60, 3) if quick else (300, 20)
    reports = []
    for latency, rounds in ((0, 1),) if quick else ((0, 3), (20, 1)):
        report = Report("a", f"{many} unchanged roles in a loop", f"{latency} ms a request")
        with kibana(latency) as url:
            make_roles(url, many)
            for _unused in range(rounds):
                timed(report.way(FLOOR, many, floor=True), url, lambda: read_roles(url, many))
                tasks_of(report.way(OURS, many), url, "a", loop(OWN + "kibana_role", ROLE, many), 0)
                tasks_of(
                    report.way(ONE_BY_ONE, many), url, "a1", loop(OWN + "kibana_role", ROLE, many), 0,
                    kibana_prefetch=False,
                )  # fmt: skip
                tasks_of(
                    report.way(NOTHING, many), url, "a2", loop("ansible.builtin.debug", {"msg": "{{ item }}"}, many)
                )
                tasks_of(report.way(APART, few), url, "a3", loop(OWN + "kibana_role", ROLE, few), 0, **OUTSIDE)
                path = "/api/security/role/role-{{ item }}"
                tasks_of(report.way(URI, few), url, "a4", loop("ansible.builtin.uri", get(path), few), 0)
        ours = report[OURS]
        report.checks.append(Check("requests of the loop", ours.requests, 3, "count"))
        if not latency:
            ratio = report[URI].best_ms / ours.best_ms
            report.checks.append(Check("times faster an item than a loop of `uri`", ratio, 40, at_least=True))
            report.checks.append(Check("ms an item above the bare script", ours.best_ms - report[FLOOR].best_ms, 8))
        reports.append(report)
    return reports


NAMED = {"id": "mixed-{n}", "name": "M {n}"}
DESCRIBED = {"name": "M {n}", "description": "D"}
INDEX = {"connector_type_id": ".index", "config": {"index": "x", "refresh": True}}
RULE = {"type": "query", "query": "*", "severity": "low", "risk_score": 21, "index": ["logs-*"], "language": "kuery"}
FLEET = "/api/fleet"
# Modules, options, and where one object is read.
KINDS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("kibana_role", {**ROLE, "name": "mixed-{n}", "description": "D"}, "/api/security/role/mixed-{n}"),
    ("space", {**NAMED, "color": "#aabbcc"}, "/api/spaces/space/mixed-{n}"),
    ("connector", {**NAMED, **INDEX}, "/api/actions/connector/mixed-{n}"),
    ("fleet_output", {**NAMED, "type": "elasticsearch", "hosts": ["https://es:9200"]}, FLEET + "/outputs/mixed-{n}"),
    ("fleet_proxy", {**NAMED, "url": "http://p.example:3128"}, FLEET + "/proxies/mixed-{n}"),
    ("fleet_server_host", {**NAMED, "host_urls": ["https://f:8220"]}, FLEET + "/fleet_server_hosts/mixed-{n}"),
    ("fleet_agent_download_source", {**NAMED, "host": "https://d/"}, FLEET + "/agent_download_sources/mixed-{n}"),
    ("value_list", {**NAMED, "description": "D", "type": "keyword"}, "/api/lists?id=mixed-{n}"),
    (
        "exception_list",
        {**DESCRIBED, "list_id": "mixed-{n}", "type": "detection"},
        "/api/exception_lists?list_id=mixed-{n}",
    ),
    ("detection_rule", {**DESCRIBED, "rule_id": "mixed-{n}", **RULE}, "/api/detection_engine/rules?rule_id=mixed-{n}"),
)


def filled(value: Any, number: int) -> Any:
    """A value with the number in it."""
    if isinstance(value, dict):
        return {key: filled(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, number) for item in value]
    return value.replace("{n}", str(number)) if isinstance(value, str) else value


def case_b(quick: bool) -> list[Report]:
    """50 separate unchanged tasks of mixed kinds."""
    copies, rounds = (1, 1) if quick else (5, 3)
    chosen = [(kind, number) for number in range(copies) for kind in KINDS]
    ours = [{OWN + module: filled(options, number)} for (module, options, _path), number in chosen]
    uri = [{"ansible.builtin.uri": get(filled(path, number))} for (_module, _options, path), number in chosen]
    count = len(chosen)
    report = Report("b", f"{count} separate unchanged tasks of {len(KINDS)} kinds", "0 ms a request")
    with kibana() as url:
        play("b0", ours, url)
        for _unused in range(rounds):
            tasks_of(report.way(OURS, count), url, "b", ours, 0)
            tasks_of(report.way(URI, count), url, "b1", uri, 0)
            if not quick and APART not in [way.name for way in report.ways]:
                tasks_of(report.way(APART, len(KINDS)), url, "b2", ours[: len(KINDS)], 0, **OUTSIDE)
    report.checks.append(Check("requests a task", report[OURS].requests / count, 1.3, "count"))
    ratio = report[URI].best_ms / report[OURS].best_ms
    report.checks.append(Check("times faster than the same tasks with `uri`", ratio, 10, at_least=True))
    return [report]


def case_e(quick: bool) -> list[Report]:
    """Ten Kibanas as inventory hosts."""
    hosts, each, few = (3, 20, 1) if quick else (10, 100, 3)
    report = Report("e", f"{hosts} Kibanas as inventory hosts, {each} unchanged roles each", f"forks {hosts}")
    with kibanas(hosts) as urls:
        for url in urls:
            make_roles(url, each)
        inventory = {f"kibana{number}": {"kibana_url": url} for number, url in enumerate(urls)}
        role = {**ROLE, "kibana_url": "{{ kibana_url }}"}
        ways: tuple[tuple[str, int, list[dict[str, Any]]], ...] = (
            (OURS, each, loop(OWN + "kibana_role", role, each)),
            (URI, few, loop("ansible.builtin.uri", get("/api/security/role/role-{{ item }}", "{{ kibana_url }}"), few)),
        )
        for _unused in range(1 if quick else 2):
            for name, count, tasks in ways:
                way = report.way(name, hosts * count)
                _found, seconds, way.memory_mb = play("e", tasks, hosts=inventory, forks=hosts)
                way.seconds.append(seconds)
            _at_once(report.way(FLOOR, hosts * each, floor=True), urls, each)
    ratio = report[URI].best_ms / report[OURS].best_ms
    report.checks.append(
        Check("times faster an object than with `uri`, start of the play included", ratio, 15, at_least=True)
    )
    return [report]


def _at_once(way: Way, urls: list[str], each: int) -> None:
    """The floor: a thread for each Kibana."""
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(len(urls)) as pool:
        list(pool.map(lambda url: read_roles(url, each), urls))
    way.seconds.append(time.perf_counter() - start)

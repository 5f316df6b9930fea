# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases (c), (f) and (g): detection rules of 8 KB in TOML files, as the public repository of rules has them."""

from __future__ import annotations

import json
import math
import shutil
import tomllib
from pathlib import Path
from typing import Any

from kit import OUT, OWN, Check, Report, Way, call, kibana, session, tasks_of, timed
from loops import APART, FLOOR, OURS, OUTSIDE, URI, get

RULES = "/api/detection_engine/rules"
PAGE, CHUNK = 1000, 200  # what the module itself uses, so that the floor has the same number of requests
STEPS = 55
FILTERED = "this collection, `rules` by the filter `rule_from_toml`"


def rule(number: int, words: str = "") -> dict[str, Any]:
    """A rule of about 8 KB: most of it is its query and its guide, as in real ones."""
    query = " or ".join(f'process.name : "tool-{number}-{part}.exe"' for part in range(STEPS))
    step = f"look at the parent process, its user and the host, {words}."
    steps = "\n".join(f"- Step {part}: {step}" for part in range(STEPS))
    return {
        "rule_id": f"bench-{number:05d}",
        "type": "query",
        "language": "kuery",
        "name": f"Rule {number}",
        "description": f"Number {number}. " + "What it finds and why it matters. " * 30,
        "severity": "medium",
        "risk_score": 47,
        "index": ["logs-endpoint.events.*", "winlogbeat-*"],
        "query": query,
        "note": f"## Triage\n\n{steps}\n",
        "tags": ["Bench", f"Group {number % 50}"],
        "references": [f"https://docs.example/{number}/{part}" for part in range(5)],
        "false_positives": ["Administrators"],
        "interval": "5m",
        "from": "now-9m",
        "author": ["SOC"],
        "license": "Own",
    }


def as_toml(fields: dict[str, Any]) -> str:
    """The file of a rule. Texts and lists are written alike in JSON and TOML."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    return "\n".join(["[metadata]", 'maturity = "production"', "", "[rule]", *lines, ""])


def write_files(folder: Path, count: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:05d}.toml").write_text(as_toml(rule(number)), encoding="utf-8")


def change_files(folder: Path, count: int, words: str) -> None:
    """Change every hundredth rule."""
    for number in range(0, count, 100):
        (folder / f"{number:05d}.toml").write_text(as_toml(rule(number, words)), encoding="utf-8")


def parsed(folder: Path) -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8"))["rule"] for path in sorted(folder.glob("*.toml"))]


def read_all(url: str) -> list[dict[str, Any]]:
    """Every rule, by the fewest requests."""
    http, found, page = session(), [], 1
    while True:
        query = {"page": page, "per_page": PAGE, "sort_field": "created_at", "sort_order": "asc"}
        answer = call(http, "GET", f"{url}{RULES}/_find", params=query)
        found += answer["data"]
        if not answer["data"] or len(found) >= answer["total"]:
            return found
        page += 1


def floor_unchanged(url: str, folder: Path) -> None:
    """Parse the files, and read all rules; a comparison would come on top of it."""
    parsed(folder)
    read_all(url)


def floor_import(url: str, folder: Path) -> None:
    http, rules = session(), parsed(folder)
    for start in range(0, len(rules), CHUNK):
        lines = "\n".join(json.dumps(item) for item in rules[start : start + CHUNK])
        call(http, "POST", f"{url}{RULES}/_import", files={"file": ("rules.ndjson", lines)})


def delete_all(url: str) -> None:
    http = session()
    found = read_all(url)
    for start in range(0, len(found), 100):
        ids = [item["id"] for item in found[start : start + 100]]
        call(http, "POST", f"{url}{RULES}/_bulk_action", json={"action": "delete", "ids": ids})


def tasks(folder: Path) -> list[dict[str, Any]]:
    return [{"name": "Rules", OWN + "detection_rules": {"rules_src": str(folder)}}]


def filtered(folder: Path) -> list[dict[str, Any]]:
    """The same by a filter, which Ansible treats as templates."""
    pattern = f"{folder}/*.toml"
    read = f"query('ansible.builtin.fileglob', '{pattern}') | sort | map('stackops.kibana.rule_from_toml') | list"
    return [{"name": "Rules", OWN + "detection_rules": {"rules": "{{ " + read + " }}"}}]


def uri_loop(folder: Path, count: int, *, write: bool) -> list[dict[str, Any]]:
    """What one would write by hand: each rule by its own request."""
    options = get(RULES + ("" if write else "?rule_id=bench-{{ '%05d' | format(item) }}"))
    if write:
        content = f"{{{{ ('{folder}/%05d.toml' | format(item)) | stackops.kibana.rule_from_toml }}}}"
        options |= {"method": "POST", "body_format": "json", "body": content, "headers": {"kbn-xsrf": "bench"}}
    return [{"name": "uri", "ansible.builtin.uri": options, "loop": f"{{{{ range({count}) | list }}}}"}]


def requests_of_unchanged(count: int) -> int:
    return math.ceil(count / PAGE)


def case_c(quick: bool) -> list[Report]:
    """2000 rules: first import, again, with 1 % changed."""
    count, few = (300, 2) if quick else (2000, 10)
    folder = OUT / "rules"
    reports = []
    for latency, refresh, rounds in ((0, 0, 1),) if quick else ((0, 0, 3), (20, 1000, 1)):
        write_files(folder, count)
        condition = f"{latency} ms a request, {refresh} ms a refreshing write"
        with kibana(latency, refresh) as url:
            reports.append(_first(url, folder, count, few, condition))
            reports.append(_unchanged(url, folder, count, few, condition, rounds))
            reports.append(_changed(url, folder, count, condition, rounds))
    return reports


def _first(url: str, folder: Path, count: int, few: int, condition: str) -> Report:
    report = Report("c", f"{count} detection rules of 8 KB, first import", condition)
    tasks_of(report.way(URI, few), url, "c0", uri_loop(folder, few, write=True))
    delete_all(url)
    timed(report.way(FLOOR, count, floor=True), url, lambda: floor_import(url, folder))
    delete_all(url)
    tasks_of(report.way(OURS, count), url, "c1", tasks(folder), 1)
    return report


def _unchanged(url: str, folder: Path, count: int, few: int, condition: str, rounds: int) -> Report:
    report = Report("c", f"{count} detection rules of 8 KB, unchanged", condition)
    for number in range(rounds):
        timed(report.way(FLOOR, count, floor=True), url, lambda: floor_unchanged(url, folder))
        tasks_of(report.way(OURS, count), url, "c2", tasks(folder), 0)
        if number == 0:
            tasks_of(report.way(FILTERED, count), url, "c6", filtered(folder), 0)
            tasks_of(report.way(APART, count), url, "c3", tasks(folder), 0, **OUTSIDE)
            tasks_of(report.way(URI, few), url, "c4", uri_loop(folder, few, write=False), 0)
    ours, floor = report[OURS], report[FLOOR]
    report.checks.append(Check("requests", ours.requests, requests_of_unchanged(count), "count"))
    if condition.startswith("0 ms"):
        report.checks.append(Check("times the bare script", ours.best_ms / floor.best_ms, 2))
    return report


def _changed(url: str, folder: Path, count: int, condition: str, rounds: int) -> Report:
    report = Report("c", f"{count} detection rules of 8 KB, 1 % changed", condition)
    for number in range(rounds):
        change_files(folder, count, f"round {number}")
        tasks_of(report.way(OURS, count), url, "c5", tasks(folder), 1)
    # The reads, the import, and a look at what became of it.
    most = requests_of_unchanged(count) + 2
    report.checks.append(Check("requests: the reads, one chunk, one look at it", report[OURS].requests, most, "count"))
    return report


def case_g(quick: bool) -> list[Report]:
    """Growth: 100, 1000 and 10 000 rules; the memory of the largest is case (f)."""
    sizes = (100, 300) if quick else (100, 1000, 10_000)
    report = Report("g", "detection rules of 8 KB, unchanged; (f) their memory", "0 ms a request")
    folder = OUT / "rules"
    for count in sizes:
        write_files(folder, count)
        with kibana() as url:
            tasks_of(Way("load", count), url, "g0", tasks(folder), 1)
            way = report.way(f"{count} rules", count)
            for _unused in range(1 if count > 1000 or quick else 3):
                tasks_of(way, url, "g", tasks(folder), 0)
            if count == max(sizes) and not quick:
                report.checks.append(Check(f"MB of the largest process, {count} rules", way.memory_mb, 600, "memory"))
                apart = report.way(f"{count} rules, in a process of its own", count)
                tasks_of(apart, url, "g1", tasks(folder), 0, **OUTSIDE)
    small, large = report.ways[1 if not quick else 0], report.way(f"{max(sizes)} rules", max(sizes))
    limit = 0.05
    report.checks.append(Check("requests an object", small.requests / small.objects, limit, "count"))
    report.checks.append(Check("requests an object, the most objects", large.requests / large.objects, limit, "count"))
    report.checks.append(Check("times the ms an object of the one before", large.best_ms / small.best_ms, 1.25))
    return [report, *grown_lists(quick)]


def grown_lists(quick: bool) -> list[Report]:
    """Growth of the other modules that take lists."""
    from lists import grown_exceptions, grown_roles, grown_values

    sizes = (100, 300) if quick else (100, 1000, 10_000)
    return [grow(sizes[:2] if grow is grown_roles else sizes) for grow in (grown_values, grown_exceptions, grown_roles)]

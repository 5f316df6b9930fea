# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Case (d): value lists and exceptions, of which a public complaint says that they take 3 h 16 min by script."""

from __future__ import annotations

import json
from typing import Any

from kit import OUT, OWN, Check, Report, call, kibana, session, tasks_of, timed
from loops import APART, FLOOR, OURS, OUTSIDE, URI, get

FOLDER = OUT / "values"
MOST = 5000  # lines of one import; Kibana takes no more than 10 000
XSRF = {"kbn-xsrf": "bench"}


def values(number: int, count: int, changed: int = 0) -> list[str]:
    """The values of one list; *changed* of them are others."""
    return [f"host-{number}-{'new-' if part < changed else ''}{part}.example" for part in range(count)]


def write_values(lists: int, each: int, changed: int = 0) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number in range(lists):
        (FOLDER / f"{number}.txt").write_text("\n".join(values(number, each, changed)) + "\n", encoding="utf-8")


def value_task(lists: int) -> dict[str, Any]:
    options = {
        "id": "values-{{ item }}", "name": "Values {{ item }}", "description": "D", "type": "keyword",
        "items_src": f"{FOLDER}/{{{{ item }}}}.txt", "exact": True,
    }  # fmt: skip
    return {"name": "Value lists", OWN + "value_list": options, "loop": f"{{{{ range({lists}) | list }}}}"}


def exceptions(lists: int, items: int, changed: int = 0) -> list[dict[str, Any]]:
    """Exception lists with the items dealt out to them; the first *changed* items are others."""
    found: list[dict[str, Any]] = [
        {"list_id": f"exceptions-{number}", "name": f"E {number}", "description": "D", "type": "detection", "items": []}
        for number in range(lists)
    ]
    for number in range(items):
        text = f"tool-{number}{'-new' if number < changed else ''}.exe"
        entries = [{"field": "process.name", "type": "match", "operator": "included", "value": text}]
        item = {"item_id": f"exception-{number}", "name": f"I {number}", "description": "D", "entries": entries}
        found[number % lists]["items"].append(item)
    return found


def exception_task(lists: int, items: int, changed: int = 0) -> dict[str, Any]:
    path = FOLDER / "exceptions.json"
    path.write_text(json.dumps(exceptions(lists, items, changed)), encoding="utf-8")
    wanted = f"{{{{ lookup('ansible.builtin.file', '{path}') | from_json }}}}"
    return {"name": "Exceptions", OWN + "exception_items": {"lists": wanted}}


def floor_first(url: str, value_lists: int, each: int, lists: int, items: int) -> None:
    """The least that loads everything: each list made and filled by one import, and all exceptions by one."""
    http = session()
    http.post(f"{url}/api/lists/index")  # 409 where it exists
    for number in range(value_lists if each else 0):
        body = {"id": f"values-{number}", "name": f"Values {number}", "description": "D", "type": "keyword"}
        call(http, "POST", f"{url}/api/lists", json=body)
        load_values(http, url, number, each)
    rows = []
    for parent in exceptions(lists, items):
        children = parent.pop("items")
        rows += [{**parent, "namespace_type": "single"}]
        rows += [
            {**item, "list_id": parent["list_id"], "type": "simple", "namespace_type": "single"} for item in children
        ]
    for start in range(0, len(rows), MOST):
        text = "\n".join(map(json.dumps, rows[start : start + MOST]))
        call(http, "POST", f"{url}/api/exception_lists/_import", files={"file": ("e.ndjson", text)})


def load_values(http: Any, url: str, number: int, each: int) -> None:
    text = "\n".join(values(number, each)) + "\n"
    query = {"list_id": f"values-{number}"}
    call(http, "POST", f"{url}/api/lists/items/_import", params=query, files={"file": ("values.txt", text)})


def uri_values(count: int) -> list[dict[str, Any]]:
    """What the complaint's script does: each value by its own request."""
    by_hand = {"method": "POST", "body_format": "json", "headers": XSRF}
    body = {"list_id": "values-0", "value": "by-hand-{{ item }}.example"}
    options = {**get("/api/lists/items"), **by_hand, "body": body}
    return [{"name": "uri", "ansible.builtin.uri": options, "loop": f"{{{{ range({count}) | list }}}}"}]


def case_d(quick: bool) -> list[Report]:
    """12 000 value list items in 12 lists and 200 exception items in 57 lists, 69 together."""
    value_lists, each, lists, items, few = (3, 100, 6, 20, 2) if quick else (12, 1000, 57, 200, 5)
    total = value_lists * each + items
    size = f"{value_lists * each} values in {value_lists} lists, {items} exceptions in {lists} lists"
    reports = []
    for latency, refresh in ((0, 0),) if quick else ((0, 0), (20, 1000)):
        condition = f"{latency} ms a request, {refresh} ms a refreshing write"
        write_values(value_lists, each)
        first, again = Report("d", f"{size}: first load", condition), Report("d", f"{size}: unchanged", condition)
        changed = Report("d", f"{size}: 1 % changed", condition)
        with kibana(latency, refresh) as url:
            both = [value_task(value_lists), exception_task(lists, items)]
            tasks_of(first.way(OURS, total), url, "d", both, value_lists + 1)
            tasks_of(first.way(URI, few), url, "d1", uri_values(few))
            both[0] = value_task(value_lists)
            tasks_of(changed.way("(the values sent by hand are deleted)", few), url, "d2", both[:1], 1)
            for _unused in range(1 if quick else 2):
                tasks_of(again.way(OURS, total), url, "d3", both, 0)
            if not quick:
                tasks_of(again.way(APART, total), url, "d4", both, 0, **OUTSIDE)
            write_values(value_lists, each, each // 100)
            both[1] = exception_task(lists, items, max(1, items // 100))
            tasks_of(changed.way(OURS, total), url, "d5", both, value_lists + 1)
        with kibana(latency, refresh) as url:
            timed(first.way(FLOOR, total, floor=True), url, lambda: floor_first(url, value_lists, each, lists, items))
        changed.ways.pop(0)
        again.checks.append(
            Check("requests an object", again[OURS].requests / total, 0.05 if not quick else 0.2, "count")
        )
        if refresh:
            first.checks.append(Check("seconds", first[OURS].seconds[0], 60))
            again.checks.append(Check("seconds", min(again[OURS].seconds), 5))
        reports += [first, again, changed]
    return reports


def _grown(title: str, sizes: tuple[int, ...], load: Any, task: Any) -> Report:
    """Time and requests of unchanged objects, by their number."""
    report = Report("g", title, "0 ms a request")
    for count in sizes:
        with kibana() as url:
            load(url, count)
            way = report.way(f"{count}", count)
            for _unused in range(1 if count > 1000 else 2):
                tasks_of(way, url, "g", [task(count)], 0)
    middle = report.ways[min(1, len(sizes) - 1)]
    large = report.ways[-1]
    report.checks.append(Check("requests an object", middle.requests / middle.objects, 0.05, "count"))
    if large is not middle:
        report.checks.append(Check("times the ms an object of the one before", large.best_ms / middle.best_ms, 1.25))
    return report


def grown_values(sizes: tuple[int, ...]) -> Report:
    def load(url: str, count: int) -> None:
        write_values(1, count)
        floor_first(url, 1, count, 1, 1)

    return _grown("values of one value list, unchanged", sizes, load, lambda count: value_task(1))


def grown_exceptions(sizes: tuple[int, ...]) -> Report:
    def load(url: str, count: int) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        floor_first(url, 0, 0, 10, count)

    return _grown("exceptions in 10 lists, unchanged", sizes, load, lambda count: exception_task(10, count))


def grown_roles(sizes: tuple[int, ...]) -> Report:
    from loops import ROLE, make_roles

    def task(count: int) -> dict[str, Any]:
        one = json.dumps({**ROLE, "name": "role-NUMBER", "description": "Number NUMBER"})
        roles = [json.loads(one.replace("NUMBER", str(number))) for number in range(count)]
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / "roles.json"
        path.write_text(json.dumps(roles), encoding="utf-8")
        wanted = f"{{{{ lookup('ansible.builtin.file', '{path}') | from_json }}}}"
        return {"name": "Roles", OWN + "kibana_roles": {"roles": wanted}}

    return _grown("roles, unchanged, by `kibana_roles`", sizes, make_roles, task)

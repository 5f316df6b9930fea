# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the lifecycle table against a Kibana and against the emulator, over HTTP, and write down what differs.

The same steps, with the same modules, one after the other on both sides: what they report, the diff that check mode
foretells, and the object as it is read back. Ids, times and names of users differ from one Kibana to the next, and are
left out. Where a step also breaks a promise of the collection on Kibana (a second run that changes something, a check
mode that foretells something else), that is said, too.

It creates and deletes objects. Give it a Kibana that may be thrown away.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT / "tests" / "unit", ROOT / "tests" / "emulator", ROOT / ".build" / "link"):
    sys.path.insert(0, str(folder))

import requests  # noqa: E402
from harness import Case  # noqa: E402

from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module  # noqa: E402
from kibana_emulator import Emulator, EmulatorServer  # noqa: E402

CONNECTION = ("KIBANA_URL", "KIBANA_API_KEY", "KIBANA_USERNAME", "KIBANA_PASSWORD", "KIBANA_CA_CERT")
ELASTIC = {"kibana_username": "elastic", "kibana_password": "changeme"}
EMULATED = {"8": "8.18.0", "9": "9.4.3"}
VOLATILE_NAME = re.compile(
    r"(^|_)(id|ids|uuid|version|revision|revision_id|secret_state|fingerprint|hash)$|(_at|At|_by|By|_on|date|Date)$"
)
VOLATILE_TEXT = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "<url>"),
)
SHOWN = 160


@dataclass(frozen=True)
class Difference:
    """Something that Kibana and the emulator do not do alike."""

    case: str
    step: str
    what: str
    kibana: Any
    emulator: Any


@dataclass
class Report:
    """What was compared, what differed, where Kibana broke a promise, and what could not be run."""

    version: str
    steps: int = 0
    cases: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class Side:
    """A Kibana, with what a case's `setup` may ask of it."""

    def __init__(self, connection: dict[str, str]) -> None:
        self.connection = connection
        self.http = requests.Session()
        self.http.headers["kbn-xsrf"] = "compare"
        if "kibana_api_key" in connection:
            self.http.headers["Authorization"] = f"ApiKey {connection['kibana_api_key']}"
        else:
            self.http.auth = (connection["kibana_username"], connection["kibana_password"])
        self.http.verify = connection.get("kibana_ca_cert", True)

    def run(self, module: str, params: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
        """The result of a module."""
        return run_module(module, {**self.connection, **params}, check_mode=check, diff=True)

    def ok(self, module: str, params: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
        """The result of a module that must not fail."""
        result = self.run(module, params, check=check)
        assert not result.get("failed"), result.get("msg")
        return result

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request for a setup; what is there already is as good."""
        response = self.http.request(method, self.connection["kibana_url"] + path, json=body, timeout=120, **options)
        assert response.status_code < 400 or response.status_code == 409, f"{method} {path}: {response.text[:300]}"
        return response.json() if response.content else None


def plain(value: Any, name: str = "") -> Any:
    """The value without what no two Kibanas have alike."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items()}
    if VOLATILE_NAME.search(name) and value is not None:
        return f"<{name}>"
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        for pattern, instead in VOLATILE_TEXT:
            value = pattern.sub(instead, value)
    return value


def differing(kibana: Any, emulator: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ: path and both values."""
    if isinstance(kibana, dict) and isinstance(emulator, dict):
        for key in sorted({*kibana, *emulator}):
            place = f"{path}.{key}" if path else key
            yield from differing(kibana.get(key, "<none>"), emulator.get(key, "<none>"), place)
    elif isinstance(kibana, list) and isinstance(emulator, list) and len(kibana) == len(emulator):
        for number, (here, there) in enumerate(zip(kibana, emulator, strict=True)):
            yield from differing(here, there, f"{path}[{number}]")
    elif kibana != emulator:
        yield path, kibana, emulator


def life(case: Case) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Name, options and whether something changes, of each step of the lifecycle table."""
    yield "create", case.create, True
    yield "create again", case.create, False
    for update in case.updates:
        yield f"update {json.dumps(update, default=str)[:80]}", update, True
        yield f"update {json.dumps(update, default=str)[:80]} again", update, False
    yield "delete", {"state": "absent"}, True
    yield "delete again", {"state": "absent"}, False


def told(case: Case, result: dict[str, Any]) -> dict[str, Any]:
    """What is compared of a result."""
    kept = {name: result.get(name) for name in ("changed", "failed", "status", "method", "diff", case.result_key)}
    if result.get("failed"):
        kept["msg"] = result.get("msg")
    return dict(plain({name: value for name, value in kept.items() if value is not None}))


def compare_case(case: Case, kibana: Side, emulator: Side, report: Report) -> None:
    """Lead an object through its life on both sides."""
    name = str(case)
    for side in (kibana, emulator):
        if case.setup:
            case.setup(side)  # type: ignore[arg-type]
    report.cases.append(name)
    for step, options, changes in life(case):
        params = {**case.identity, **options}
        results = [
            (side.run(case.module, params, check=True), side.run(case.module, params)) for side in (kibana, emulator)
        ]
        report.steps += 1
        for which, here, there in zip(("check mode: ", ""), *results, strict=True):
            report.differences += [
                Difference(name, step, which + path, one, two)
                for path, one, two in differing(told(case, here), told(case, there))
            ]
        report.broken += [f"{name}, {step}: {text}" for text in promises(*results[0], changes)]
        if any(result[1].get("failed") for result in results):
            break  # what follows would only repeat it
    for side in (kibana, emulator):
        side.run(case.module, {**case.identity, "state": "absent"})


def promises(predicted: dict[str, Any], result: dict[str, Any], changes: bool) -> Iterator[str]:
    """The promises that a step broke."""
    if result.get("failed"):
        yield f"failed: {result.get('msg')}"
        return
    if predicted.get("changed") != result.get("changed"):
        yield "check mode foretold another `changed`"
    if predicted.get("diff") != result.get("diff"):
        yield "check mode foretold another diff"
    if bool(result.get("changed")) is not changes:
        yield "changed something that was as it should be" if not changes else "changed nothing"


def compare(cases: Iterable[Case], kibana: Side, version: str, tell: Callable[[str], None] = print) -> Report:
    """Run the cases on a Kibana of that version, each beside an emulator of its own."""
    report, plays = Report(version), EMULATED[version.split(".")[0]]
    for case in cases:
        if plays not in case.versions:
            report.left_out.append(f"{case}: not for {plays}")
            continue
        before = len(report.differences)
        with EmulatorServer(Emulator(version=plays)) as server:
            try:
                compare_case(case, kibana, Side({"kibana_url": server.url, **ELASTIC}), report)
            except (AttributeError, AssertionError, requests.RequestException) as error:
                report.left_out.append(f"{case}: its setup failed: {error or traceback.format_exc(limit=-1)}")
        found = len(report.differences) - before
        if found:
            tell(f"{case}: {found} differences")
    return report


def short(value: Any) -> str:
    """A value for a cell of a table."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return (text if len(text) <= SHOWN else text[:SHOWN] + " ...").replace("|", "\\|").replace("`", "'")


def markdown(report: Report) -> str:
    """The report as a page."""
    lines = [
        f"# Kibana {report.version} and the emulator",
        "",
        f"{len(report.cases)} cases, {report.steps} steps, {len(report.differences)} differences, "
        f"{len(report.broken)} broken promises, {len(report.left_out)} cases left out.",
        "",
    ]
    if report.broken:
        lines += ["## Promises that Kibana made us break", "", *(f"- {text}" for text in report.broken), ""]
    if report.differences:
        lines += ["## Differences", "", "| case | step | what | Kibana | emulator |", "|---|---|---|---|---|"]
        lines += [
            f"| {one.case} | {short(one.step)} | {one.what} | `{short(one.kibana)}` | `{short(one.emulator)}` |"
            for one in report.differences
        ]
        lines.append("")
    if report.left_out:
        lines += ["## Left out", "", *(f"- {text}" for text in report.left_out), ""]
    return "\n".join(lines)


def written(report: Report, folder: Path) -> Path:
    """Write the report as JSON and Markdown; the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{report.version}.json").write_text(json.dumps(asdict(report), indent=2, default=str), encoding="utf-8")
    page = folder / f"{report.version}.md"
    page.write_text(markdown(report), encoding="utf-8")
    return page


def connected() -> tuple[Side, str]:
    """The Kibana that KIBANA_* variables name, and its version."""
    given = {name.lower(): os.environ[name] for name in CONNECTION if os.environ.get(name)}
    if "kibana_url" not in given:
        sys.exit("Set KIBANA_URL, and KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD.")
    kibana = Side({**given, "kibana_url": given["kibana_url"].rstrip("/")})
    return kibana, kibana.call("GET", "/api/status")["version"]["number"]


def main() -> int:
    """Usage: compare_kibana.py [--output FOLDER] [--only MODULE]...; the connection is in the environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / ".build" / "integration-real")
    parser.add_argument("--only", action="append", default=[], help="a module")
    options = parser.parse_args()
    kibana, version = connected()
    from test_lifecycle import CASES

    report = compare([case for case in CASES if not options.only or case.module in options.only], kibana, version)
    print(markdown(report).split("\n")[2])
    print(f"Written to {written(report, options.output)}")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())

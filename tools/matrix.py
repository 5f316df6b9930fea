# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the core of the tests with every version of ansible-core and Python that this machine can have.

Each cell gets an environment of its own in .build/matrix. Pythons are those on PATH, in pyenv's folder, and in the
folders of MATRIX_PYTHONS; a cell whose Python is missing is told, and is no failure. The table of what was run goes
into docs/support.md with --write. Exit status 1 when a cell failed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build" / "matrix"
PAGE = ROOT / "docs" / "support.md"
TABLE = re.compile(r"(<!-- matrix -->\n).*?(<!-- end of matrix -->)", re.DOTALL)
# ansible-core, and the Python that it runs on. What each of them supports: docs/support.md.
CELLS = (
    ("2.16", "3.11"),
    ("2.16", "3.12"),
    ("2.17", "3.11"),
    ("2.18", "3.11"),
    ("2.18", "3.13"),
    ("2.19", "3.11"),
    ("2.19", "3.13"),
    ("2.20", "3.12"),
    ("2.20", "3.14"),
    ("2.21", "3.12"),
    ("2.21", "3.13"),
    ("2.21", "3.14"),
)
# Pythons on the managed node, each from the controller of that version of ansible-core.
TARGETS = (("2.16", "3.11", "3.9"), ("2.16", "3.11", "3.10"), ("2.19", "3.11", "3.9"), ("2.21", "3.13", "3.9"))
NEEDED = (
    "requests",
    "hypothesis",
    "pytest",
    "trustme",
    "pydantic",
    "werkzeug",
    "openapi-schema-validator",
    "jsonschema",
)
SAMPLE = "space or connector or fleet_output or exception"
# What a cell runs: name, files, and which of the tests.
PARTS = (
    ("lifecycle", ("test_lifecycle.py",), ""),
    ("in-process", ("test_in_process.py",), ""),
    ("both ways", ("test_both_ways.py",), SAMPLE),
    ("examples", ("test_examples.py",), SAMPLE),
    ("playbooks", ("test_playbooks_inventory.py", "test_playbooks_archive.py"), ""),
)
CLOSING = re.compile(r"^.*?((\d+ (?:passed|failed|error|skipped)[^=]*?)) in [\d.:()ms ]+.*$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What became of a cell: its versions, a word for each part, and whether all of it passed (None: not run)."""

    core: str
    controller: str
    target: str
    parts: tuple[str, ...]
    passed: bool | None


@cache
def python(version: str) -> str:
    """The program of a version of Python, or nothing."""
    folders = [Path(folder) for folder in os.environ.get("MATRIX_PYTHONS", "").split(os.pathsep) if folder]
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted((path / "bin" for path in root.glob(f"versions/{version}.*")), reverse=True)
    for folder in [str(one) for one in folders] + [os.environ["PATH"]]:
        found = shutil.which(f"python{version}", path=folder)
        if found and "/shims/" not in found:
            return found
    return ""


def pins() -> dict[str, str]:
    """The pinned requirements of development by name."""
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0]: line for line in lines if "==" in line}


def environment(name: str, version: str, wanted: list[str]) -> Path:
    """An environment with what is wanted; made once."""
    folder, text = BUILD / name, "\n".join(wanted)
    stamp = folder / ".wanted"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != text:
        subprocess.run([python(version), "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted]
        subprocess.run(pip, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stamp.write_text(text, encoding="utf-8")
    return folder / "bin"


def controller(core: str, version: str) -> Path:
    """The programs of an environment that can run our tests with this ansible-core."""
    wanted = [f"ansible-core=={core}.*", *(pins()[name] for name in NEEDED)]
    return environment(f"{core}-py{version}", version, wanted)


def release(programs: Path) -> str:
    """The release of ansible-core that is installed there."""
    code = "import ansible.release; print(ansible.release.__version__)"
    return subprocess.run(
        [str(programs / "python"), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def tested(programs: Path, log: Path, files: list[str], only: str, **more: str) -> tuple[str, bool]:
    """Run tests; pytest's numbers, and whether they are good."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTEST_", "KIBANA_"))}
    command = [str(programs / "python"), "-m", "pytest", "-q", "-o", f"cache_dir={log.with_suffix('.cache')}", *files]
    done = subprocess.run(
        command + (["-k", only] if only else []),
        cwd=ROOT,
        env={**own, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with log.open("a", encoding="utf-8") as handle:
        handle.write(done.stdout)
    found = CLOSING.findall(done.stdout)
    numbers = re.sub(r", \d+ (deselected|warnings?)", "", found[-1][0]) if found else "did not run"
    return numbers, done.returncode == 0


def cell(core: str, version: str) -> Row:
    """Run all parts with one ansible-core on one Python."""
    if not python(version):
        return Row(core, version, version, ("no such Python here",) * len(PARTS), None)
    programs, log = controller(core, version), BUILD / f"{core}-py{version}.log"
    log.unlink(missing_ok=True)
    results = [tested(programs, log, [f"tests/unit/{file}" for file in files], only) for _name, files, only in PARTS]
    good = all(passed for _numbers, passed in results)
    return Row(release(programs), version, version, tuple(numbers for numbers, _passed in results), good)


def target(core: str, version: str, managed: str) -> Row:
    """Run modules on another Python than the controller's."""
    nothing = ("",) * (len(PARTS) - 1)
    if not (python(version) and python(managed)):
        return Row(core, version, managed, ("no such Python here", *nothing), None)
    programs, log = controller(core, version), BUILD / f"{core}-py{version}-to-py{managed}.log"
    log.unlink(missing_ok=True)
    interpreter = environment(f"target-py{managed}", managed, ["requests>=2.28.0"]) / "python"
    numbers, good = tested(programs, log, ["tests/unit/target_python.py"], "", STACKOPS_TARGET_PYTHON=str(interpreter))
    return Row(release(programs), version, managed, (numbers, *nothing), good)


def table(rows: list[Row]) -> str:
    """The cells that were run, as two tables."""
    names = [name for name, *_rest in PARTS]
    lines = ["| ansible-core | Python | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    lines += [
        f"| {row.core} | {row.controller} | " + " | ".join(row.parts) + " |"
        for row in rows
        if row.target == row.controller
    ]
    lines += [
        "",
        "| ansible-core | Python of the controller | Python of the modules | lives of objects |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.core} | {row.controller} | {row.target} | {row.parts[0]} |"
        for row in rows
        if row.target != row.controller
    ]
    return "\n".join(lines) + "\n"


def named(name: str) -> tuple[Callable[..., Row], tuple[str, ...]]:
    """What the name of a cell asks for. Raises argparse.ArgumentTypeError."""
    found = re.fullmatch(r"(\d+\.\d+)-py(3\.\d+)(?:-to-py(3\.\d+))?", name)
    if not found:
        raise argparse.ArgumentTypeError(f"{name} is no cell such as 2.16-py3.11 or 2.16-py3.11-to-py3.9")
    return (target, found.groups()) if found[3] else (cell, found.groups()[:2])


def written(rows: dict[str, Row]) -> None:
    """Put the table into the page; cells that were not run now keep what is known of them."""
    known, path = {}, BUILD / "rows.json"
    if path.exists():
        known = {name: Row(**values) for name, values in json.loads(path.read_text(encoding="utf-8")).items()}
    known |= rows
    path.write_text(json.dumps({name: asdict(row) for name, row in known.items()}), encoding="utf-8")
    order = ["-py".join(one) for one in CELLS] + ["{}-py{}-to-py{}".format(*one) for one in TARGETS]
    text = table([known[name] for name in order if name in known])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page), encoding="utf-8")


def main() -> int:
    """Usage: matrix.py [--write] [--cell 2.16-py3.11]..."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="the table in docs/support.md")
    parser.add_argument("--cell", action="append", type=named, help="such as 2.16-py3.11 or 2.16-py3.11-to-py3.9")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    # A shell starts what is in the background with SIGINT ignored, and tests that send one would fail.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    jobs = options.cell or [*((cell, one) for one in CELLS), *((target, one) for one in TARGETS)]
    rows: dict[str, Row] = {}
    for run, arguments in jobs:
        start = time.monotonic()
        row = run(*arguments)
        name = "-py".join(arguments[:2]) + "".join(f"-to-py{one}" for one in arguments[2:])
        rows[name] = row
        words = {True: "passed", False: f"FAILED, see {BUILD}", None: "not run"}
        print(
            f"{row.core:<8} Python {row.controller:<5} modules on {row.target:<5} {words[row.passed]}"
            f"  {'; '.join(filter(None, row.parts))}  ({time.monotonic() - start:.0f} s)",
            flush=True,
        )
        if options.write:  # it takes hours, and may be broken off
            written({name: row})
    failed = sum(row.passed is False for row in rows.values())
    print(f"{sum(row.passed is True for row in rows.values())} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

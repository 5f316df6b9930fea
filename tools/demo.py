# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: set up security operations, show that a second run changes nothing, and foretell a change.

Against the emulator, or against the Kibana that KIBANA_URL names. With RULES=<folder> the TOML rule files of that
folder are applied, too. Exits with 1 where a run fails, or where a run changes what should be as it is already.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from with_emulator import connection

ROOT = Path(__file__).resolve().parents[1]
LOGS = Path(os.environ.get("DEMO_LOGS") or ROOT / ".build" / "demo")
SETTINGS = ROOT / "playbooks" / "vars" / "demo.yml"
CREDENTIALS = ("KIBANA_API_KEY", "KIBANA_PASSWORD", "KIBANA_BEARER_TOKEN", "KIBANA_CLIENT_CERT")
ACTION = "action taken"
ORDER = ("created", "changed", "deleted", ACTION, "unchanged", "failed")
# What somebody edits in the variables before the foretold run.
EDITS = {
    "soc_failed_logins: 40": "soc_failed_logins: 25",
    "description: Reads everything and changes nothing": "description: Reads everything, for the yearly audit",
    '"kafka-2.example.com:9093"]': '"kafka-2.example.com:9093", "kafka-3.example.com:9093"]',
}


class DemoError(Exception):
    """The demonstration cannot go on; the text says why."""


def say(text: str = "") -> None:
    """Print at once, since programs that print to the same place follow."""
    print(text, flush=True)


def play(name: str, environment: dict[str, str], *arguments: str, log: str, show: bool = False) -> list[dict[str, Any]]:
    """Run a playbook and return what each of its tasks and items did. Ansible's own output goes to a file.

    show: print it as well. Raises DemoError where Ansible fails.
    """
    changes, path = LOGS / "changes.jsonl", LOGS / f"{log}.log"
    changes.unlink(missing_ok=True)
    changes.touch()
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", "localhost,", "--diff", *arguments, str(ROOT / "playbooks" / f"{name}.yml")]
    variables = ["-e", json.dumps({"ansible_python_interpreter": sys.executable})]
    own = {"CHANGES_FILE": str(changes)}
    done = subprocess.run(
        command + variables,
        env=environment | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    path.write_text(done.stdout, encoding="utf-8")
    found = [json.loads(line) for line in changes.read_text(encoding="utf-8").splitlines()]
    if show:
        say(done.stdout.split("PLAY RECAP")[0].strip())
    if done.returncode:
        reasons = [f"  {entry['task']}: {entry['message']}" for entry in found if entry["what"] == "failed"]
        tail = "\n".join(reasons[:10] or done.stdout.strip().splitlines()[-10:])
        raise DemoError(f"ansible-playbook failed:\n{tail}\nIts whole output is in {path}.")
    return found


def summary(found: list[dict[str, Any]]) -> str:
    """One line per task: what became of how many objects, and their names where they are few."""
    lines = []
    for task in dict.fromkeys(entry["task"] for entry in found):
        entries = [entry for entry in found if entry["task"] == task]
        counts = Counter(entry["what"] for entry in entries)
        text = ", ".join(f"{counts[what]} {what}" for what in ORDER if counts[what])
        touched = [str(entry["label"]) for entry in entries if entry["what"] != "unchanged" and entry["label"]]
        names = f" ({', '.join(touched)})" if 0 < len(touched) <= 4 else ""
        lines.append(f"  {task:<28} {text}{names}")
    return "\n".join(lines)


def changed(found: list[dict[str, Any]]) -> int:
    """The number of objects that a run changed."""
    return sum(entry["what"] in ("created", "changed", "deleted") for entry in found)


def acted(found: list[dict[str, Any]]) -> int:
    """The number of actions that a run took. An action, such as running a connector, has no state to find as it is."""
    return sum(entry["what"] == ACTION for entry in found)


def edited(folder: str) -> Path:
    """A copy of the variables with the edits in it; prints what was edited."""
    old = new = SETTINGS.read_text(encoding="utf-8")
    for before, after in EDITS.items():
        if new.count(before) != 1:
            raise DemoError(f"{SETTINGS.name} has no single {before!r} to edit.")
        new = new.replace(before, after)
    name = SETTINGS.name
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), name, f"{name}, edited", n=0, lineterm=""):
        if not line.startswith("@@"):
            say("  " + line)
    path = Path(folder) / name
    path.write_text(new, encoding="utf-8")
    return path


def setup(environment: dict[str, str]) -> bool:
    """Apply the demonstration's playbook twice, then foretell what an edit would do. Returns whether it held."""
    say("1. First run of playbooks/demo.yml")
    start = time.monotonic()
    say(summary(play("demo", environment, log="1-first")))
    say(f"  {time.monotonic() - start:.0f} s\n")
    say("2. Second run, nothing has changed since")
    again = play("demo", environment, log="2-second")
    say(f"  {changed(again)} changed, {acted(again)} actions taken\n")
    say("3. Somebody edits the variables; check mode with --diff shows what a run would do")
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--check", "-e", json.dumps({"demo_vars": str(edited(folder))})]
        say()
        foretold = play("demo", environment, *arguments, log="3-foretold", show=True)
    after = play("demo", environment, log="4-after")
    say(f"\n  {changed(foretold)} would change. A run with the old variables after it: {changed(after)} changed.\n")
    quiet = not any(changed(run) or acted(run) for run in (again, after))
    return quiet and changed(foretold) == len(EDITS)


def rules(environment: dict[str, str], folder: Path) -> bool:
    """Apply every rule file of a folder: once, again, and in check mode. Returns whether only the first run changed."""
    say(f"4. The rule files in {folder}")
    variables = ["-e", json.dumps({"rules_folder": str(folder.resolve())})]
    later = 0
    for number, (title, *arguments) in enumerate((("first run",), ("second run",), ("check mode", "--check"))):
        start = time.monotonic()
        found = play("rules", environment, *variables, *arguments, log=f"5-rules-{number + 1}")
        items = [entry for entry in found if entry["label"]]
        counts = Counter(entry["what"] for entry in items)
        created, touched = counts["created"], changed(items) - counts["created"]
        say(
            f"  {title + ':':<12} {len(items)} rules, {created} created, {touched} changed"
            f" ({time.monotonic() - start:.0f} s)"
        )
        later += changed(items) if number else 0
    say()
    return not later


def settings(kibana: dict[str, str]) -> dict[str, str]:
    """The environment of the playbooks: without what would steer Ansible, and with the connection."""
    steering = ("ANSIBLE_",) if os.environ.get("KIBANA_URL") else ("ANSIBLE_", "KIBANA_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return own | {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "link"),
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "changes",
        "ANSIBLE_CONFIG": str(LOGS / "ansible.cfg"),
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_INJECT_FACT_VARS": "false",  # there are no facts, so a template for a task's arguments is safe
        "ANSIBLE_NOCOLOR": "true",
        "LC_ALL": "C.UTF-8",
        **kibana,
    }


def prepared() -> Path | None:
    """The folder of rule files, if any. Raises DemoError for what cannot work."""
    if os.environ.get("KIBANA_URL") and not any(os.environ.get(name) for name in CREDENTIALS):
        raise DemoError("KIBANA_URL is set: set KIBANA_API_KEY, too, or KIBANA_USERNAME and KIBANA_PASSWORD.")
    folder = Path(os.environ["RULES"]).expanduser() if os.environ.get("RULES") else None
    if folder and next(folder.rglob("*.toml"), None) is None:
        raise DemoError(f"RULES={folder} has no TOML files.")
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")  # instead of somebody's own
    return folder


def main() -> int:
    """Run the demonstration; return the exit status."""
    try:
        folder = prepared()
        with connection("9.4.3") as kibana:
            which = "" if os.environ.get("KIBANA_URL") else " (the emulator)"
            say(f"Kibana: {kibana['KIBANA_URL']}{which}\n")
            environment = settings(kibana)
            held = setup(environment)
            held = (folder is None or rules(environment, folder)) and held
    except DemoError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    say("All runs did what they should." if held else "A run changed what should have been as it was.")
    say(f"Ansible's own output of each run is in {LOGS}/.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

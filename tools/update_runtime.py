# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the names of all modules into `meta/runtime.yml`: the action group, and the route to the action plugin.

A module that has an action plugin of its own name is routed to that one. The route is
`plugin_routing.modules.<name>.action_plugin`. A redirect under `plugin_routing.action` would run the same plugin, but
ansible-lint takes its target for the module's right name and would have every user write that.

`--check` writes nothing and exits with 1 where the file is not current. Everything else in the file stays, but its
comments below the first ones do not.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "meta" / "runtime.yml"
COLLECTION = "stackops.kibana"
ACTION = "kibana"
GROUP = "kibana"


def module_names(folder: Path) -> list[str]:
    """Names of the modules in a folder, in order."""
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def route(module: str) -> dict[str, str]:
    """Where a module's tasks go."""
    own = (ROOT / "plugins" / "action" / f"{module}.py").exists()
    return {"action_plugin": f"{COLLECTION}.{module if own else ACTION}"}


def connects(module: str) -> bool:
    """Whether a module has the options of the connection, which the group gives to all of its members."""
    path = ROOT / "plugins" / "modules" / f"{module}.py"
    return not path.exists() or "stackops.kibana.connection" in path.read_text()


def update(data: dict[str, Any], modules: list[str]) -> dict[str, Any]:
    """The content of runtime.yml with both lists brought up to date; tombstones and other routes stay."""
    routing = data.get("plugin_routing") or {}
    other = {
        name: entry
        for name, entry in (routing.get("modules") or {}).items()
        if not str(entry.get("action_plugin", "")).startswith(COLLECTION)
    }
    ours = {module: route(module) for module in modules}
    return {
        **data,
        "action_groups": {**(data.get("action_groups") or {}), GROUP: [name for name in modules if connects(name)]},
        "plugin_routing": {**routing, "modules": dict(sorted({**other, **ours}.items()))},
    }


class Indented(yaml.SafeDumper):
    """Writes lists as ansible-lint wants them, indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without indentation."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write the same route out for each module."""
        return True


def render(text: str, modules: list[str]) -> str:
    """The new text of runtime.yml, its first comments included."""
    head = [line for line in text.splitlines() if line.startswith(("#", "---"))]
    body = yaml.dump(update(yaml.safe_load(text), modules), Dumper=Indented, sort_keys=False, width=120)
    return "\n".join(head) + "\n" + body


def main(arguments: list[str]) -> int:
    """Usage: update_runtime.py [--check]"""
    old = RUNTIME.read_text()
    new = render(old, module_names(ROOT / "plugins" / "modules"))
    if old == new:
        return 0
    if arguments == ["--check"]:
        print("meta/runtime.yml is not current: run `make runtime`", file=sys.stderr)
        return 1
    RUNTIME.write_text(new)
    print("meta/runtime.yml written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

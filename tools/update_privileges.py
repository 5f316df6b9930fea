# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/privileges.md from the table of privileges in plugins/module_utils/_privileges.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "privileges.md"
HEAD = """<!-- Written by `make runtime` from plugins/module_utils/_privileges.py: do not edit. -->
# Least privileges

What the user or API key of a task needs, for each module. Check mode needs no more than what is under "to look". A
task that is to write needs both. All privileges are those of Kibana in the space of the task unless the table below
says otherwise; a weaker one comes with the stronger one of the same feature.

The names are those that Kibana uses among its APIs: an error with status 403 names the one that is missing. The second
table says what to tick in a role. Some areas of Kibana ask Elasticsearch as the user of the task. What Elasticsearch
wants is a privilege of the cluster, such as `manage_transform`, or one on indices, such as `.lists-*:read`; instead of
the pattern a role may name those of the space, `.lists-default`.

Ask Kibana before a run:

```yaml
- name: What do these modules need, and what is missing?
  stackops.kibana.kibana_info:
    modules: [connector, fleet_output]
  register: before
```

Kibana's public API does not tell a user's privileges in Kibana. `kibana_info` therefore tries harmless reads: who is
refused one lacks the privilege, and the stronger one of the same feature. Privileges to write cannot be tried without
writing. They are reported as unknown, unless the weaker one is missing already. What Elasticsearch allows is told by
value lists, asset criticality, the risk engine and the detection engine, to who may use them.

How sure this is: each row is tested against the emulator, with a user who has exactly these privileges and with users
who lack one of them. The emulator follows Kibana's documented and observed privileges of 8.18 and 9.4. What is in the
notes alone is not tested.

| module | to look | to write, besides | notes |
|---|---|---|---|
"""
MIDDLE = """
| privilege | in a role | comes with it |
|---|---|---|
"""


def table() -> ModuleType:
    """The module with the table; it imports nothing of the collection."""
    path = ROOT / "plugins" / "module_utils" / "_privileges.py"
    spec = importlib.util.spec_from_file_location("kibana_privileges", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def render() -> str:
    """The whole document."""
    data = table()
    rows = [
        f"| {name} | {_codes(needs.read)} | {_codes(needs.write)} | {needs.note} |"
        for name, needs in sorted(data.MODULES.items())
    ]
    words = [
        f"| `{name}` | {known.words} | {_codes([known.includes] if known.includes else [])} |"
        for name, known in sorted(data.PRIVILEGES.items())
    ]
    return HEAD + "\n".join(rows) + "\n" + MIDDLE + "\n".join(words) + "\n"


def _codes(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of the role kibana_config that follow from the kinds of objects in `plugins/plugin_utils/_kinds.py`.

These are `tasks/apply.yml`, with a task for each kind, and `meta/argument_specs.yml`, with a variable for each. Kinds
whose module does not exist are left out. `--check` writes nothing and exits with 1 where a file is not current.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from update_runtime import Indented

ROOT = Path(__file__).resolve().parent.parent
ROLE = ROOT / "roles" / "kibana_config"
HEAD = """# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
---
# Written by `make runtime` from plugins/plugin_utils/_kinds.py.
"""


GATHER = """- name: Gather what became of every object
  ansible.builtin.set_fact:
    kibana_config_results: >-
      {{{{ [
        {}
      ] | selectattr('kind', 'defined') }}}}
  tags:
    - always
"""


REMOVE = """- name: What would be deleted
  stackops.kibana.kibana_prune: &prune
    areas: '{{ kibana_exact }}'
    objects:OBJECTS
    defaults: '{{ kibana_defaults | default({}) }}'
    scope: '{{ kibana_scope | default({}) }}'
    owner: '{{ kibana_owner | default(omit) }}'
    spaces: '{{ kibana_exact_spaces | default([]) }}'
    max_deletions: '{{ kibana_max_deletions }}'
  check_mode: true
  changed_when: false
  register: kibana_config_plan
  ignore_errors: '{{ kibana_config_keep_going | default(false) }}'

- name: Plan of deletions
  ansible.builtin.debug:
    msg: "{{ kibana_config_plan.deletions }}"
  when: kibana_config_plan.areas | default([]) | length > 0

- name: Delete what is not listed
  stackops.kibana.kibana_prune: *prune
  when: kibana_config_plan.areas | default([]) | length > 0
  register: kibana_config_removed
  ignore_errors: '{{ kibana_config_keep_going | default(false) }}'

- name: Gather what was deleted
  ansible.builtin.set_fact:
    kibana_config_results: >-
      {{ kibana_config_results + (kibana_config_removed.areas | default([])) }}
"""


def load(path: Path) -> ModuleType:
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def kinds() -> list[Any]:
    """The kinds whose module is there, in the order of application."""
    every = load(ROOT / "plugins" / "plugin_utils" / "_kinds.py").KINDS
    return [kind for kind in every if (ROOT / "plugins" / "modules" / f"{kind.module}.py").exists()]


def title(area: str) -> str:
    """How an area is called in the name of a task."""
    words = area.replace("_", " ")
    for short in ("api", "ai", "apm", "slos"):
        words = " ".join(short.upper().replace("SLOS", "SLOs") if word == short else word for word in words.split())
    return words[0].upper() + words[1:]


def result(kind: Any) -> str:
    """The variable with the result of a kind's task."""
    return f"kibana_config_{kind.area}"


def task(kind: Any) -> dict[str, Any]:
    """The task that applies a kind."""
    return {
        "name": title(kind.area),
        "stackops.kibana.kibana_apply": {
            "kind": kind.module,
            "objects": f"{{{{ {kind.variable} }}}}",
            "defaults": f"{{{{ (kibana_defaults | default({{}}))['{kind.area}'] | default({{}}) }}}}",
            "owner": "{{ kibana_owner | default(omit) }}",
        },
        "when": f"{kind.variable} | default([]) | length > 0",
        "register": result(kind),
        "ignore_errors": "{{ kibana_config_keep_going | default(false) }}",
        "tags": [kind.area],
    }


def tasks(found: list[Any]) -> str:
    """The text of tasks/apply.yml."""
    listed = [yaml.dump([task(kind)], Dumper=Indented, sort_keys=False, width=150) for kind in found]
    return HEAD + "\n".join(
        [*listed, GATHER.format(",\n        ".join(f"{result(kind)} | default({{}})" for kind in found))]
    )


def removal(found: list[Any]) -> str:
    """The text of tasks/remove.yml: the plan, then the deletion. A variable that is not defined is no empty list."""
    objects = "".join(f"\n      {kind.area}: '{{{{ {kind.variable} | default(none) }}}}'" for kind in found)
    return HEAD + REMOVE.replace("OBJECTS", objects)


def specification(found: list[Any]) -> str:
    """The text of meta/argument_specs.yml: what is written by hand, with a variable for each kind."""
    by_hand = yaml.safe_load((ROOT / "tools" / "kibana_config.yml").read_text(encoding="utf-8"))
    options = by_hand["argument_specs"]["main"]["options"]
    for kind in found:
        description = [
            f"The objects of area V({kind.area}), each with the options of M(stackops.kibana.{kind.module})."
        ]
        if kind.many and kind.many.module == kind.module:
            option = f"O(stackops.kibana.{kind.module}#module:{kind.many.option})"
            description = [f"The objects of area V({kind.area}), each with what an element of {option} has."]
        options[kind.variable] = {
            "description": description,
            "type": "list",
            "elements": "dict",
        }
    return HEAD + yaml.dump(by_hand, Dumper=Indented, sort_keys=False, width=120)


def main(arguments: list[str]) -> int:
    """Usage: update_roles.py [--check]"""
    found, status = kinds(), 0
    for folder in ("tasks", "meta"):
        (ROLE / folder).mkdir(parents=True, exist_ok=True)
    for path, text in (
        (ROLE / "tasks" / "apply.yml", tasks(found)),
        (ROLE / "tasks" / "remove.yml", removal(found)),
        (ROLE / "meta" / "argument_specs.yml", specification(found)),
    ):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments == ["--check"]:
            print(f"{path.relative_to(ROOT)} is not current: run `make runtime`", file=sys.stderr)
            status = 1
            continue
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)} written")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

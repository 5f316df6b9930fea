# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup and the inventory of this collection in this process, their options checked as Ansible does it."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader

PLUGINS = "ansible_collections.stackops.kibana.plugins"
PREFIX = "stackops.kibana."


@cache
def plugin(kind: str, name: str) -> Any:
    """The module of a plugin; Ansible knows its options from then on."""
    module = importlib.import_module(f"{PLUGINS}.{kind}.{name}")
    about = yaml.safe_load(module.DOCUMENTATION)
    known = dict(about.get("options") or {})
    for fragment in about.get("extends_documentation_fragment", ()):
        known = {**yaml.safe_load(_fragment(fragment))["options"], **known}
    C.config.initialize_plugin_configuration_definitions(kind, PREFIX + name, known)
    return module


def _fragment(name: str) -> str:
    if name.startswith(PREFIX):
        module = importlib.import_module(f"{PLUGINS}.doc_fragments.{name.removeprefix(PREFIX)}")
        return str(module.ModuleDocFragment.DOCUMENTATION)
    return str(fragment_loader.get(name.rpartition(".")[2]).DOCUMENTATION)


def look_up(terms: Any, options: dict[str, Any], variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the lookup ``kibana`` finds, or its error."""
    found = plugin("lookup", "kibana").LookupModule()
    found._load_name = PREFIX + "kibana"
    try:
        return {"changed": False, "found": found.run(terms, variables or {}, **options)}
    except AnsibleError as error:
        return {"failed": True, "msg": str(error)}


def inventory(path: Path, content: Any) -> dict[str, Any]:
    """The hosts that the inventory ``fleet_agents`` makes of a file with this content, or its error."""
    if content is not None:
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    made = plugin("inventory", "fleet_agents").InventoryModule()
    made._load_name, data = PREFIX + "fleet_agents", InventoryData()
    before = C.INVENTORY_ANY_UNPARSED_IS_FAILED
    try:
        made.parse(data, DataLoader(), str(path), cache=False)
    except AnsibleError as error:
        return {"failed": True, "msg": str(error)}
    finally:
        C.INVENTORY_ANY_UNPARSED_IS_FAILED = before
    return {"changed": False, "hosts": sorted(data.hosts)}

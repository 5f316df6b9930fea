# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: with_secrets
short_description: Objects with their secrets from somewhere else
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
description:
  - Adds C(secrets) to those objects of a list that have some in a dictionary, so that the objects can be in plain files
    and the secrets in a vault.
  - It fits the O(stackops.kibana.kibana_apply#module:objects) of M(stackops.kibana.kibana_apply), which shows no
    secrets.
positional: secrets
options:
  _input:
    description: The objects, each the options of a module with O(stackops.kibana.connector#module:secrets).
    type: list
    elements: dict
    required: true
  secrets:
    description: The secrets, by the id or the name of the object.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Connectors from plain variables, their secrets from a vault
  vars:
    connectors:
      - id: soc-pagerduty
        name: SOC on call
        connector_type_id: .pagerduty
    vault_secrets:
      soc-pagerduty:
        routingKey: 0123456789abcdef0123456789abcdef
  stackops.kibana.kibana_apply:
    kind: connector
    objects: "{{ connectors | stackops.kibana.with_secrets(vault_secrets) }}"
"""

RETURN = r"""
_value:
  description: The same objects in the same order.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError


def with_secrets(value: Any, secrets: Any) -> list[dict[str, Any]]:
    """The objects with their secrets. Raises AnsibleFilterError, which shows none."""
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise AnsibleFilterError("with_secrets takes a list of dictionaries.")
    if not isinstance(secrets, Mapping):
        raise AnsibleFilterError("with_secrets needs a dictionary of secrets by id or name.")
    return [_with(one, secrets) for one in value]


def _with(one: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("id", "name"):
        called = one.get(name)
        if isinstance(called, (str, int)) and called in secrets:
            return {**one, "secrets": secrets[called]}
    return dict(one)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"with_secrets": with_secrets}

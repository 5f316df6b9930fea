# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Names instead of ids: the connectors and exception lists that a detection rule refers to.

In check mode a reference to something that the same play has yet to create is a warning, not a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import CONNECTORS, find_connector
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import EXCEPTION_LIST
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_actions import SYSTEM_CONNECTOR
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

# Kibana makes it when it is first needed, always with these values.
ENDPOINT_LIST = {"id": "endpoint_list", "type": "endpoint", "namespace_type": "agnostic"}


@dataclass(frozen=True)
class References:
    """Looks up what rules refer to. ``warn`` takes a text for the person who runs the task."""

    client: KibanaClient
    check_mode: bool
    warn: Callable[[str], None]

    def resolve(self, rule: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
        """The rule with ids for names. Raises :class:`PlanError` for what is not there or not clear."""
        stored, changes = current or {}, {}
        if rule["actions"]:
            known = {action["id"]: action["action_type_id"] for action in stored.get("actions") or []}
            actions = [prune(action) for action in rule["actions"]]
            changes["actions"] = [self._action(number, action, known) for number, action in enumerate(actions)]
        if rule["exceptions_list"]:
            lists = [prune(entry) for entry in rule["exceptions_list"]]
            changes["exceptions_list"] = [self._list(entry, stored.get("exceptions_list") or []) for entry in lists]
        return {**rule, **changes}

    def _action(self, number: int, action: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
        """An action with the id and the type of its connector."""
        rest = {key: value for key, value in action.items() if key != "connector"}
        if "connector" in action:
            found = self._by_name(f"actions[{number}].connector", action["connector"], action.get("action_type_id"))
            return {**rest, "id": found["id"], "action_type_id": found["connector_type_id"]}
        if "action_type_id" in action:
            return rest
        return {**rest, "action_type_id": self._type_of(f"actions[{number}].id", action["id"], known)}

    def _by_name(self, place: str, name: str, kind: str | None) -> dict[str, Any]:
        try:
            found = find_connector(self.client, None, name, kind, reference=True)
        except PlanError as error:
            raise PlanError(f"{place}: {error}") from error
        if found:
            return found
        of_type = f" of type {kind}" if kind else ""
        self._missing(f"{place}: there is no connector{of_type} with the name {name!r}", "correct the name")
        return {"id": KNOWN_AFTER_APPLY, "connector_type_id": kind or KNOWN_AFTER_APPLY}

    def _type_of(self, place: str, identity: str, known: dict[str, str]) -> str:
        """The type of a connector, from the stored rule where it has an action of that connector."""
        if identity in known:
            return known[identity]
        if identity.startswith(SYSTEM_CONNECTOR):
            return identity[len(SYSTEM_CONNECTOR) :]
        found = self.client.reads.search(CONNECTORS, lambda item: item["id"] == identity, reference=True)
        if not found:
            self._missing(f"{place}: there is no connector with the id {identity!r}", "correct the id")
        return str(found[0]["connector_type_id"]) if found else KNOWN_AFTER_APPLY

    def _list(self, entry: dict[str, Any], stored: list[dict[str, Any]]) -> dict[str, Any]:
        """A reference to an exception list with its four parts."""
        if all(name in entry for name in ("id", "type", "namespace_type")):
            return entry
        if entry["list_id"] == "endpoint_list":
            return {**ENDPOINT_LIST, **entry}
        spaces = [entry["namespace_type"]] if "namespace_type" in entry else ["single", "agnostic"]
        for other in stored:
            if other["list_id"] == entry["list_id"] and other["namespace_type"] in spaces:
                return {**other, **entry}
        for namespace in spaces:
            found = self._stored_list(entry["list_id"], namespace)
            if found:
                return {"id": found["id"], "type": found["type"], "namespace_type": namespace, **entry}
        self._missing(f"exceptions_list: there is no exception list {entry['list_id']!r}", "correct list_id")
        unknown = {"id": KNOWN_AFTER_APPLY, "type": KNOWN_AFTER_APPLY, "namespace_type": spaces[0]}
        return {**unknown, **entry}

    def _stored_list(self, list_id: str, namespace: str) -> dict[str, Any]:
        """An exception list, read once for all rules that share it; empty where there is none."""
        path = fill_path(EXCEPTION_LIST, {"list_id": list_id, "namespace_type": namespace})
        found: dict[str, Any] = self.client.cached(path, lambda: self.client.find(path) or {}, path)
        return found

    def _missing(self, what: str, advice: str) -> None:
        if not self.check_mode:
            raise PlanError(f"{what} in this space: create it first, or {advice}.")
        self.warn(f"{what} yet; its id is {KNOWN_AFTER_APPLY}.")

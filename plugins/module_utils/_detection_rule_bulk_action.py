# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One action on many detection rules: ``POST /api/detection_engine/rules/_bulk_action``."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, message_of

Failures = dict[str, str]

CHUNK_IDS = 100  # Kibana takes no more ids


def by_bulk_action(client: KibanaClient, keys: Mapping[str, str], action: str = "delete") -> Failures:
    """``POST _bulk_action``: HTTP 500 where any rule failed, with a list of them; it is done to the others."""
    try:
        client.call("POST", PATH + "/_bulk_action", json={"action": action, "ids": list(keys)}, safe=True)
    except KibanaError as error:
        details = error.error.get("attributes") if isinstance(error.error, dict) else None
        problems = (details or {}).get("errors")
        if not problems:
            raise
        return {
            keys[rule["id"]]: message_of(problem)
            for problem in problems
            for rule in problem.get("rules") or []
            if rule.get("id") in keys
        }
    return {}

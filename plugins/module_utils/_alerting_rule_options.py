# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The options that describe an alerting rule: every field of Kibana's documented body, flat and typed."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import (
    dicts,
    needed,
    strings,
    text,
)

NOTIFY_WHEN = ("onActionGroupChange", "onActiveAlert", "onThrottleInterval")


def fields(required: bool = False, **options: Any) -> dict[str, Any]:
    return {"type": "dict", "options": options, **({"required": True} if required else {})}


TIMEFRAME = fields(
    days={"type": "list", "elements": "int", "required": True},
    hours=fields(required=True, start=needed(), end=needed()),
    timezone=needed(),
)
ACTIONS = {
    **dicts(
        id=text(),
        connector=text(),
        group=text(),
        params=needed("dict"),
        frequency=fields(summary=needed("bool"), notify_when=text(*NOTIFY_WHEN, required=True), throttle=text()),
        alerts_filter=fields(query=fields(kql=needed(), filters=dicts()), timeframe=TIMEFRAME),
        uuid=text(),
        use_alert_data_for_template={"type": "bool"},
    ),
    "mutually_exclusive": [("id", "connector")],
    "required_one_of": [("id", "connector")],
}
OPTIONS: dict[str, Any] = {
    "id": text(),
    "name": text(),
    "rule_type_id": text(),
    "consumer": text(),
    "enabled": {"type": "bool"},
    "schedule": fields(interval=needed()),
    "params": {"type": "dict"},
    "tags": strings(),
    "actions": ACTIONS,
    "notify_when": text(*NOTIFY_WHEN),
    "throttle": text(),
    "alert_delay": fields(active=needed("int")),
    "flapping": fields(
        look_back_window={"type": "int"}, status_change_threshold={"type": "int"}, enabled={"type": "bool"}
    ),
    "artifacts": fields(dashboards=dicts(id=needed()), investigation_guide=fields(blob=needed())),
    "mute_all": {"type": "bool"},
    "muted_alert_ids": strings(),
    # No secrets, whatever their names suggest.
    "update_api_key": {"type": "bool", "default": False, "no_log": False},
    "api_key_warning": {"type": "bool", "default": True, "no_log": False},
}

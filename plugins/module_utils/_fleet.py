# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What server hosts, download sources and proxies of Fleet have in common (``/api/fleet/<collection>``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

# They belong to no space, come as a whole list, and are found by id or by name.
TRAITS: dict[str, Any] = {
    "in_space": False,
    "envelope": "item",
    "list_envelope": "items",
    "list_is_complete": True,
    "name_key": "name",
    "rules": {"required_one_of": [("id", "name")]},
    "echo_secrets": True,
}
SSL_DEFAULTS: dict[str, Any] = {"proxy_id": "", "ssl": {}}


def guarded(what: str, needed: tuple[str, ...]) -> Callable[[Context, Any], Plan]:
    """The usual plan, refused for what Kibana's configuration file decides and for a new object that lacks fields.

    ``what`` is the kind of object in a sentence.
    """

    def plan(context: Context, current: dict[str, Any] | None) -> Plan:
        step = default_plan(context, current)
        if step.action == "create":
            missing = [name for name in needed if context.params[name] in (None, [], "")]
            if missing:
                raise PlanError(f"There is no such {what} yet, and a new one needs {' and '.join(missing)}.")
        if current is None or not step.changed:
            return step
        if current.get("is_preconfigured"):
            raise PlanError(
                f"The {what} {current['name']!r} is preconfigured: change it in Kibana's configuration file."
            )
        if step.action == "delete" and current.get("is_default"):
            raise PlanError(f"The {what} {current['name']!r} is the default: make another one the default first.")
        return step

    return plan


def body_of(step: Plan) -> dict[str, Any]:
    """The body of a write: everything that is to stay, since an update may drop what it does not repeat.

    An empty value stands for an absent one, and null clears; in an update Kibana knows no id.
    """
    drop = {"id"} if step.action == "update" else set()
    cleared = {name for name in ("proxy_id", "ssl", "auth") if (step.current or {}).get(name)}
    body = {name: value for name, value in step.body.items() if name not in drop}
    return {
        name: (None if value in ("", {}) else value)
        for name, value in body.items()
        if value not in ("", {}) or name in cleared
    }

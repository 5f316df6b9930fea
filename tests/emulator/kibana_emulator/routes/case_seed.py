# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A believable set of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .case_rules import CASES, COMMENTS, CONFIGURATIONS, new_case, user

if TYPE_CHECKING:
    from ..core import Emulator

NONE = {"id": "none", "name": "none", "type": ".none", "fields": None}
WORK = (
    ("anna", "Phishing wave against accounting", ["phishing", "mail-01"], "high", "in-progress"),
    ("boris", "Brute force on web-01", ["bruteforce", "web-01"], "medium", "open"),
    ("anna", "Malware on wks-chloe", ["malware", "wks-chloe"], "critical", "closed"),
)


def seed_soc(emulator: Emulator) -> None:
    """The work of a SOC: three cases of two people, each with a comment and an alert, and one custom field."""
    key = emulator.uuid()
    emulator.store(CONFIGURATIONS, "default")[key] = {
        "id": key, "version": emulator.version_token(), "owner": "securitySolution", "connector": NONE,
        "closure_type": "close-by-user", "mappings": [], "error": None, "templates": [],
        "created_at": emulator.now(), "created_by": user("elastic"), "updated_at": None, "updated_by": None,
        "customFields": [{"key": "playbook", "label": "Playbook", "type": "text", "required": False}],
    }  # fmt: skip
    for number, (name, title, tags, severity, status) in enumerate(WORK, 1):
        case = new_case(emulator, {
            "title": title, "description": f"{title}, reported by the SOC.", "tags": tags, "severity": severity,
            "owner": "securitySolution", "connector": NONE, "settings": {"syncAlerts": True},
            "customFields": [{"key": "playbook", "type": "text", "value": None}],
        }, name)  # fmt: skip
        case["status"] = status
        if status == "closed":
            case.update(closed_at=case["created_at"], closed_by=user(name), duration=0)
        if emulator.version >= (9, 0):
            case["incremental_id"] = number
        emulator.store(CASES, "default")[case["id"]] = case
        _attach(emulator, case["id"], name, {"type": "user", "comment": "Looked at it, it is real."})
        _attach(emulator, case["id"], name, {
            "type": "alert", "alertId": [f"alert-{number}"], "index": [".alerts-security.alerts-default"],
            "rule": {"id": f"rule-{number}", "name": title},
        })  # fmt: skip


def _attach(emulator: Emulator, case: str, name: str, attached: dict[str, Any]) -> None:
    key = emulator.uuid()
    emulator.store(COMMENTS, "default")[key] = {
        "_case": case, "id": key, "version": emulator.version_token(), "owner": "securitySolution",
        "created_at": emulator.now(), "created_by": user(name), "pushed_at": None, "pushed_by": None,
        "updated_at": None, "updated_by": None, **attached,
    }  # fmt: skip

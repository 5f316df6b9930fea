# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case, Kibana

NONE = {"id": "none", "name": "none", "type": ".none", "fields": None}


def opened(kibana: Kibana) -> None:
    body = {"title": "Malware", "description": "d", "owner": "cases", "tags": [], "connector": NONE}
    kibana.call("POST", "/api/cases", {**body, "settings": {"syncAlerts": True}})


CASES = [
    Case(
        module="case_comment",
        result_key="comment",
        identity={"case_title": "Malware", "case_owner": "cases", "comment": " Looked at it.\n"},
        create={},
        changes=["id"],
        setup=opened,
    ),
]

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case, Kibana

CHANGES = ["updatedAt", "updatedBy"]


def with_model(kibana: Kibana) -> None:
    kibana.emulator.store("ai_knowledge_base", "default")["elser"] = True


CASES = [
    Case(
        module="ai_knowledge_base_entry",
        result_key="entry",
        identity={"name": 'Network "plan" (new): a\\b'},
        create={"type": "document", "text": "10.1.0.0/16 are servers.\n"},
        updates=[
            {"text": "10.1.0.0/16 are servers, 10.2.0.0/16 are workstations."},
            {"required": True},
            {"required": False},
            {"source": "wiki"},
            {"global": True},
            {"text": "Everybody's"},
            {"global": False},
        ],
        changes=[*CHANGES, "users", "global"],
        setup=with_model,
    ),
    Case(
        module="ai_knowledge_base_entry",
        name="index",
        result_key="entry",
        identity={"name": "Tickets"},
        create={
            "type": "index",
            "global": True,
            "index": "tickets",
            "field": "content",
            "description": "d",
            "queryDescription": "q",
            "outputFields": ["title", "content"],
        },
        updates=[
            {"index": "tickets-*"},
            {"field": "body"},
            {"description": "When?"},
            {"queryDescription": "How?"},
            {"inputSchema": [{"fieldName": "user", "fieldType": "string", "description": "Name of the user"}]},
            {"inputSchema": []},
            {"outputFields": ["body"]},
            {"outputFields": []},
        ],
        changes=CHANGES,
    ),
]

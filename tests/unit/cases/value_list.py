# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case, Kibana

# Kibana moves these with every write of a list.
MOVING = ("_version", "version", "updated_at", "updated_by")
# One option alone; the list must exist.
OF_THE_LIST = [
    {"name": "Other name"},
    {"description": "Other description"},
    {"meta": {"owner": "soc", "tier": 1}},
    {"meta": {"tier": 2}},
    {"meta": {}},
]


def data_streams(kibana: Kibana) -> None:
    """Make the data streams, so that creating needs no request for them."""
    kibana.call("POST", "/api/lists/index")


CASES = [
    Case(
        module="value_list",
        result_key="value_list",
        identity={"id": "scanners"},
        create={
            "name": "Scanners",
            "description": "Hosts that scan",
            "type": "ip",
            "items": ["192.0.2.1", "2001:DB8:0::1", "192.0.2.1", "::ffff:192.0.2.1"],
        },
        updates=[
            *OF_THE_LIST,
            {"items": ["192.0.2.2", "2001:db8::1"]},
            {"items": ["192.0.2.2", "192.0.2.3"], "exact": True},
            {"items": [], "exact": True},
        ],
        changes=MOVING,
        writes={"create": 3, "update": 3},
    ),
    Case(
        module="value_list",
        name="without-values",
        result_key="value_list",
        identity={"id": "Süd / %2e &=?#"},
        create={"name": "n", "description": "d", "type": "keyword", "meta": {"a": {"b": 1}}},
        updates=[{"meta": {"a": {"c": None, "d": 2}}}, *OF_THE_LIST],
        changes=MOVING,
        setup=data_streams,
    ),
    Case(
        module="value_list",
        name="formats",
        result_key="value_list",
        identity={"id": "formats"},
        create={
            "name": "n",
            "description": "d",
            "type": "keyword",
            "serializer": "(?<value>.*)",
            "deserializer": "{{value}}",
            "meta": {},
            "items": [],
        },
        updates=[{"items": ["a b", "ä", "a,b", '"', "1"]}, {"items": [1, 2.5, "x"], "exact": True, "concurrency": 1}],
        changes=MOVING,
        setup=data_streams,
        writes={"create": 1, "update": 7},
    ),
    Case(
        module="value_list",
        name="range",
        result_key="value_list",
        identity={"id": "nets"},
        create={
            "name": "n",
            "description": "d",
            "type": "ip_range",
            "items": ["10.0.0.0/24", "10.0.1.0 - 10.0.1.255", "2001:DB8::/32", "10.9.9.9"],
        },
        updates=[{"items": ["10.0.1.0/24", "10.9.9.9/32", "10.0.2.0/24"], "exact": True}],
        changes=MOVING,
        writes={"create": 3, "update": 4},
    ),
]

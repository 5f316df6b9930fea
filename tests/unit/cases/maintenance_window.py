# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

MOVES = ["id", "updated_at", "updated_by", "status"]
START = "2199-03-01T22:00:00Z"

CASES = [
    Case(
        module="maintenance_window",
        result_key="maintenance_window",
        identity={"title": 'Patches of "db-1" / ü'},
        create={"schedule": {"custom": {"start": START, "duration": "90m"}}},
        updates=[
            {"enabled": False},
            {"enabled": True},
            {"scope": {"alerting": {"query": {"kql": 'kibana.alert.rule.tags: "db"'}}}},
            {"schedule": {"custom": {"timezone": "Europe/Berlin"}}},
            {"schedule": {"custom": {"recurring": {"every": "2w", "onWeekDay": ["SU", "MO"]}}}},
            {"schedule": {"custom": {"recurring": {"occurrences": 5}}}},
            {"schedule": {"custom": {"recurring": {"end": "2200-01-01T00:00:00Z"}}}},
            {"schedule": {"custom": {"recurring": {"occurrences": 7}}}},
            {"schedule": {"custom": {"recurring": {"onMonthDay": [31, 1], "onMonth": [12]}}}},
            {"schedule": {"custom": {"recurring": {}}}},
            {"schedule": {"custom": {"recurring": {"every": "1M", "end": "2200-01-01T01:00:00+01:00"}}}},
            {"schedule": {"custom": {"duration": "36h"}}},
            {"schedule": {"custom": {"start": "2199-03-02T00:00:00+02:00", "duration": "1d", "timezone": "UTC"}}},
            {"schedule": {"custom": {"start": "2199-03-02"}}},
        ],
        changes=MOVES,
        versions=["9.4.3"],
    ),
    Case(
        module="maintenance_window",
        name="opened",
        result_key="maintenance_window",
        identity={"title": "Deployment"},
        create={"duration": "1h"},
        updates=[
            {"scope": {"alerting": {"query": {"kql": "a: 1"}}}},
            {"state": "archived"},
            {"duration": "2h"},
            {"enabled": False},
            {"enabled": True},
        ],
        changes=[*MOVES, "schedule"],
        writes={"update": 2},
        versions=["9.4.3"],
    ),
]

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier team left behind in the data set `soc`: something to change, and something to take away. No routes.

The rules come from before Kibana made the endpoint exception list along with the first rule, so there is none yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from ..auth import User
from ..role_codec import stored
from ..routing import Context
from .rule_rules import RuleStore, completed

if TYPE_CHECKING:
    from ..core import Emulator

_TIME = "2025-03-01T08:00:00.000Z"
_RULES = {
    "earlier-rdp-from-outside": ("RDP from outside", "destination.port: 3389"),
    "earlier-telnet": ("Telnet", "destination.port: 23"),
    "earlier-ftp": ("FTP", "destination.port: 21"),
    "earlier-tftp": ("TFTP", "destination.port: 69"),
}


def seed_soc(emulator: Emulator) -> None:
    """A role, a mirror, a Fleet Server and a few rules of a team that has gone."""
    role = {"elasticsearch": {"cluster": ["monitor"]}, "kibana": [{"base": ["read"], "feature": {}, "spaces": ["*"]}]}
    emulator.store("roles")["earlier_contractor"] = stored(role, None)
    emulator.store("fleet_download_sources")["earlier-mirror"] = {
        "id": "earlier-mirror", "name": "Earlier mirror", "is_default": False, "host": "https://mirror.old.example/",
    }  # fmt: skip
    emulator.store("fleet_server_hosts")["earlier-fleet"] = {
        "id": "earlier-fleet", "name": "Earlier data centre", "is_default": False,
        "host_urls": ["https://fleet.old.example:8220"], "is_preconfigured": False,
    }  # fmt: skip
    ctx = Context(emulator, User("boris", ("*",)), "default", {}, MultiDict(), {}, b"")
    for number, (rule_id, (name, query)) in enumerate(_RULES.items(), 1):
        RuleStore(ctx).put(_rule(ctx, number, rule_id, name, query))


def _rule(ctx: Context, number: int, rule_id: str, name: str, query: str) -> dict[str, Any]:
    fields = {
        "type": "query", "name": name, "description": f"{name} is not allowed.", "severity": "low", "risk_score": 21,
        "query": query, "tags": ["earlier"], "author": [],
    }  # fmt: skip
    return {
        **completed(ctx, fields), "id": f"e0000000-0000-4000-8000-00000000000{number}", "rule_id": rule_id,
        "enabled": False, "version": 1, "revision": 0, "immutable": False, "rule_source": {"type": "internal"},
        "created_at": _TIME, "created_by": "boris", "updated_at": _TIME, "updated_by": "boris",
    }  # fmt: skip

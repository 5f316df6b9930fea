# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated of the options of a task, in its result and in the log of the system."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.basic import AnsibleModule
from harness import URL, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _args
from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process

CONNECTION = {"kibana_url": URL, "kibana_username": "elastic", "kibana_password": "changeme"}
RULE = {"name": "N", "description": "D", "type": "query", "query": "*", "risk_score": 1, "severity": "low"}


@pytest.mark.parametrize("count", [_args.LONGEST_SHOWN, _args.LONGEST_SHOWN + 1])
def test_of_very_long_options_only_the_number_is_repeated(
    kibana: Kibana, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(str(msg)))
    rules = [{**RULE, "rule_id": f"rule-{number}"} for number in range(count)]
    # Not run_module, which asks for no log at all.
    outcome = _in_process.execute("detection_rules", _in_process.encode_args({**CONNECTION, "rules": rules}))
    result = json.loads(outcome.stdout)
    assert result["summary"]["created"] == count
    shown, long = result["invocation"]["module_args"]["rules"], count > _args.LONGEST_SHOWN
    assert shown == [f"({count} elements)"] if long else len(shown) == count
    assert ("rule-7" in json.dumps(logged)) == (not long)
    assert not kibana.ok("detection_rules", {"rules": rules})["changed"]

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that a module takes are those that it documents, at every depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible.module_utils import basic
from harness import Kibana
from reliability.tasks import MODULES
from test_export_sources import documented

# Action plugins do without a spec; the fragments of detection_rules meet within one option, which detection_rule has.
ELSEWHERE = {"kibana_apply", "kibana_export", "kibana_prune", "detection_rule_files", "detection_rule_snapshot"}
ELSEWHERE |= {"detection_rules"}


class Seen(BaseException):
    """The argument spec of a module, as soon as it has one."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        super().__init__()
        self.spec = spec


def shape(specs: Mapping[str, Any], below: str) -> dict[str, Any]:
    """What can be compared: types, choices, what is required, and the same for what is within."""
    return {
        name: {
            "type": spec.get("type", "str"),
            "elements": spec.get("elements"),
            "choices": sorted(map(str, spec.get("choices") or ())),
            "required": bool(spec.get("required")),
            "within": shape(spec.get(below) or {}, below),
        }
        for name, spec in specs.items()
        if not name.startswith("kibana_")  # those of the connection have a test of their own
    }


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ELSEWHERE])
def test_what_is_documented_is_what_is_taken(kibana: Kibana, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(_self: Any, argument_spec: Mapping[str, Any], **_rules: Any) -> None:
        raise Seen(argument_spec)

    monkeypatch.setattr(basic.AnsibleModule, "__init__", seen)
    with pytest.raises(Seen) as found:
        kibana.run(module, {})
    assert shape(found.value.spec, "options") == shape(documented(module), "suboptions")

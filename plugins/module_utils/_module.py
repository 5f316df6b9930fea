# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The AnsibleModule of all modules."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, CONNECTION_RULES, shortened


class _Module(AnsibleModule):  # type: ignore[misc]
    """Ansible writes the options of every task to the log of the system: of long ones only the number of elements."""

    params: dict[str, Any]

    def _log_invocation(self) -> None:
        whole = self.params
        self.params = {**whole, **shortened(whole)}
        super()._log_invocation()
        self.params = whole


def build_module(options: Mapping[str, Any], **rules: Any) -> Any:
    """The AnsibleModule for these options and the connection's. Fails the task where ``requests`` is missing."""
    exclusive = [*CONNECTION_RULES["mutually_exclusive"], *rules.pop("mutually_exclusive", [])]
    module = _Module(
        argument_spec={**options, **CONNECTION},
        supports_check_mode=True,
        mutually_exclusive=exclusive,
        **rules,
    )
    if _session.REQUESTS_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=traceback.format_exc())
    return module

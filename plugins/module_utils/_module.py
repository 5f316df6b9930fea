# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The AnsibleModule of all modules."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, CONNECTION_RULES, url_password
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import SECRET_HIDDEN, url_passwords


class _Module(AnsibleModule):  # type: ignore[misc]
    """Ansible writes the options of every task to the system's log: nothing secret and nothing long may be there."""

    params: dict[str, Any]

    def __init__(self, concealed: Iterable[str], **rules: Any) -> None:
        self._concealed = concealed
        try:
            super().__init__(**rules)
        except (AttributeError, OverflowError, TypeError):  # ansible-core does not expect every value
            problem = unfit(rules["argument_spec"], self.params)
            if not problem:
                raise
            self.fail_json(msg=f"{problem} See the documentation of the module.")
        self._concealed = ()

    def fail_json(self, msg: str, **result: Any) -> Any:
        """Fail. Where the options are wrong, nobody has masked yet what only the resource knows as secret."""
        for name in self._concealed:
            if self.params.get(name) is not None:
                self.params[name] = SECRET_HIDDEN
        super().fail_json(msg=tidy(msg), **result)

    def _load_params(self) -> None:
        super()._load_params()
        # For ansible-core a null is given, where options are required or exclude each other.
        self.params = {name: value for name, value in self.params.items() if value is not None}
        urls = [self.params.get(name) or os.environ.get(name.upper()) for name in ("kibana_url", "kibana_proxy")]
        self.hide_passwords({*url_passwords(self.params), *filter(None, map(url_password, urls))})

    def hide_passwords(self, passwords: Iterable[str]) -> None:
        """Keep the passwords of URLs out of all that Ansible shows, but not each word that is spelt like one."""
        self.no_log_values.update(f":{password}@" for password in passwords)

    def _log_invocation(self) -> None:
        """Ansible logs too early: which options are masked is known later."""

    def log_invocation(self) -> None:
        """Write the options, as they are shown, to the log of the system."""
        if not self.no_log:
            super()._log_invocation()


def unfit(specs: Mapping[str, Any], values: Any) -> str:
    """A sentence on those options that ansible-core stumbles over; none where there are none."""
    names = ", ".join(sorted(_unfit(specs, values)))
    return names and f"{names}: a value of a wrong type."


def _unfit(specs: Mapping[str, Any], values: Any) -> Iterator[str]:
    """The options with what is no dictionary where it must be one, or with a number that is none."""
    if not isinstance(values, Mapping):
        return
    for name, spec in specs.items():
        value = values.get(name)
        for one in value if isinstance(value, list) else [value]:
            wrong = spec.get("options") and not isinstance(one, (Mapping, str)) and value is not None
            wrong = wrong or (isinstance(value, list) and spec.get("type") in ("int", "float"))
            if wrong or (isinstance(one, (int, float)) and not abs(one) <= 1e308):
                yield name
            yield from (f"{name}.{inner}" for inner in _unfit(spec.get("options") or {}, one))


def build_module(options: Mapping[str, Any], concealed: Iterable[str] = (), **rules: Any) -> Any:
    """The AnsibleModule for these options and the connection's. Fails the task where ``requests`` is missing.

    *concealed* are the options that are not shown where Ansible refuses the options of the task.
    """
    exclusive = [*CONNECTION_RULES["mutually_exclusive"], *rules.pop("mutually_exclusive", [])]
    module = _Module(
        concealed,
        argument_spec={**options, **CONNECTION},
        supports_check_mode=True,
        mutually_exclusive=exclusive,
        **rules,
    )
    if _session.REQUESTS_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=traceback.format_exc())
    return module

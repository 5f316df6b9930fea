# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for actions that read Kibana from the controller themselves, from the same options as a module's."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import (
    CONNECTION,
    CONNECTION_RULES,
    CREDENTIALS,
    SettingsError,
    dangers,
    settings_from,
)
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, tidy
from ansible_collections.stackops.kibana.plugins.module_utils._module import unfit

HALF_A_CHARACTER = "An option has half of a surrogate pair, which is no character."


def connection_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """The connection options of a task under their own names, those that were given alone.

    The space is named in any case: actions look into several, and have to know which one is meant.
    """
    given = {name: value for name, value in args.items() if value is not None}
    space = given.pop("space", None) or given.get("kibana_space") or os.environ.get("KIBANA_SPACE")
    return {**given, **({"kibana_space": space} if space else {})}


def failure(error: Exception) -> dict[str, Any]:
    """What the result of a task has that ends with this error."""
    details = error.as_result() if isinstance(error, KibanaError) else {"msg": str(error)}
    return {**details, "failed": True, "msg": tidy(details["msg"])}


def plain(said: str) -> str:
    """What ansible-core says of the value of an option, without the classes of Python."""
    return re.sub(r": <class '[^']*'>[^;]*", "", said)


def option_error(error: Exception) -> str:
    """What ansible-core says of the options of a plugin. It shows their values, which those that are secret are not."""
    secret = next((name for name in (*CREDENTIALS, "kibana_headers") if f"'{name}'" in str(error)), None)
    return f"{secret}: a value of a wrong type." if secret else tidy(str(error))


def client_for(connection: Mapping[str, Any], warn: Callable[[str], Any]) -> KibanaClient:
    """A client with these options and, for those that are missing, the environment's. Raises :class:`SettingsError`."""
    if _session.REQUESTS_ERROR is not None:
        raise SettingsError("Python's requests is missing on the controller: install it there.")
    validator = ArgumentSpecValidator(CONNECTION, mutually_exclusive=CONNECTION_RULES["mutually_exclusive"])
    try:
        checked = validator.validate(dict(connection))
    except (AttributeError, OverflowError, TypeError) as error:  # ansible-core does not expect every value
        raise SettingsError(unfit(CONNECTION, connection) or str(error)) from error
    if checked.error_messages:
        raise SettingsError("; ".join(checked.error_messages) + ".")
    settings = settings_from(checked.validated_parameters, os.environ)
    for danger in dangers(settings):
        warn(danger)
    return KibanaClient(settings, warn)

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for actions that read Kibana from the controller themselves, from the same options as a module's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import (
    CONNECTION,
    CONNECTION_RULES,
    SettingsError,
    dangers,
    settings_from,
)
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient


def connection_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """The connection options of a task under their own names, those that were given alone.

    The space is named in any case: actions look into several, and have to know which one is meant.
    """
    given = {name: value for name, value in args.items() if value is not None}
    space = given.pop("space", None) or given.get("kibana_space") or os.environ.get("KIBANA_SPACE")
    return {**given, **({"kibana_space": space} if space else {})}


def client_for(connection: Mapping[str, Any], warn: Callable[[str], Any]) -> KibanaClient:
    """A client with these options and, for those that are missing, the environment's. Raises :class:`SettingsError`."""
    if _session.REQUESTS_ERROR is not None:
        raise SettingsError("Python's requests is missing on the controller: install it there.")
    checked = ArgumentSpecValidator(CONNECTION, mutually_exclusive=CONNECTION_RULES["mutually_exclusive"]).validate(
        dict(connection)
    )
    if checked.error_messages:
        raise SettingsError("; ".join(checked.error_messages) + ".")
    settings = settings_from(checked.validated_parameters, os.environ)
    for danger in dangers(settings):
        warn(danger)
    return KibanaClient(settings, warn)

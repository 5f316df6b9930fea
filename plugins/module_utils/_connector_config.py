# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a connector's config means, whatever its type. Follows ``/api/actions`` of the Kibana API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WITHOUT_SECRETS = frozenset({".server-log", ".index"})


def needs_secrets(type_id: str, config: Mapping[str, Any]) -> bool:
    """Whether a connector may hold secrets, which an update without them would drop. Unknown types may."""
    if type_id in WITHOUT_SECRETS:
        return False
    return comparable(config).get("hasAuth") != "false" or config.get("service") == "exchange_server"


def comparable(value: Any) -> Any:
    """A config in which what means the same for Kibana is the same.

    Empty and absent are one, since Kibana refuses empty texts and fills in nulls; numbers and booleans may be given
    as text, which Kibana converts.
    """
    if isinstance(value, Mapping):
        kept = {key: comparable(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", {}, [])}
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def without_blanks(value: Any) -> Any:
    """A config without nulls and without empty texts: what a type does not know it refuses even as null."""
    if isinstance(value, Mapping):
        kept = {key: without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "")}
    return [without_blanks(item) for item in value] if isinstance(value, (list, tuple)) else value

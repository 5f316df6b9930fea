# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a task says, where an option holds others that Kibana never empties."""

from __future__ import annotations

from typing import Any


def said(value: Any) -> Any:
    """The options without those that hold others of which none is given; such a one says nothing.

    *value* are the parameters of a module, in which every option is there, if only as None.
    """
    if isinstance(value, dict) and value:
        value = {name: said(item) for name, item in value.items()}
        return value if any(item is not None for item in value.values()) else None
    return value

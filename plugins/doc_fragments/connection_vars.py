# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import yaml

from ansible_collections.stackops.kibana.plugins.doc_fragments import connection, space


def _with_variables() -> str:
    """The options of the fragments connection and space, each with the variable of its name."""
    options = {}
    for fragment in (connection, space):
        options.update(yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"])
    for name, option in options.items():
        option["vars"] = [{"name": name}]
        option.pop("default", None)
    return str(yaml.safe_dump({"options": options}, sort_keys=False))


class ModuleDocFragment:
    # For plugins that run on the controller and take the connection from variables as well.
    DOCUMENTATION = _with_variables()

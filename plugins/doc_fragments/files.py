# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  dest:
    description:
      - The file to write, on the host that runs the module. It is replaced in one step, and only where its content
        differs.
      - If not given, the content is part of the result.
    type: path
  create_directories:
    description: Whether to make the directory of O(dest) where it is missing. Without this, a missing one is an error.
    type: bool
    default: false
  mode:
    description:
      - The permissions of the file, as M(ansible.builtin.file) takes them. Quote an octal number, such as V("0600").
      - If not given, an existing file keeps its own, and a new one gets those that are usual on the host.
    type: raw
  owner:
    description: Name of the user who shall own the file.
    type: str
  group:
    description: Name of the group that shall own the file.
    type: str
"""

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  agent_ids:
    description:
      - Ids of agents, in whatever state they are.
      - All the options that select agents narrow the selection. An empty list selects no agent.
    type: list
    elements: str
  hostnames:
    description:
      - Names of the hosts of agents. Upper and lower case matter. Inactive agents are taken, unenrolled ones are not.
    type: list
    elements: str
  kuery:
    description: A query in KQL, such as V(local_metadata.os.platform:debian). V(active:true) selects all.
    type: str
  policy:
    description: Id or name of the agent policy that agents are enrolled in.
    type: str
  with_tags:
    description: Tags that agents have, all of them.
    type: list
    elements: str
  status:
    description:
      - States, one of which agents are in.
      - Unenrolled agents are found by this option, by O(agent_ids), or by a O(kuery) that names their state.
    type: list
    elements: str
    choices:
      - online
      - offline
      - error
      - degraded
      - updating
      - enrolling
      - unenrolling
      - unenrolled
      - inactive
      - uninstalled
      - orphaned
  include_inactive:
    description:
      - Whether a selection by O(kuery), O(policy) or O(with_tags) takes inactive agents, too.
      - These have been silent for longer than the timeout of their policy.
    type: bool
    default: false
"""

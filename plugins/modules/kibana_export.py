#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_export
short_description: Write what is in Kibana as variables
description:
  - Reads the objects of Kibana and writes them as variable files, one for each area, that the role
    P(stackops.kibana.kibana_config#role) applies without a change.
  - Equal objects give equal bytes, so that the difference of two exports shows what really changed.
  - What Kibana or its configuration file manages is left out, and so is what has its default.
  - Of secrets there is a placeholder, C(kibana_secrets[...]), and their names are in C(secrets.example.yml).
  - It needs the privileges to read these objects.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  dest:
    description: The directory of the files, on the controller. It is made where it is missing.
    type: path
    required: true
  areas:
    description:
      - What to export, named as the variables of the role P(stackops.kibana.kibana_config#role) without C(kibana_),
        such as V(connectors) or V(detection_rules). If not given, everything.
    type: list
    elements: str
  spaces:
    description:
      - The spaces to read. V([*]) stands for all. If not given, the space of the task.
      - Objects of other spaces than that of the task are written with their C(kibana_space).
    type: list
    elements: str
  filters:
    description:
      - Of an area, take only the objects whose fields match all of these patterns, such as C(name) with V(soc-*), or
        C(tags) with a list of tags that all have to be there.
    type: dict
  references:
    description:
      - Whether to take what the chosen objects need as well, whatever O(areas) and O(filters) say. A rule needs its
        connectors, exception lists and value lists, a dashboard its data views.
    type: bool
    default: true
  mapping:
    description:
      - What is called otherwise in the environment that the files are for. Areas and filters are about the names here.
      - References follow, and so do the names of the secrets.
    type: dict
    suboptions:
      spaces:
        description: New ids of spaces, by the old ones.
        type: dict
      indices:
        description: New names of indices and index patterns, by the old ones, such as C(logs-*) for C(logs-dev-*).
        type: dict
      connectors:
        description: New ids and names of connectors, by the old ones.
        type: dict
      texts:
        description: What to replace in all other texts, such as the name of a host in addresses.
        type: dict
notes:
  - It is an action plugin, and reads Kibana from the controller.
seealso:
  - module: stackops.kibana.kibana_apply
  - module: stackops.kibana.saved_objects_export
"""

EXAMPLES = r"""
- name: Everything of the default space
  stackops.kibana.kibana_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    dest: kibana

- name: The connectors whose names begin with soc-
  stackops.kibana.kibana_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    dest: soc
    areas: [connectors]
    filters:
      connectors:
        name: soc-*

- name: The rules of the development space, as production is to have them
  stackops.kibana.kibana_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    dest: production
    areas: [detection_rules]
    mapping:
      spaces: {development: production}
      indices: {logs-dev-*: logs-*}
"""

RETURN = r"""
dest:
  description: The directory of the files.
  returned: success
  type: str
  sample: kibana
files:
  description: All files of the export.
  returned: success
  type: list
  elements: str
  sample: [kibana/spaces.yml, kibana/connectors.yml, kibana/secrets.example.yml]
written:
  description: Those of the files that differed, and were written (in check mode, would be).
  returned: success
  type: list
  elements: str
  sample: [kibana/connectors.yml]
summary:
  description: How many objects of each area were exported.
  returned: success
  type: dict
  sample:
    spaces: 3
    connectors: 12
secrets:
  description: The names of the secrets to fill in.
  returned: success
  type: list
  elements: str
  sample: [connectors/default/hook/secrets.password]
"""

# The code is that of the action plugin of the same name.

#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_privileges_info
short_description: Read what the user may do with the detection engine
description:
  - Returns the privileges of the user or API key of this task on the alerts of a space and on the cluster, as far as
    the detection engine of Elastic Security needs them.
  - Also tells whether Kibana has a key for encrypted saved objects, without which no rule can be created.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options: {}
seealso:
  - module: stackops.kibana.detection_rule
"""

EXAMPLES = r"""
- name: Ask what the API key of the pipeline may do
  stackops.kibana.detection_privileges_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: may

- name: Require a Kibana in which rules can be created
  ansible.builtin.assert:
    that: may.privileges.has_encryption_key
"""

RETURN = r"""
privileges:
  description: The privileges.
  returned: always
  type: dict
  contains:
    username:
      description: Name of the user, or of the owner of the API key.
      returned: always
      type: str
    has_all_requested:
      description: Whether the user has all the privileges below.
      returned: always
      type: bool
    is_authenticated:
      description: Whether Kibana knows the user.
      returned: always
      type: bool
    has_encryption_key:
      description: Whether Kibana has a key for encrypted saved objects.
      returned: always
      type: bool
    cluster:
      description: Whether the user has a privilege on the cluster, by the name of the privilege.
      returned: always
      type: dict
    index:
      description: Whether the user has a privilege on the alerts of the space, by index and name of the privilege.
      returned: always
      type: dict
    application:
      description: Further privileges, usually none.
      returned: always
      type: dict
  sample:
    username: elastic
    has_all_requested: true
    is_authenticated: true
    has_encryption_key: true
    cluster:
      manage: true
    index:
      .alerts-security.alerts-default:
        read: true
        write: true
    application: {}
"""

from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action


def read(context):
    """The answer of Kibana; it is one object, not a list of them."""
    return {"changed": False, "privileges": context.client.get("/api/detection_engine/privileges")}


def main():
    run_action(read, {})


if __name__ == "__main__":
    main()

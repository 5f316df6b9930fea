#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apm_agent_configuration_info
short_description: Read configurations of APM agents
description:
  - Returns the configuration of one service and environment, or all configurations.
  - The configurations are the same in all spaces. Kibana lists at most 200 of them.
  - It needs the privilege C(read) of the feature APM and User Experience.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  service_name:
    description:
      - Name of the service whose configuration to read. V("") stands for the configuration of all services.
      - If neither this nor O(service_environment) is given, all configurations are returned.
    type: str
  service_environment:
    description:
      - Environment whose configuration to read. V("") stands for the configuration of all environments.
      - If only one of the two is given, the other one is V(""). What agents of a service get may come from a wider
        configuration, which is not returned.
    type: str
seealso:
  - module: stackops.kibana.apm_agent_configuration
"""

EXAMPLES = r"""
- name: Read all configurations
  stackops.kibana.apm_agent_configuration_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all

- name: Read that of the shop in production
  stackops.kibana.apm_agent_configuration_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop
    service_environment: production

- name: Read that of all services in all environments
  stackops.kibana.apm_agent_configuration_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: ""
"""

RETURN = r"""
configurations:
  description: The configurations, sorted by service and environment. C(applied_by_agent) says whether an agent uses it.
  returned: always
  type: list
  elements: dict
  sample:
    - service_name: shop
      service_environment: production
      agent_name: java
      settings:
        transaction_sample_rate: "0.5"
      applied_by_agent: true
      etag: 0bc3b5ebf18fba8163fe4c96f491e3767a358f85
      "@timestamp": 1730194190636
"""

from ansible_collections.stackops.kibana.plugins.module_utils._apm import (
    CONFIGURATIONS,
    SERVICE,
    find_configuration,
    service_of,
    shown,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info


def read(context):
    """The configuration that was asked for, or all."""
    if any(context.params[name] is not None for name in SERVICE):
        found = find_configuration(context.client, service_of(context.params))
        return [] if found is None else [shown(found)]
    listed = context.client.get(CONFIGURATIONS, in_space=False)["configurations"]
    return sorted(map(shown, listed), key=lambda item: (item["service_name"], item["service_environment"]))


def main():
    run_info("configurations", SERVICE, read)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_output_info
short_description: Read outputs of Fleet
description:
  - Returns outputs in the shape of the options of M(stackops.kibana.fleet_output), without their secrets.
  - It needs the privilege to read the settings or the agent policies of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  id:
    description: Id of an output. One that does not exist gives an empty list.
    type: str
  name:
    description: Name of outputs. Names need not be unique.
    type: str
  type:
    description: Type of outputs.
    type: str
    choices: [elasticsearch, remote_elasticsearch, logstash, kafka]
seealso:
  - module: stackops.kibana.fleet_output
"""

EXAMPLES = r"""
- name: Read all outputs
  stackops.kibana.fleet_output_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all

- name: Read the outputs to Kafka
  stackops.kibana.fleet_output_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: kafka
"""

RETURN = r"""
outputs:
  description: The outputs, the default one first.
  returned: always
  type: list
  elements: dict
  sample:
    - id: fleet-default-output
      name: default
      type: elasticsearch
      hosts: ["https://es.example.com:9200"]
      is_default: true
      is_default_monitoring: true
      preset: balanced
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_output import ALL_PAIRS, REMOTE_NAMES
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import mask
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OUTPUTS = "/api/fleet/outputs"
FILTERS = ("name", "type")
OPTIONS = {
    "id": {"type": "str"},
    "name": {"type": "str"},
    "type": {"type": "str", "choices": ["elasticsearch", "remote_elasticsearch", "logstash", "kafka"]},
}
SECRETS = Resource("outputs", {}, write_only=frozenset(".".join(path) for pair in ALL_PAIRS for path in pair)).traits
OUR_NAMES = {theirs: ours for ours, theirs in REMOTE_NAMES.items()}


def read(context):
    """The outputs that were asked for; Kibana has no filters here."""
    params, client = context.params, context.client
    if params["id"] is not None:
        found = client.find(fill_path(OUTPUTS + "/{id}", params), in_space=False, probe=OUTPUTS)
        outputs = [] if found is None else [found["item"]]
    else:
        outputs = client.get(OUTPUTS, in_space=False)["items"]
    wanted = {name: params[name] for name in FILTERS if params[name] is not None}
    return [shown(output) for output in outputs if wanted.items() <= {name: output[name] for name in FILTERS}.items()]


def shown(output):
    """An output as the options describe it, without secrets."""
    return mask({OUR_NAMES.get(name, name): value for name, value in output.items()}, SECRETS)


def main():
    run_info("outputs", OPTIONS, read)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apm_source_map
short_description: Manage a source map of APM
description:
  - Uploads and deletes the source map of a bundle of JavaScript, with which APM shows where an error of the browser is
    in the sources.
  - Service, version and bundle name a source map. It is uploaded only where Kibana has none, or one with another
    content, which is deleted then.
  - Source maps are the same in all spaces.
  - The user needs the privilege C(all) of the feature APM and User Experience. Kibana needs Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  service_name:
    description: Name of the service, as the agent in the browser sends it.
    type: str
    required: true
  service_version:
    description: Version of the service, as the agent in the browser sends it.
    type: str
    required: true
  bundle_filepath:
    description: The address of the bundle, as the browser loads it. An absolute URL, or its path.
    type: str
    required: true
  src:
    description:
      - The source map, a file on the host that runs the module. Give this or O(content) for one that is to be uploaded.
        Without either, one that is there is left as it is.
      - Kibana takes 1 MiB, unless C(server.maxPayload) says otherwise.
    type: path
  content:
    description: The source map itself, as JSON text or as a dictionary.
    type: raw
seealso:
  - module: stackops.kibana.apm_source_map_info
"""

EXAMPLES = r"""
- name: The source map of the new version is there
  stackops.kibana.apm_source_map:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop-web
    service_version: "1.0"
    bundle_filepath: https://shop.example.com/app.js
    content:
      version: 3
      file: app.js
      sources: [app.ts]
      mappings: AAAA,CAAC

- name: That of the old one is gone
  stackops.kibana.apm_source_map:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop-web
    service_version: "0.9"
    bundle_filepath: https://shop.example.com/app.js
    state: absent
"""

RETURN = r"""
source_map:
  description: The source map, without its content. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  contains:
    id:
      description: Id of the artifact of Fleet.
      returned: always
      type: str
    checksum:
      description: SHA-256 of the content as JSON with sorted keys and no spaces.
      returned: always
      type: str
  sample:
    id: apm:shop-web-1.0-644fd5a997d1ddd90ee131ba18e2b3d03931d89dd1fe4599143c0b3264b3e456
    service_name: shop-web
    service_version: "1.0"
    bundle_filepath: https://shop.example.com/app.js
    checksum: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
    created: "2026-01-01T00:00:00.000Z"
    identifier: shop-web-1.0
    decodedSize: 441
"""

import json
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._apm_source_map import (
    IDENTITY,
    SHOWN,
    SOURCE_MAPS,
    checksum,
    cleaned,
    identity_of,
    listed,
    shown,
)
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._files import read_source
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

TEXT = {"type": "str", "required": True}


def check(params):
    """What is wrong with the options, if anything."""
    for name in IDENTITY:
        if not params[name].strip():
            return f"{name} is empty."
    if params["state"] == "present":
        content_of(params)
    return None


def content_of(params):
    """The source map that was given, or None. Raises PlanError for what is none."""
    content = params["content"]
    if params["src"] is not None:
        content = read_source("src", params["src"])
    if isinstance(content, (str, bytes)):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            raise PlanError("The source map is no JSON.") from None
    if content is None:
        return None
    complete = isinstance(content, dict) and {"version", "sources", "mappings"} <= set(content)
    if not complete:
        raise PlanError("The source map needs version, sources and mappings.")
    return content


def find(context):
    """The newest source map of the bundle; `superseded` are the ids of older ones that are still there."""
    wanted = {name: context.params[name] for name in IDENTITY}
    wanted["bundle_filepath"] = cleaned(wanted["bundle_filepath"])
    own = [artifact for artifact in listed(context.client) if identity_of(artifact) == wanted]
    if not own:
        return None
    found = shown(own[0], wanted, checksum(own[0]["body"].get("sourceMap")))
    older = [artifact["id"] for artifact in own[1:]]
    return {**found, "superseded": older} if older else found


def plan(context, current):
    """The content decides, by its checksum; older source maps of the bundle go."""
    step = default_plan(context, current)
    if context.params["state"] == "absent":
        return step
    content = content_of(context.params)
    if content is None and step.action == "create":
        raise PlanError("There is no such source map yet, and a new one needs src or content.")
    after = {name: value for name, value in step.after.items() if name != "superseded"}
    after["bundle_filepath"] = cleaned(after["bundle_filepath"])
    if content is not None:
        after["checksum"] = checksum(content)
    if step.action == "create":
        return replace(step, after=after)
    return replace(step, action="none" if after == step.before else "update", after=after)


def apply(context, step):
    """Upload, then delete what is replaced."""
    client, current = context.client, step.current or {}
    answer = None
    doomed = [current["id"], *current.get("superseded", [])] if current else []
    if step.action != "delete" and step.after["checksum"] != current.get("checksum"):
        content = json.dumps(content_of(context.params), ensure_ascii=False).encode("utf-8")
        form = {name: (None, context.params[name]) for name in IDENTITY}
        form["sourcemap"] = ("sourcemap.json", content, "application/json")
        # The same content again is the same artifact.
        answer = client.call("POST", SOURCE_MAPS, files=form, in_space=False, safe=True)
        doomed = [one for one in doomed if one != answer["id"]]
    elif step.action != "delete":
        doomed = current["superseded"]
    for one in doomed:
        delete(context, one)
    if answer is None:
        return None
    return shown(answer, step.after, step.after["checksum"])


def delete(context, key):
    """Delete one; Kibana answers 500 for one that is gone already."""
    try:
        context.client.delete(fill_path(SOURCE_MAPS + "/{id}", {"id": key}), in_space=False)
    except KibanaError as error:
        if error.status != 500 or any(artifact["id"] == key for artifact in listed(context.client)):
            raise


RESOURCE = Resource(
    result_key="source_map",
    options={
        **dict.fromkeys(IDENTITY, TEXT),
        "src": {"type": "path"},
        "content": {"type": "raw"},
    },
    controls=frozenset({"src", "content"}),
    in_space=False,
    rules={"mutually_exclusive": [("src", "content")]},
    read_only=frozenset(SHOWN),
    canonical={"bundle_filepath": cleaned},
    check=check,
    find=find,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()

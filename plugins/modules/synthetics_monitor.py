#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: synthetics_monitor
short_description: Manage a monitor of Synthetics
description:
  - Creates, changes, enables, disables and deletes a monitor of type HTTP, TCP, ICMP or browser.
  - Kibana keeps what an update leaves out. The module writes only what differs.
  - Monitors that a Synthetics project pushes can be changed only there.
  - Needs the privilege C(all) of the Kibana feature C(Synthetics and Uptime). A user with less cannot see all fields,
    so check mode needs it, too.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.secrets
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description: Id (C(config_id)) of an existing monitor. Kibana chooses the ids of new ones.
    type: str
  name:
    description: Name, which is unique in a space. Without O(id) it names the monitor. With O(id) it may be changed.
    type: str
  type:
    description: Type. Required for a new monitor. It cannot be changed.
    type: str
    choices: [http, tcp, icmp, browser]
  enabled:
    description: Whether the monitor runs. A new one does.
    type: bool
  locations:
    description:
      - Locations of Elastic where the monitor runs, by id, by short name such as V(germany), or by label. The order
        does not count. V([]) removes all.
      - A new monitor needs one here or in O(private_locations).
    type: list
    elements: str
  private_locations:
    description: Private locations where the monitor runs, by label or id. The order does not count. V([]) removes all.
    type: list
    elements: str
  schedule:
    description:
      - How often it runs, in minutes. V(1), V(2), V(3), V(5), V(10), V(15), V(20), V(30), V(60), V(120) and V(240) are
        offered. Kibana gives a new one V(3), or V(10) in the browser.
    type: int
  timeout:
    description: How long a run may take, in seconds. Kibana gives a new one V(16), and none in the browser.
    type: int
  retest_on_failure:
    description: Whether a failed run is repeated before it counts. A new monitor does so.
    type: bool
  alert:
    description: Which of Kibana's default rules look at the monitor. A new one has all.
    type: dict
    suboptions:
      status:
        description: The rule on the status.
        type: dict
        suboptions:
          enabled:
            description: Whether it looks at the monitor.
            type: bool
            required: true
      tls:
        description: The rule on certificates.
        type: dict
        suboptions:
          enabled:
            description: Whether it looks at the monitor.
            type: bool
            required: true
  tags:
    description: Tags. Their order does not count. V([]) removes all.
    type: list
    elements: str
  labels:
    description: Labels, to find results by. They are replaced as a whole. Kibana knows them since 8.16.
    type: dict
  namespace:
    description: Namespace of the data streams. Kibana takes the id of the space.
    type: str
  service:
    description: Service that the monitor belongs to.
    type: dict
    suboptions:
      name:
        description: Name of the APM service. V("") removes it.
        type: str
        required: true
  params:
    description:
      - Parameters that the monitor uses. They are replaced as a whole, compared, and never shown. V({}) removes all.
    type: dict
  maintenance_windows:
    description: Ids of the maintenance windows in which the monitor rests. Kibana knows them since 9.1.
    type: list
    elements: str
  url:
    description: Address to look at, for V(http).
    type: str
  host:
    description: Host to look at, with its port for V(tcp).
    type: str
  wait:
    description: Seconds to wait until the next ping, for V(icmp). Kibana takes V(1).
    type: int
  max_redirects:
    description: How many redirects to follow, for V(http). Kibana takes V(0).
    type: int
  mode:
    description: Whether one address of the host is enough or all are looked at. Kibana takes V(any).
    type: str
    choices: [any, all]
  ipv4:
    description: Whether to use IPv4. Kibana takes V(true).
    type: bool
  ipv6:
    description: Whether to use IPv6. Kibana takes V(true).
    type: bool
  username:
    description: User name for the server, for V(http). V("") removes it.
    type: str
  password:
    description: Password for the server, for V(http). It is not compared with the stored one; see O(update_secrets).
    type: str
  proxy_url:
    description: Address of a proxy, for V(http) and V(tcp). V("") removes it.
    type: str
  proxy_headers:
    description: Headers for the proxy, for V(http). They are replaced as a whole, compared, and never shown.
    type: dict
  proxy_use_local_resolver:
    description: Whether to look up names here and not at the proxy, for V(tcp). Kibana takes V(false).
    type: bool
  check:
    description: What to send, and what to expect, for V(http) and V(tcp).
    type: dict
    suboptions:
      request:
        description: The request, for V(http).
        type: dict
        suboptions:
          method:
            description: Method. Kibana takes V(GET).
            type: str
            choices: [GET, POST, PUT, DELETE, HEAD, OPTIONS]
          headers:
            description: Headers. They are replaced as a whole, compared, and never shown.
            type: dict
          body:
            description: Body. It is compared, and never shown.
            type: str
      response:
        description: The expected answer, for V(http).
        type: dict
        suboptions:
          status:
            description: Status codes, one of these.
            type: list
            elements: str
          headers:
            description: Headers. They are replaced as a whole.
            type: dict
          body:
            description: Regular expressions for the body.
            type: dict
            suboptions:
              positive:
                description: Those that must match.
                type: list
                elements: str
              negative:
                description: Those that must not match.
                type: list
                elements: str
          json:
            description: Conditions on a body of JSON.
            type: list
            elements: dict
      send:
        description: Text to send, for V(tcp).
        type: str
      receive:
        description: Text to expect, for V(tcp).
        type: str
  response:
    description: What to keep of the answer, for V(http).
    type: dict
    suboptions:
      include_body:
        description: When to keep the body. Kibana takes V(on_error).
        type: str
        choices: [on_error, never, always]
      include_headers:
        description: Whether to keep the headers. Kibana takes V(true).
        type: bool
      include_body_max_bytes:
        description: How much of the body to keep. Kibana takes V(1024).
        type: int
  ssl:
    description: How to use TLS, for V(http) and V(tcp).
    type: dict
    suboptions:
      certificate_authorities:
        description: Certificates of CAs, as PEM.
        type: str
      certificate:
        description: Client certificate, as PEM.
        type: str
      key:
        description: Its private key, as PEM. It is not compared with the stored one; see O(update_secrets).
        type: str
      key_passphrase:
        description: Its passphrase. It is not compared with the stored one; see O(update_secrets).
        type: str
      verification_mode:
        description: What of the server's certificate to check. Kibana takes V(full).
        type: str
        choices: [full, strict, certificate, none]
      supported_protocols:
        description: Versions of TLS, such as V(TLSv1.3). Their order does not count.
        type: list
        elements: str
  inline_script:
    description: Script of a V(browser) monitor. It is compared, and never shown.
    type: str
  screenshots:
    description: When to take pictures, for V(browser). Kibana takes V(on).
    type: str
    choices: ["on", "off", only-on-failure]
  synthetics_args:
    description: Arguments of the Synthetics agent, for V(browser).
    type: list
    elements: str
  ignore_https_errors:
    description: Whether to ignore errors of HTTPS, for V(browser). Kibana takes V(false).
    type: bool
  playwright_options:
    description: Options of Playwright, for V(browser). They are replaced as a whole.
    type: dict
seealso:
  - module: stackops.kibana.synthetics_parameter
  - module: stackops.kibana.synthetics_private_location
"""

EXAMPLES = r"""
- name: Look at the shop from the data centre
  stackops.kibana.synthetics_monitor:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Shop
    type: http
    url: https://shop.example
    private_locations: [Data centre]
    schedule: 5
    tags: [shop]
    check:
      response:
        status: [200]
    ssl:
      supported_protocols: [TLSv1.2, TLSv1.3]

- name: Log in to the shop from Germany, as a user would
  stackops.kibana.synthetics_monitor:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Log-in to the shop
    type: browser
    inline_script: |
      step('Log in', async () => {
        await page.goto(params.shop_url);
        await page.getByLabel('Password').fill(params.shop_password);
      });
    private_locations: [Data centre]
    screenshots: only-on-failure

- name: Disable a monitor
  stackops.kibana.synthetics_monitor:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Log-in page
    enabled: false

- name: Delete a monitor
  stackops.kibana.synthetics_monitor:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Log-in to the shop
    state: absent
"""

RETURN = r"""
monitor:
  description:
    - The monitor in the shape of the options, with what else Kibana says of it, and without its secrets. In check mode,
      what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: e59142e5-1fe3-4aae-b0b0-19d6345e65a1
    name: Shop
    type: http
    url: https://shop.example
    enabled: true
    schedule: "5"
    timeout: "16"
    locations: []
    private_locations: [data-centre]
    tags: [shop]
    check: {request: {method: GET}, response: {status: ["200"]}}
    ssl: {verification_mode: full, supported_protocols: [TLSv1.2, TLSv1.3]}
    alert: {status: {enabled: true}, tls: {enabled: true}}
    origin: ui
    revision: 1
"""

import json
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._given import said
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import overlay, same, strip
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file
from ansible_collections.stackops.kibana.plugins.module_utils._synthetics import (
    MONITOR,
    MONITORS,
    Places,
    as_options,
    find_monitor,
)
from ansible_collections.stackops.kibana.plugins.module_utils._synthetics_options import OPTIONS

TARGETS = {"http": "url", "tcp": "host", "icmp": "host", "browser": "inline_script"}
PLACES = ("locations", "private_locations")
# What an update replaces as a whole.
WHOLE = ("labels", "params", "proxy_headers", "playwright_options")


# Kibana takes its own value for them where they are empty.
NEVER_EMPTY = ("name", "namespace", *TARGETS.values())


def check(params):
    """What Kibana would take for not given, so that a second run would find it otherwise."""
    for name in NEVER_EMPTY:
        if params[name] is not None and not params[name].strip():
            return f"{name} must not be empty."
    if (params["ssl"] or {}).get("supported_protocols") == []:
        return "ssl.supported_protocols must not be empty."
    return None


def find(context):
    return find_monitor(context.client, context.params["id"], context.params["name"])


def decode(raw):
    """The monitor in the shape of the options; of one that checks nothing Kibana leaves the whole field out."""
    view = as_options(raw)
    return {"check": {}, **view} if view.get("type") == "tcp" else view


def as_text(value):
    """A number, or the text that Kibana makes of it."""
    return str(value)


def as_body(value):
    """The body of a request, which Kibana keeps with its kind."""
    return value.get("value", "") if isinstance(value, dict) else value


def plan(context, current):
    """The usual plan, with ids for the labels of locations."""
    params = said(context.params)
    if params["state"] == "absent":
        return replace(default_plan(context, current), current=current)
    if current is None:
        _refuse_incomplete(params)
    kind = params["type"] or current["type"]
    if params["check"] and kind not in ("http", "tcp"):
        raise PlanError(f"check is for monitors of the types http and tcp, and this one is of type {kind}.")
    places = Places(context.client, context.check_mode, context.warn).resolve(params, current)
    step = default_plan(replace(context, params={**params, **places}), current)
    if step.action in ("none", "update"):
        step = _with_whole(step, context.resource)
    if step.action == "update" and not (step.after["locations"] or step.after["private_locations"]):
        raise PlanError("A monitor needs a location: do not remove the last one, or disable the monitor.")
    return replace(step, current=current)


def _with_whole(step, resource):
    """The plan with dictionaries that are replaced, and not merged."""
    given = {name: step.desired[name] for name in WHOLE if name in step.desired}
    after = {**step.after, **given}
    request = step.desired.get("check", {}).get("request", {})
    if "headers" in request:
        check = after["check"]
        after["check"] = {**check, "request": {**check["request"], "headers": request["headers"]}}
    if same(step.before, after, resource.traits):
        return step
    return replace(step, action="update", after=after)


def _refuse_incomplete(params):
    if params["id"] is not None:
        raise PlanError(
            f"There is no monitor with the id {params['id']!r}, and Kibana chooses the ids of new ones: give name"
            " instead."
        )
    missing = ["type"] if params["type"] is None else []
    target = TARGETS.get(params["type"])
    if target and params[target] is None:
        missing.append(target)
    if not (params["locations"] or params["private_locations"]):
        missing.append("locations or private_locations")
    if missing:
        raise PlanError(
            f"There is no monitor with the name {params['name']!r}, and a new one needs {', '.join(missing)}."
        )


def apply(context, step):
    """Write a new monitor, or what differs."""
    client = context.client
    if step.action == "create":
        return client.call("POST", MONITORS, json=encode(step, step.desired))
    path = fill_path(MONITOR, {"id": step.current["config_id"]})
    if step.action == "delete":
        return client.delete(path)
    traits = context.resource.traits
    names = [n for n in OPTIONS if not same(step.before.get(n), step.after.get(n), traits.child(n))]
    return client.call("PUT", path, json=encode(step, names))


def encode(step, names):
    """These fields as Kibana wants them; locations of both kinds go together."""
    given = strip(step.desired, RESOURCE.traits)
    body = {name: given[name] for name in names if name in given and name != "id"}
    body = overlay(body, step.secrets)
    if any(name in body for name in PLACES):
        body.update({name: step.after.get(name) or [] for name in PLACES})
    if "alert" in body:
        body["alert"] = step.after["alert"]  # older versions do not merge it
    if "params" in body:
        body["params"] = json.dumps(body["params"])
    return body


BODY = {"positive": [], "negative": []}
RESPONSE = {"body": BODY, "headers": {}, "json": [], "status": []}
HIDDEN = ("params", "inline_script", "proxy_headers", "check.request.headers", "check.request.body")
RESOURCE = Resource(
    result_key="monitor",
    options=OPTIONS,
    rules={"required_one_of": [("id", "name")]},
    immutable=frozenset({"type"}),
    read_only=frozenset(
        {
            "__ui",
            "config_id",
            "created_at",
            "filter_journeys",
            "max_attempts",
            "origin",
            "original_space",
            "project_id",
            "revision",
            "spaceId",
            "spaces",
            "throttling",
            "updated_at",
            "warnings",
        }
    ),
    write_only=frozenset({"password", "ssl.key", "ssl.key_passphrase"}),
    hidden=frozenset(HIDDEN),
    unordered=frozenset({"locations", "private_locations", "tags", "maintenance_windows", "ssl.supported_protocols"}),
    server_defaults={
        "enabled": True,
        "labels": {},
        "maintenance_windows": [],
        "params": {},
        "proxy_url": "",
        "service": {"name": ""},
        "synthetics_args": [],
        "tags": [],
        "username": "",
        "playwright_options": {},
        "proxy_headers": {},
        "ssl.certificate": "",
        "ssl.certificate_authorities": "",
        "check.receive": "",
        "check.send": "",
        "check.request.body": "",
        "check.request.headers": {},
        "check.response": RESPONSE,
        "check.response.body": BODY,
        "check.response.body.positive": [],
        "check.response.body.negative": [],
        "check.response.headers": {},
        "check.response.json": [],
        "check.response.status": [],
    },
    canonical={
        "schedule": as_text,
        "timeout": as_text,
        "wait": as_text,
        "max_redirects": as_text,
        "response.include_body_max_bytes": as_text,
        "check.request.body": as_body,
    },
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    apply=apply,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()

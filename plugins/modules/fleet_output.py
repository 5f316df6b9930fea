#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_output
short_description: Manage an output of Fleet
description:
  - Creates, changes and deletes an output, which is where Elastic Agents send their data.
  - There are four types, V(elasticsearch), V(remote_elasticsearch), V(logstash) and V(kafka). Each has fields of its
    own.
  - Every change of an output raises the revision of the agent policies that use it, and their agents load it anew.
    So the module writes only where something differs.
  - At most one output is the default for data, and one the default for monitoring. Making an output the default takes
    that from the former one. The module says so in a warning.
  - Kibana deletes stored secrets that an update leaves out. The module keeps them. It never shows a secret, not even
    one that Kibana stores as plain text and gives back.
  - A create without O(id) is not simply repeated when its answer is lost. The module looks for O(name) first, so that
    there is no second output of this name.
  - It needs the privileges to read and write the settings of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.secrets
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the output. An output that does not exist yet is created with it.
      - Without it the output is looked for by O(name).
    type: str
  name:
    description:
      - Name of the output. A new output needs one.
      - Kibana lets several outputs have the same name. Where that is so, give O(id).
      - Together with O(id) it may be a new name.
    type: str
  type:
    description:
      - What receives the data. A new output needs it.
      - The type of an existing output can be changed. Kibana then drops the fields and the secrets of the former type
        (the key of TLS stays), so the task must give all that the new type needs, and O(hosts) in its form.
      - Kibana refuses a change that agent policies with Fleet Server, APM or synthetic monitors cannot follow.
    type: str
    choices: [elasticsearch, remote_elasticsearch, logstash, kafka]
  hosts:
    description:
      - Addresses. Their order does not matter. A new output needs at least one.
      - For V(elasticsearch) and V(remote_elasticsearch) these are URLs. Kibana adds the port 80 or 443 where there is
        none, which is no difference for this module.
      - For V(logstash) and V(kafka) they are C(host:port), without a scheme.
    type: list
    elements: str
  is_default:
    description:
      - Whether this is the output for data of all agent policies without one of their own.
      - V(true) takes it from the output that has it. V(false) on the default output fails, as does deleting it. Make
        another output the default instead.
    type: bool
  is_default_monitoring:
    description: The same as O(is_default), for the agents' own logs and metrics.
    type: bool
  is_internal:
    description: Whether Kibana hides the output in its user interface. It can be changed all the same.
    type: bool
  preset:
    description:
      - Performance settings, for O(type=elasticsearch) and O(type=remote_elasticsearch).
      - If not given, a new output gets V(custom) where O(config_yaml) has settings that a preset decides (such as
        C(worker) or C(bulk_max_size)), else V(balanced). An existing one goes to
        V(custom) when O(config_yaml) gets such a setting.
    type: str
    choices: [balanced, custom, throughput, scale, latency]
  config_yaml:
    description:
      - Advanced settings as YAML text. V("") removes them.
      - It is compared as YAML, so comments, quotes and the order of keys do not matter. That needs PyYAML on the host
        that runs the module. Without PyYAML it is compared as text, and O(preset) is left to Kibana.
    type: str
  ca_sha256:
    description: SHA-256 fingerprint of the CA. V("") removes it.
    type: str
  ca_trusted_fingerprint:
    description: Fingerprint of a CA to trust, in hexadecimal form. V("") removes it.
    type: str
  proxy_id:
    description:
      - Id of the Fleet proxy to go through. V("") removes it.
      - Kibana since 9.5 does not keep it for O(type=kafka).
    type: str
  ssl:
    description: Settings of TLS. V({}) removes them.
    type: dict
    suboptions:
      certificate:
        description: Client certificate, as PEM text or as a path on the agents' hosts.
        type: str
      key:
        description: Private key of it. Kibana stores it as plain text, so prefer O(secrets.ssl.key).
        type: str
      certificate_authorities:
        description: CAs to trust, as PEM texts or paths. Their order does not matter.
        type: list
        elements: str
      verification_mode:
        description: How to check the server's certificate. Agents take a missing value for V(full).
        type: str
        choices: [full, none, certificate, strict]
  shipper:
    description:
      - Settings of the shipper. V({}) removes them.
      - Kibana keeps them only where O(config_yaml) has a C(shipper) block that is not disabled.
    type: dict
    suboptions:
      disk_queue_enabled:
        description: Whether to queue on disk.
        type: bool
      disk_queue_path:
        description: Where.
        type: str
      disk_queue_max_size:
        description: Largest size of the queue on disk.
        type: int
      disk_queue_encryption_enabled:
        description: Whether to encrypt it.
        type: bool
      disk_queue_compression_enabled:
        description: Whether to compress it.
        type: bool
      compression_level:
        description: Level of compression.
        type: int
      loadbalance:
        description: Whether to spread the load over all hosts.
        type: bool
      mem_queue_events:
        description: How many events fit into the queue in memory.
        type: int
      queue_flush_timeout:
        description: Time after which the queue is flushed.
        type: int
      max_batch_bytes:
        description: Largest size of a batch.
        type: int
  secrets:
    description:
      - Secrets that Kibana stores apart and never gives back. A secret that is not stored yet is always sent.
        A stored one is replaced with O(update_secrets=on_change) or O(update_secrets=always) only.
      - The same secret cannot be given here and as plain text. One that is stored as plain text moves here with
        O(update_secrets=always).
      - Before all Fleet Servers are 8.12 or newer, Kibana stores secrets as plain text.
    type: dict
    suboptions:
      ssl:
        description: Secrets of TLS.
        type: dict
        suboptions:
          key:
            description: Private key of O(ssl.certificate).
            type: str
      password:
        description: Password for O(username), for O(type=kafka).
        type: str
      service_token:
        description: Service token of the remote Elasticsearch, for O(type=remote_elasticsearch).
        type: str
      kibana_api_key:
        description:
          - API key of the remote Kibana, for O(type=remote_elasticsearch). Kibana 8.18 knows it here.
          - Newer versions know O(remote_kibana_api_key) only.
        type: str
  service_token:
    description: Like O(secrets.service_token), stored as plain text.
    type: str
  remote_kibana_url:
    description:
      - Kibana's field C(kibana_url) of O(type=remote_elasticsearch), the address of the remote Kibana. V("") removes
        it.
      - Its name differs because O(kibana_url) is the Kibana to manage.
    type: str
  remote_kibana_api_key:
    description:
      - Kibana's field C(kibana_api_key) of O(type=remote_elasticsearch), an API key of the remote Kibana.
      - Its name differs because O(kibana_api_key) belongs to the Kibana to manage.
    type: str
  sync_integrations:
    description:
      - Whether to install integrations on the remote cluster, too, for O(type=remote_elasticsearch).
      - It needs Kibana 9.1 and an Enterprise licence.
    type: bool
  sync_uninstalled_integrations:
    description: Whether to remove them there, too, for O(type=remote_elasticsearch).
    type: bool
  auth_type:
    description: How to log in to Kafka. A new output with O(type=kafka) needs it.
    type: str
    choices: [none, user_pass, ssl, kerberos]
  connection_type:
    description: Whether to encrypt. O(auth_type=none) needs it, and other values do not allow it.
    type: str
    choices: [plaintext, encryption]
  username:
    description: User name. O(auth_type=user_pass) needs it, and other values do not allow it.
    type: str
  password:
    description: Like O(secrets.password), stored as plain text.
    type: str
  sasl:
    description: Settings of SASL, for O(type=kafka).
    type: dict
    suboptions:
      mechanism:
        description: The mechanism. A missing value means V(PLAIN).
        type: str
        choices: [PLAIN, SCRAM-SHA-256, SCRAM-SHA-512]
  version:
    description: Version of Kafka's protocol, from V(0.8.2.0) to V(2.6.0). Kibana creates an output with V(1.0.0).
    type: str
  client_id:
    description: Client id. Kibana creates an output with V(Elastic).
    type: str
  compression:
    description: Compression, for O(type=kafka). Kibana creates an output with V(gzip).
    type: str
    choices: [gzip, snappy, lz4, none]
  compression_level:
    description: Level of O(compression=gzip); other values do not allow it. If there is none, V(4) is used.
    type: int
  topic:
    description: Topic, for O(type=kafka). It may refer to a field, as in V(%{[data_stream.type]}).
    type: str
  key:
    description: Key of the messages, for O(type=kafka). It is no secret.
    type: str
  partition:
    description: How to choose a partition. Kibana creates an output with V(hash).
    type: str
    choices: [random, round_robin, hash]
  random:
    description: Settings of O(partition=random).
    type: dict
    suboptions:
      group_events:
        description: How many events in a row go to the same partition. Kibana takes a missing value for V(1).
        type: int
  round_robin:
    description: Settings of O(partition=round_robin).
    type: dict
    suboptions:
      group_events:
        description: How many events in a row go to the same partition. Kibana takes a missing value for V(1).
        type: int
  hash:
    description: Settings of O(partition=hash). V({}) removes them.
    type: dict
    suboptions:
      hash:
        description: Fields to compute the hash of.
        type: str
      random:
        description: Whether to choose a partition at random where the fields are missing.
        type: bool
  headers:
    description: Headers of the messages, for O(type=kafka). V([]) removes them.
    type: list
    elements: dict
    suboptions:
      key:
        description: Name of the header.
        type: str
        required: true
      value:
        description: Its value.
        type: str
        required: true
  timeout:
    description: Seconds to wait for the answer of a broker. Kibana creates an output with V(30).
    type: int
  broker_timeout:
    description: Seconds that a broker waits for acknowledgements. Kibana creates an output with V(10).
    type: int
  required_acks:
    description:
      - Acknowledgements to wait for, V(1) for the leader's, V(-1) for all, V(0) for none.
      - Kibana creates an output with V(1).
    type: int
    choices: [1, 0, -1]
notes:
  - Preconfigured outputs come from Kibana's configuration file. They cannot be deleted here, and only those of their
    fields can be changed that C(allow_edit) of the configuration names.
  - Kibana's fields C(is_preconfigured) and C(allow_edit) belong to that file and are no options here.
seealso:
  - name: Kibana API, Fleet outputs
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-fleet-outputs
"""

EXAMPLES = r"""
- name: Send data to a second Elasticsearch cluster behind a load balancer
  stackops.kibana.fleet_output:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: es-archive
    name: Archive
    type: elasticsearch
    hosts: [https://archive.example.com:9200]
    preset: throughput
    ssl:
      certificate_authorities: [/etc/pki/archive-ca.pem]

- name: Send data to Kafka, with a password that Kibana stores as a secret
  stackops.kibana.fleet_output:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Kafka
    type: kafka
    hosts: ["kafka-1.example.com:9093", "kafka-2.example.com:9093"]
    auth_type: user_pass
    username: fleet
    secrets:
      password: "{{ lookup('ansible.builtin.env', 'KAFKA_PASSWORD') | default('example', true) }}"
    sasl:
      mechanism: SCRAM-SHA-256
    topic: "%{[data_stream.type]}-logs"
    compression: gzip
    compression_level: 6

- name: Change one field of it, and keep the rest and the password
  stackops.kibana.fleet_output:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Kafka
    required_acks: -1

- name: Delete it
  stackops.kibana.fleet_output:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Kafka
    state: absent
"""

RETURN = r"""
output:
  description:
    - The output as Kibana holds it. In check mode, what it would be.
    - Of a stored secret only the id of its document is shown.
  returned: when O(state=present)
  type: dict
  sample:
    id: es-archive
    name: Archive
    type: elasticsearch
    hosts: ["https://archive.example.com:9200"]
    is_default: false
    is_default_monitoring: false
    preset: throughput
    ssl:
      certificate_authorities: [/etc/pki/archive-ca.pem]
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, policy_of, run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_output import (
    ALL_PAIRS,
    ES_TYPES,
    OWN,
    PASSWORD,
    REMOTE_NAMES,
    SPECIFIC,
    at,
    kept_secrets,
    meaning,
    missing,
    new_secrets,
    normal_host,
    problem,
    reserved_keys,
    usual_preset,
    without,
)
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import overlay, prune, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import MISSING, Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

TEXT = {"type": "str"}
BOOL = {"type": "bool"}
NUMBER = {"type": "int"}
STRINGS = {"type": "list", "elements": "str"}
SECRET = {"type": "str", "no_log": True}
GROUP = {"type": "dict", "options": {"group_events": NUMBER}}


def _choice(*choices, kind="str"):
    return {"type": kind, "choices": list(choices)}


OPTIONS = {
    "id": TEXT,
    "name": TEXT,
    "type": _choice("elasticsearch", "remote_elasticsearch", "logstash", "kafka"),
    "hosts": STRINGS,
    "is_default": BOOL,
    "is_default_monitoring": BOOL,
    "is_internal": BOOL,
    "preset": _choice("balanced", "custom", "throughput", "scale", "latency"),
    "config_yaml": TEXT,
    "ca_sha256": TEXT,
    "ca_trusted_fingerprint": TEXT,
    "proxy_id": TEXT,
    "ssl": {
        "type": "dict",
        "options": {
            "certificate": TEXT,
            "key": SECRET,
            "certificate_authorities": STRINGS,
            "verification_mode": _choice("full", "none", "certificate", "strict"),
        },
    },
    "shipper": {
        "type": "dict",
        "options": {
            "disk_queue_enabled": BOOL,
            "disk_queue_path": TEXT,
            "disk_queue_max_size": NUMBER,
            "disk_queue_encryption_enabled": BOOL,
            "disk_queue_compression_enabled": BOOL,
            "compression_level": NUMBER,
            "loadbalance": BOOL,
            "mem_queue_events": NUMBER,
            "queue_flush_timeout": NUMBER,
            "max_batch_bytes": NUMBER,
        },
    },
    "secrets": {
        "type": "dict",
        "no_log": False,
        "options": {
            "ssl": {"type": "dict", "options": {"key": SECRET}},
            "password": SECRET,
            "service_token": SECRET,
            "kibana_api_key": SECRET,
        },
    },
    "service_token": SECRET,
    "remote_kibana_url": TEXT,
    "remote_kibana_api_key": SECRET,
    "sync_integrations": BOOL,
    "sync_uninstalled_integrations": BOOL,
    "auth_type": _choice("none", "user_pass", "ssl", "kerberos"),
    "connection_type": _choice("plaintext", "encryption"),
    "username": TEXT,
    "password": SECRET,
    "sasl": {"type": "dict", "options": {"mechanism": _choice("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")}},
    "version": TEXT,
    "client_id": TEXT,
    "compression": _choice("gzip", "snappy", "lz4", "none"),
    "compression_level": NUMBER,
    "topic": TEXT,
    "key": {"type": "str", "no_log": False},
    "partition": _choice("random", "round_robin", "hash"),
    "random": GROUP,
    "round_robin": GROUP,
    "hash": {"type": "dict", "options": {"hash": TEXT, "random": BOOL}},
    "headers": {
        "type": "list",
        "elements": "dict",
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "value": {"type": "str", "required": True},
        },
    },
    "timeout": NUMBER,
    "broker_timeout": NUMBER,
    "required_acks": _choice(1, 0, -1, kind="int"),
}
FLAGS = ("is_default", "is_default_monitoring")
NULLABLE = (
    "config_yaml", "ca_sha256", "ca_trusted_fingerprint", "proxy_id", "ssl", "shipper", "remote_kibana_url", "sasl",
)  # fmt: skip
NO_PROXY_FOR_KAFKA = (9, 5)


def check(params):
    """What is wrong with the options by themselves, if anything."""
    if params["state"] == "absent":
        return None
    given = prune({name: params[name] for name in OPTIONS})
    return problem(given, given)


def decode(raw):
    """Kibana's object with our names for the two fields that clash with the options of the connection."""
    names = {theirs: ours for ours, theirs in REMOTE_NAMES.items()}
    return {names.get(name, name): value for name, value in raw.items() if value is not None}


def plan(context, current):
    """The usual plan, with the secrets that Kibana lacks, and without what Kibana would refuse."""
    step = default_plan(context, current)
    if context.params["state"] == "absent":
        if step.changed:
            _refuse_delete(step.current)
        return replace(step, before=shown(step.before))
    kind, desired = step.after.get("type"), step.desired
    if kind not in OWN:
        raise PlanError(_unknown(step.current) if step.current else missing(desired, step.after, False))
    after = complete(step)
    kept = kept_secrets(step.current, kind)
    sent = new_secrets(desired, kept, kind, policy_of(context, step.current).sends)
    text = problem(_judged(step, after), after)
    if text:
        raise PlanError(text)
    before, after = shown(step.before), shown(after)
    if current is not None and not sent and same(before, after, RESOURCE.traits):
        return replace(step, action="none", secrets={})
    text = missing(desired, after, any(at(secrets, path) for secrets in (sent, kept) for path in PASSWORD))
    if text:
        raise PlanError(text)
    action, kept = "create" if current is None else "update", without(kept, sent, kind)
    step = replace(step, action=action, before=before, after=after, secrets=sent, kept=kept)
    _refuse_change(context, step)
    _tell_of_moved_flags(context, step)
    return step


def _judged(step, after):
    """The fields that the task answers for: those given, and the hosts where they have to fit a new type."""
    moved = step.before.get("type") not in (None, after["type"])
    return {**step.desired, "hosts": after.get("hosts") or []} if moved else step.desired


def complete(step):
    """The output afterwards, as Kibana will see it: without the fields of a former type, with the preset."""
    before, desired, kind = step.before, step.desired, step.after["type"]
    after = {name: value for name, value in step.after.items() if _fits(name, kind)}
    if kind in ES_TYPES and "preset" not in desired:
        if before.get("type") not in ES_TYPES:
            after["preset"] = usual_preset(after.get("config_yaml"))
        elif "config_yaml" in desired and reserved_keys(after.get("config_yaml")):
            after["preset"] = "custom"
    return prune(after)


def _fits(name, kind):
    return name not in SPECIFIC or name in OWN.get(kind, SPECIFIC)


def _unknown(current):
    return f"Output {_title(current)} is of type {current['type']}, which this module does not know."


def shown(values):
    """The fields that say something: no defaults for what is not there, no empty parts of ssl, no shells of secrets."""
    found = {}
    for name, value in values.items():
        node = RESOURCE.traits.child(name)
        default = node.default if name not in FLAGS else MISSING
        if name == "secrets" or not _fits(name, values.get("type")):
            continue
        if default is MISSING or not same(value, default, node):
            found[name] = {key: part for key, part in value.items() if part} if name == "ssl" else value
    return found


def _title(output):
    return f"{output.get('name')} ({output['id']})"


def _refuse_delete(current):
    if current.get("is_preconfigured"):
        raise PlanError(f"Output {_title(current)} is preconfigured: delete it in Kibana's configuration file.")
    for flag in FLAGS:
        if current.get(flag):
            raise PlanError(
                f"Output {_title(current)} has {flag}, so Kibana keeps it: set {flag} to true on another output first."
            )


def _refuse_change(context, step):
    """Refuse what Kibana would refuse for what the stored output is."""
    current, after = step.current or {}, step.after
    for flag in FLAGS:
        if current.get(flag) and not after[flag]:
            raise PlanError(
                f"{flag} is false, and output {_title(current)} has it: set {flag} to true on another output instead."
            )
    if current.get("is_preconfigured"):
        changed = {name for name in {*step.before, *after} if step.before.get(name) != after.get(name)}
        changed = {REMOTE_NAMES.get(name, name) for name in {*changed, *step.secrets}}
        allowed = sorted(current.get("allow_edit") or [])
        refused = sorted(changed.difference(allowed))
        if refused:
            raise PlanError(
                f"Output {_title(current)} is preconfigured, so {', '.join(refused)} can be changed in Kibana's"
                f" configuration file only; what can be changed here: {', '.join(allowed) or 'nothing'}."
            )
    new_proxy = after.get("proxy_id") != step.before.get("proxy_id") and after.get("proxy_id")
    if new_proxy and after["type"] == "kafka" and NO_PROXY_FOR_KAFKA <= context.client.version < (999,):
        raise PlanError("proxy_id is given, but this version of Kibana has no proxies for kafka: leave it out.")


def _tell_of_moved_flags(context, step):
    """Name the output that loses a default flag to this one."""
    gained = [flag for flag in FLAGS if step.after[flag] and not step.before.get(flag)]
    if not gained:
        return
    others = list(context.client.pages(RESOURCE.collection, items=RESOURCE.list_envelope, in_space=False))
    for flag in gained:
        for other in others:
            if other.get(flag):
                context.warn(f"{flag} moves from output {_title(other)} to {step.after['name']}.")


def encode(step):
    """The request body: all of a new output; else what changes, and what Kibana would lose were it left out."""
    if step.action == "create":
        body = step.body
        if body.get("compression") == "gzip":
            body.setdefault("compression_level", 4)
    else:
        body = _changes(step)
    return {REMOTE_NAMES.get(name, name): value for name, value in body.items()}


def _changes(step):
    """The body of an update. Kibana reads it by type, and resets credentials, flags, preset and ssl that it lacks."""
    before, after, kind = step.before, step.after, step.after["type"]
    body = {name: value for name, value in after.items() if value != before.get(name) and name != "id"}
    for name in before:
        if name not in after and _fits(name, kind):
            body[name] = None if name in NULLABLE else RESOURCE.server_defaults[name]
    echoed = ["name", "type", *FLAGS, "ssl", *(["preset"] if kind in ES_TYPES else [])]
    echoed += ["config_yaml"] if "shipper" in body else []
    body.update({name: after[name] for name in echoed if name in after})
    if kind == "kafka":
        body.update(_kafka_parts(body, step))
    return overlay(overlay(body, _repeated(step, body)), step.secrets)


def _kafka_parts(body, step):
    """The fields that Kibana judges together, so that they must be sent together."""
    after, auth = step.after, step.after["auth_type"]
    needed = {"none": "connection_type", "user_pass": "username"}.get(auth)
    parts = {name: after[name] for name in ("auth_type", needed) if name in after}
    if auth != "none" and "sasl" in step.current:
        parts["sasl"] = after.get("sasl", {"mechanism": "PLAIN"})
    if {"compression", "compression_level"} & set(body):
        parts["compression"] = after.get("compression", "gzip")
        if parts["compression"] == "gzip":
            parts["compression_level"] = after.get("compression_level", 4)
    return parts


def _repeated(step, body):
    """The stored secrets that an update repeats: all but plain ones that have lost what they belong to."""
    ssl_is_gone = "ssl" in body and body["ssl"] is None
    gone = {"password": step.after.get("auth_type") != "user_pass", "ssl": ssl_is_gone}
    return {name: value for name, value in step.kept.items() if not gone.get(name)}


RESOURCE = Resource(
    result_key="output",
    options=OPTIONS,
    item="/api/fleet/outputs/{id}",
    collection="/api/fleet/outputs",
    probe="/api/fleet/outputs",
    envelope="item",
    list_envelope="items",
    list_is_complete=True,
    name_key="name",
    in_space=False,
    rules={"required_one_of": [("id", "name")]},
    read_only=frozenset({"is_preconfigured", "allow_edit"}),
    write_only=frozenset(".".join(path) for pair in ALL_PAIRS for path in pair),
    unordered=frozenset({"hosts", "ssl.certificate_authorities"}),
    server_defaults={
        **dict.fromkeys(
            (*FLAGS, "is_internal", "sync_integrations", "sync_uninstalled_integrations", "hash.random"), False
        ),
        **dict.fromkeys(
            ("config_yaml", "ca_sha256", "ca_trusted_fingerprint", "proxy_id", "remote_kibana_url", "topic", "key"), ""
        ),
        "ssl": {"certificate": "", "certificate_authorities": []},
        "ssl.certificate": "",
        "ssl.certificate_authorities": [],
        "shipper": {"disk_queue_enabled": False, "disk_queue_path": ""},
        "shipper.disk_queue_enabled": False,
        "shipper.disk_queue_path": "",
        "sasl": {"mechanism": "PLAIN"},
        "sasl.mechanism": "PLAIN",
        "random": {"group_events": 1},
        "random.group_events": 1,
        "round_robin": {"group_events": 1},
        "round_robin.group_events": 1,
        "hash": {"hash": "", "random": False},
        "hash.hash": "",
        "headers": [],
    },
    canonical={
        "hosts[]": normal_host,
        "config_yaml": meaning,
        "client_id": lambda value: value or "Elastic",
    },
    check=check,
    decode=decode,
    encode=encode,
    plan=plan,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()

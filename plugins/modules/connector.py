#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector
short_description: Manage a connector of Kibana
description:
  - Creates, changes and deletes a connector, through which rules and people reach other systems.
  - Kibana replaces a connector as a whole. The module reads it first and writes it back with the given fields changed.
  - Kibana never shows the secrets of a connector, and drops them at every update. A change of a connector that may have
    secrets is therefore refused unless O(secrets) are given, too.
  - Preconfigured connectors, which come from C(kibana.yml), and system connectors cannot be changed or deleted.
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
    description:
      - Id of the connector, of 1 to 36 characters. It identifies the connector where it is given.
      - A new connector gets this id. Without it Kibana makes one up.
    type: str
  name:
    description:
      - Name of the connector. It must be given to create one.
      - Without O(id) it identifies the connector, together with O(connector_type_id) where that is given. Kibana allows
        several connectors of one name. Where more than one fits, the module fails and lists their ids.
    type: str
  connector_type_id:
    description:
      - Type of the connector, such as V(.index) or V(.pagerduty).
      - It must be given to create a connector, and cannot be changed later.
    type: str
  config:
    description:
      - Settings of the type. The keys given are merged with the stored ones.
        V("") as a value removes it, V({}) as the whole removes all. Where C(apiProvider) changes, the new
        settings replace the old ones, since each provider has its own.
      - The values of C(headers) may be secrets. They are compared, but masked in result and diff.
      - "The keys of each type follow. Those with a star are required; the value in brackets is Kibana's default."
      - "V(.bedrock): C(apiUrl)*, C(defaultModel)."
      - "V(.cases-webhook): C(createIncidentUrl)*, C(createIncidentJson)*, C(createIncidentResponseKey)*,
        C(createIncidentMethod) (post), C(getIncidentUrl)*, C(getIncidentResponseExternalTitleKey)*,
        C(updateIncidentUrl)*, C(updateIncidentJson)*, C(updateIncidentMethod) (put), C(viewIncidentUrl)*,
        C(createCommentUrl), C(createCommentJson), C(createCommentMethod) (put), C(headers), and those of
        authentication as for V(.webhook)."
      - "V(.crowdstrike), V(.d3security), V(.sentinelone), V(.tines): C(url)*."
      - "V(.email): C(from)*, C(service) (other; elastic_cloud, exchange_server, gmail, outlook365 or ses), C(host)
        and C(port) for the service V(other), C(secure), C(hasAuth) (true), C(tenantId) and C(clientId) for
        V(exchange_server), C(oauthTokenUrl)."
      - "V(.gemini): C(apiUrl)*, C(gcpRegion)*, C(gcpProjectID)*, C(defaultModel)."
      - "V(.gen-ai): C(apiProvider)* (OpenAI, Azure OpenAI or Other), C(apiUrl)*, C(defaultModel) (required for Other),
        C(organizationId), C(projectId) and C(headers) for OpenAI, C(verificationMode) (full) for Other."
      - "V(.index): C(index)*, C(refresh) (false), C(executionTimeField)."
      - "V(.jira): C(apiUrl)*, C(projectKey)*."
      - "V(.microsoft_defender_endpoint): C(url)*, C(tenantId)*, C(clientId)*, C(oAuthServerUrl)*, C(oAuthScope)*."
      - "V(.opsgenie): C(apiUrl)*."
      - "V(.pagerduty): C(apiUrl)."
      - "V(.resilient): C(apiUrl)*, C(orgId)*."
      - "V(.server-log), V(.slack), V(.teams): none."
      - "V(.servicenow), V(.servicenow-sir), V(.servicenow-itom): C(apiUrl)*, C(isOAuth) (false), C(clientId),
        C(jwtKeyId) and C(userIdentifierValue) for OAuth, C(usesTableApi) (true; not for V(.servicenow-itom))."
      - "V(.slack_api): C(allowedChannels), a list of C({id, name})."
      - "V(.swimlane): C(apiUrl)*, C(appId)*, C(connectorType)* (all, alerts or cases), C(mappings)."
      - "V(.thehive): C(url)*, C(organisation)."
      - "V(.torq): C(webhookIntegrationUrl)*."
      - "V(.webhook): C(url)*, C(method) (post; or put), C(headers), C(hasAuth) (true), C(authType)
        (webhook-authentication-basic, or webhook-authentication-ssl), C(certType) (ssl-crt-key or ssl-pfx), C(ca),
        C(verificationMode) (none, certificate or full)."
      - "V(.xmatters): C(usesBasic) (true), C(configUrl) (required for basic authentication)."
    type: dict
  secrets:
    description:
      - Secrets of the type. They are sent when the connector is created and with every change, and cannot be compared.
        Use O(update_secrets=on_change) or O(update_secrets=always) to send a new secret where nothing else changes.
      - V({}) states that the connector has none, so that a change need not be refused. This is not needed for V(.index)
        and V(.server-log), nor where O(config) has C(hasAuth) V(false); secret headers of a newer webhook connector
        are lost then.
      - A connector that lost its secrets in an import gets them again.
      - "V(.bedrock): C(accessKey)*, C(secret)*."
      - "V(.crowdstrike): C(clientId)*, C(clientSecret)*."
      - "V(.d3security), V(.sentinelone), V(.slack_api), V(.torq): C(token)*."
      - "V(.email): C(user) and C(password) where it has authentication, C(clientSecret) for V(exchange_server)."
      - "V(.gemini): C(credentialsJson)*."
      - "V(.gen-ai), V(.opsgenie), V(.thehive): C(apiKey)*."
      - "V(.jira): C(email)*, C(apiToken)*."
      - "V(.microsoft_defender_endpoint): C(clientSecret)*."
      - "V(.pagerduty): C(routingKey)*."
      - "V(.resilient): C(apiKeyId)*, C(apiKeySecret)*."
      - "V(.servicenow), V(.servicenow-sir), V(.servicenow-itom): C(username) and C(password), or for OAuth
        C(clientSecret), C(privateKey) and C(privateKeyPassword)."
      - "V(.slack), V(.teams): C(webhookUrl)*."
      - "V(.swimlane): C(apiToken)*."
      - "V(.tines): C(email)*, C(token)*."
      - "V(.webhook), V(.cases-webhook): C(user) and C(password), or C(crt) and C(key), or C(pfx), the latter two
        with C(password) if they are protected."
      - "V(.xmatters): C(user) and C(password), or C(secretsUrl)."
    type: dict
  force:
    description: Whether to delete a connector that rules still use. Their actions fail from then on.
    type: bool
    default: false
notes:
  - It needs the privilege C(all) of the feature Actions and Connectors. Most types need a licence above Basic.
seealso:
  - module: stackops.kibana.connector_execute
  - name: Kibana API, connectors
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-connectors
"""

EXAMPLES = r"""
- name: Write alerts to an index
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-alert-index
    name: SOC alert index
    connector_type_id: .index
    config:
      index: soc-alerts
      executionTimeField: "@timestamp"

- name: Call somebody
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-pagerduty
    name: SOC on call
    connector_type_id: .pagerduty
    secrets:
      routingKey: "{{ pagerduty_routing_key }}"
  vars:
    pagerduty_routing_key: 0123456789abcdef0123456789abcdef # better from Ansible Vault

- name: Rename it, which needs its secrets again
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-pagerduty
    name: SOC on call (24 h)
    secrets:
      routingKey: "{{ pagerduty_routing_key }}"
  vars:
    pagerduty_routing_key: 0123456789abcdef0123456789abcdef

- name: Delete it by its name
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: SOC on call (24 h)
    state: absent
"""

RETURN = r"""
connector:
  description:
    - The connector, without its secrets. In check mode, what it would be.
    - C(config) has the defaults of the type, too. The values of its headers are masked.
  returned: when O(state=present)
  type: dict
  sample:
    id: soc-alert-index
    name: SOC alert index
    connector_type_id: .index
    config:
      index: soc-alerts
      refresh: false
      executionTimeField: "@timestamp"
    is_preconfigured: false
    is_deprecated: false
    is_missing_secrets: false
    is_system_action: false
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import (
    COLLECTION,
    ITEM,
    LONGEST_ID,
    SYSTEM_ID,
    find_connector,
    references,
)
from ansible_collections.stackops.kibana.plugins.module_utils._connector_config import (
    comparable,
    needs_secrets,
    without_blanks,
)
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

OPTIONS = {
    "id": {"type": "str"},
    "name": {"type": "str"},
    "connector_type_id": {"type": "str"},
    "config": {"type": "dict"},
    "secrets": {"type": "dict", "no_log": True},
    "force": {"type": "bool", "default": False},
}


def check(params):
    """What is wrong with the id or the name, if anything."""
    connector_id, name = params["id"], params["name"]
    if connector_id is not None and not 1 <= len(connector_id) <= LONGEST_ID:
        return f"id has {len(connector_id)} characters: Kibana takes 1 to {LONGEST_ID}."
    if connector_id is not None and connector_id.startswith(SYSTEM_ID):
        return f"id {connector_id!r} is that of a system connector, which Kibana keeps for itself: choose another one."
    if name is not None and not name.strip():
        return "name is blank: a connector needs a name."
    return None


def find(context):
    """The connector with the id, else with the name and type."""
    params = context.params
    return find_connector(context.client, params["id"], params["name"], params["connector_type_id"])


def decode(raw):
    """Without what only the list says, and what others change."""
    return {key: value for key, value in raw.items() if key != "referenced_by_count"}


def encode(plan):
    """The whole connector, as Kibana resets what is left out; its type only at creation."""
    body = {
        "name": plan.after["name"],
        "config": without_blanks(plan.after.get("config") or {}),
        "secrets": plan.secrets.get("secrets", {}),
    }
    return body if plan.action == "update" else {**body, "connector_type_id": plan.after["connector_type_id"]}


def plan(context, current):
    """The usual plan, unless it would harm: see the functions below."""
    if current is not None and current.get("is_preconfigured"):
        return _plan_preconfigured(context, current)
    if context.params["secrets"] == {}:
        context = replace(context, params={**context.params, "update_secrets": "on_create"})
    step = default_plan(context, current)
    if step.action == "create":
        _refuse_incomplete(context.params)
    if step.action == "delete":
        _refuse_used(context, current)
        return step
    step = _of_other_provider(_with_lost_secrets(context, current, step))
    if step.action == "update" and context.params["secrets"] is None:
        _refuse_losing_secrets(current, step)
    return step


def _plan_preconfigured(context, current):
    """Nothing, or a refusal. Of the config and secrets of such a connector Kibana shows nothing."""
    if context.params["config"]:
        context.warn(f"Kibana does not show the config of {current['id']}, which is preconfigured: it is not compared.")
    step = default_plan(replace(context, params={**context.params, "config": None, "secrets": None}), current)
    if step.changed:
        raise PlanError(
            f"{current['id']} is a preconfigured connector, which Kibana neither changes nor deletes:"
            " edit xpack.actions.preconfigured in kibana.yml."
        )
    return step


def _refuse_incomplete(params):
    missing = [name for name in ("name", "connector_type_id") if params[name] is None]
    if missing:
        which = f"id {params['id']!r}" if params["id"] is not None else f"name {params['name']!r}"
        raise PlanError(
            f"There is no connector with the {which}, and {' and '.join(missing)} must be given to create it."
        )


def _refuse_used(context, current):
    """Kibana deletes a connector that rules use without a word; check mode cannot know which rules go before it."""
    count = 0 if context.params["force"] else references(context.client, current["id"])
    if count:
        message = f"Connector {current['name']!r} ({current['id']}) is used by {count} rule{'s' if count > 1 else ''}"
        if not context.check_mode:
            raise PlanError(f"{message}, whose actions would fail: remove it from them first, or give force: true.")
        context.warn(f"{message}; it can be deleted only without them, or with force: true.")


def _with_lost_secrets(context, current, step):
    """An import leaves a connector without secrets; Kibana says so, and an update heals it."""
    if current is None or not current.get("is_missing_secrets"):
        return step
    secrets = context.params["secrets"]
    if not secrets and step.action == "none":
        context.warn(f"Connector {current['name']!r} ({current['id']}) has lost its secrets: give them to repair it.")
        return step
    return replace(step, action="update", secrets={"secrets": secrets} if secrets else {})


def _of_other_provider(step):
    """Each provider of one type has its own settings, and refuses those of another."""
    old, new = step.before.get("config") or {}, step.desired.get("config") or {}
    if step.action != "update" or new.get("apiProvider", old.get("apiProvider")) == old.get("apiProvider"):
        return step
    return replace(step, after={**step.after, "config": new})


def _refuse_losing_secrets(current, step):
    if needs_secrets(current["connector_type_id"], step.after.get("config") or {}):
        raise PlanError(
            f"Kibana drops the secrets of a connector at every update, so changing {current['name']!r}"
            f" ({current['connector_type_id']}) needs them again: give secrets, or secrets: {{}} if it has none."
        )


def apply(context, step):
    """Write, under the task's id where there is one: only then may a creation be repeated."""
    client, wanted = context.client, context.params["id"]
    if step.action == "create":
        path = COLLECTION if wanted is None else fill_path(ITEM, {"id": wanted})
        return client.call("POST", path, json=encode(step), safe=wanted is not None)
    path = fill_path(ITEM, {"id": step.current["id"]})
    if step.action == "delete":
        return client.delete(path)
    return client.call("PUT", path, json=encode(step))


RESOURCE = Resource(
    result_key="connector",
    options=OPTIONS,
    rules={"required_one_of": [("id", "name")]},
    controls=frozenset({"force"}),
    immutable=frozenset({"connector_type_id"}),
    read_only=frozenset(
        {
            "auth_mode",
            "is_connector_type_deprecated",
            "is_deprecated",
            "is_missing_secrets",
            "is_preconfigured",
            "is_system_action",
        }
    ),
    write_only=frozenset({"secrets"}),
    hidden=frozenset({"config.headers.*"}),
    login_names=frozenset({"secrets.user", "secrets.username", "secrets.email"}),
    resend_secrets=True,
    unordered=frozenset({"config.allowedChannels"}),
    canonical={"config": comparable},
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

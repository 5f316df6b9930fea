#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector_execute
short_description: Run a connector of Kibana once
description:
  - Sends a message, opens a ticket, calls somebody, indexes documents, or whatever else a connector does.
  - It acts at every run, and is therefore always changed. In check mode it looks for the connector and checks the
    parameters, and sends nothing.
  - Kibana answers with HTTP 200 even where the connector fails. The task fails then, with the reason that Kibana
    gives.
  - An execution is never repeated by the module, whatever O(kibana_retries) says, since the other system may have
    acted although no answer came.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.action
  - stackops.kibana.action_group
options:
  id:
    description: Id of the connector. Either this or O(name) is needed.
    type: str
  name:
    description: Exact name of the connector. The module fails where several connectors of the space have it.
    type: str
  connector_type_id:
    description:
      - Type of the connector, such as V(.pagerduty). With O(name) it tells connectors of one name apart.
      - The task fails if the connector is of another type. O(params) are then checked before anything is asked of
        Kibana.
    type: str
  params:
    description:
      - What to do, in the terms of the connector's type. Those with a star are required.
      - A type with sub-actions takes C(subAction)* and, in C(subActionParams), the parameters of that sub-action.
      - Where Kibana wants JSON as text (marked JSON), a dict or a list may be given as well.
      - "B(Messages)"
      - "V(.email): at least one address in the lists C(to), C(cc) or C(bcc), C(subject)*, C(message)* (Markdown),
        C(messageHTML). Addresses look like C(user@host-name) or C(name <user@host-name>)."
      - "V(.server-log): C(message)*, C(level) (trace, debug, info, warn, error or fatal; info if not given)."
      - "V(.slack): C(message)*, without Markdown."
      - "V(.slack_api): C(subAction)* C(postMessage) with C(text)* and one channel in the list C(channelIds) (or
        C(channels), by name, deprecated); C(postBlockkit) with the same, where C(text)* is JSON with C(blocks);
        C(validChannelId) with C(channelId)*."
      - "V(.teams): C(message)*."
      - "B(Alerts)"
      - "V(.pagerduty): C(eventAction)* is C(trigger), C(acknowledge) or C(resolve). C(dedupKey) (up to 255
        characters) tells which alert is meant, and is required to acknowledge and to resolve. To trigger: C(summary)
        (up to 1024 characters), C(severity) (critical, error, warning or info; info if not given), C(source),
        C(timestamp) (ISO 8601), C(component), C(group), C(class), C(links) (a list of C({href*, text*})),
        C(customDetails) (a dict)."
      - "V(.opsgenie): C(subAction)* C(createAlert) with C(message)*, C(alias), C(description), C(responders) (a list
        of C(type), which is user, team, escalation or schedule, and C(id), C(name) or C(username)), C(visibleTo) (the
        same, with user or team), C(actions), C(tags), C(details) (a dict), C(entity), C(source), C(priority) (P1 to
        P5), C(user), C(note); C(closeAlert) with C(alias)*, C(user), C(source), C(note)."
      - "V(.xmatters): C(severity)*, C(alertActionGroupName), C(signalId), C(ruleName), C(date), C(spaceId), C(tags)."
      - "B(Tickets). C(pushToService) takes C(incident)* and C(comments), a list of C({comment, commentId}). With
        C(externalId) it updates that incident, where the type has one."
      - "V(.cases-webhook): C(subAction)* C(pushToService) with the C(incident) C(title)*, C(description), C(id),
        C(externalId), C(severity), C(status), C(tags)."
      - "V(.jira): C(subAction)* C(pushToService) with the C(incident) C(summary)*, C(description), C(issueType),
        C(priority), C(labels) (without spaces), C(parent), C(otherFields) (a dict), C(externalId); C(getFields);
        C(getIncident) with C(externalId)*; C(issue) with C(id)*; C(issues) with C(title)*; C(issueTypes);
        C(fieldsByIssueType) with C(id)*."
      - "V(.resilient): C(subAction)* C(pushToService) with the C(incident) C(name)*, C(description), C(externalId),
        C(incidentTypes), C(severityCode); C(getFields); C(incidentTypes); C(severity)."
      - "V(.servicenow) (ITSM): C(subAction)* C(pushToService) with the C(incident) C(short_description)*,
        C(description), C(severity), C(urgency), C(impact), C(category), C(subcategory), C(correlation_id),
        C(correlation_display), C(externalId), C(additional_fields) (JSON, up to 20 fields); C(closeIncident) with the
        C(incident) C(externalId) or C(correlation_id) (up to 100 characters); C(getFields); C(getIncident) with
        C(externalId)*; C(getChoices) with the list C(fields)*."
      - "V(.servicenow-sir) (SecOps): as V(.servicenow), without C(closeIncident), and with C(dest_ip), C(source_ip),
        C(malware_hash), C(malware_url) (a text or a list) and C(priority)."
      - "V(.servicenow-itom): C(subAction)* C(addEvent) with C(source), C(event_class), C(resource), C(node),
        C(metric_name), C(type), C(severity), C(description), C(additional_info) (JSON), C(message_key),
        C(time_of_event); C(getChoices) with the list C(fields)*."
      - "V(.swimlane): C(subAction)* C(pushToService) with the C(incident) C(alertId), C(caseId), C(caseName),
        C(ruleName), C(description), C(severity), C(externalId)."
      - "V(.thehive): C(subAction)* C(createAlert) with C(title)*, C(description)*, C(type)*, C(source)*,
        C(sourceRef)*, C(severity) (1 to 4), C(tlp) (0 to 4), C(tags); C(pushToService) with the C(incident)
        C(title)*, C(description)*, C(severity), C(tlp), C(tags)."
      - "B(Data and automation)"
      - "V(.d3security): C(subAction)* C(run) with C(body) (JSON), C(severity), C(eventType)."
      - "V(.index): C(documents)*, a list of dicts; C(indexOverride), the name of another index."
      - "V(.tines): C(subAction)* C(run) with C(body)* (JSON) and C(webhook) (as C(webhooks) returns it) or
        C(webhookUrl); C(stories); C(webhooks) with C(storyId)*."
      - "V(.torq): C(body)* (JSON)."
      - "V(.webhook): C(body) (a text, or JSON)."
      - "B(Language models). All have C(subAction)* C(run) with C(body)* (JSON, as the provider wants it), C(invokeAI)
        and C(invokeStream) with C(messages)* (a list of C({role, content})) and further settings, C(getDashboard)
        with C(dashboardId)*. A long answer may need a larger O(kibana_timeout)."
      - "V(.bedrock): C(run) knows C(model), C(timeout), C(raw), too; C(invokeAI) C(model), C(temperature),
        C(stopSequences), C(system), C(maxTokens), C(tools), C(toolChoice); also C(invokeAIRaw), C(converse),
        C(converseStream)."
      - "V(.gemini): C(run) knows C(model), C(temperature), too; C(invokeAI) C(model), C(temperature),
        C(systemInstruction), C(maxOutputTokens), C(toolConfig); also C(invokeAIRaw)."
      - "V(.gen-ai): C(invokeAI) knows C(model), C(temperature), C(tools), too; also C(stream) with C(body)* (JSON)
        and C(stream)."
      - C(test) does the same as C(run), where a type has it.
      - For any other type the parameters are sent as they are.
    type: dict
    required: true
  validate:
    description:
      - Whether to check O(params) against what is listed there, before they are sent.
      - Set it to V(false) for a sub-action that a newer Kibana has, and this module does not know.
    type: bool
    default: true
notes:
  - It needs the privilege C(read) of the feature Actions and Connectors.
  - Ansible shows O(params) with high verbosity. Use C(no_log) for the task where they contain secrets.
seealso:
  - module: stackops.kibana.connector
  - name: Kibana API, run a connector
    description: The endpoint that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/operation/operation-post-actions-connector-id-execute
"""

EXAMPLES = r"""
- name: Have a connector to an index
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-journal
    name: SOC journal
    connector_type_id: .index
    config:
      index: soc-journal

- name: Write a document through it
  stackops.kibana.connector_execute:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: SOC journal
    params:
      documents:
        - "@timestamp": "2026-01-15T08:00:00Z"
          message: The new detection rules are deployed.

- name: Have a connector to PagerDuty
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-on-call
    name: SOC on call
    connector_type_id: .pagerduty
    secrets:
      routingKey: "{{ pagerduty_routing_key }}"
  vars:
    pagerduty_routing_key: 0123456789abcdef0123456789abcdef # better from Ansible Vault

- name: Resolve an alert
  stackops.kibana.connector_execute:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-on-call
    connector_type_id: .pagerduty
    params:
      eventAction: resolve
      dedupKey: maintenance-web-01

- name: Have a connector to Jira
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-tickets
    name: SOC tickets
    connector_type_id: .jira
    config:
      apiUrl: https://example.atlassian.net
      projectKey: SOC
    secrets:
      email: kibana@example.com
      apiToken: "{{ jira_api_token }}"
  vars:
    jira_api_token: example-token

- name: Open a ticket
  stackops.kibana.connector_execute:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-tickets
    params:
      subAction: pushToService
      subActionParams:
        incident:
          summary: Rotate the certificates
          issueType: "10006"
          labels: [soc, automation]
        comments:
          - comment: Opened by Ansible
            commentId: "1"
  register: ticket
"""

RETURN = r"""
execution:
  description:
    - Kibana's answer.
    - In check mode it has the id of the connector, where that is known, and C((known after apply)) as its status.
  returned: always, if Kibana answered
  type: dict
  contains:
    connector_id:
      description: Id of the connector.
      type: str
      returned: always
      sample: soc-tickets
    status:
      description: V(ok), or V(error) where the task failed.
      type: str
      returned: always
      sample: ok
    data:
      description: What the other system answered. Its shape depends on the type and the sub-action. Some have none.
      type: raw
      returned: success
      sample:
        id: "1001"
        title: SOC-1001
        url: https://example.atlassian.net/browse/SOC-1001
        pushedDate: "2026-01-15T08:00:00.000Z"
    message:
      description: What failed.
      type: str
      returned: when RV(execution.status=error)
      sample: an error occurred while running the action
    service_message:
      description: What the other system said.
      type: str
      returned: when RV(execution.status=error) and it said something
      sample: getaddrinfo ENOTFOUND example.atlassian.net
    retry:
      description: Whether it makes sense to try again, or the time from which it does.
      type: raw
      returned: when RV(execution.status=error)
      sample: true
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import ITEM, find_connector
from ansible_collections.stackops.kibana.plugins.module_utils._connector_types import ready_params
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    "id": {"type": "str"},
    "name": {"type": "str"},
    "connector_type_id": {"type": "str"},
    "params": {"type": "dict", "required": True},
    "validate": {"type": "bool", "default": True},
}
UNCERTAIN = "The connector may have been executed all the same: find out before you run the task again."
ONCE = "This module never repeats an execution, whatever kibana_retries says."


class ExecutionError(KibanaError):
    """The connector ran and failed; Kibana's answer becomes ``execution``."""

    def as_result(self):
        return {**super().as_result(), "execution": self.error}


def check(params):
    """What is wrong with the parameters, as far as the type is known without asking."""
    try:
        if params["connector_type_id"] is not None:
            _ready(params, params["connector_type_id"])
    except PlanError as error:
        return str(error)
    return None


def _ready(params, type_id):
    return ready_params(type_id, params["params"]) if params["validate"] else params["params"]


def execute(context):
    """Find, check, and send once."""
    wanted = context.params
    connector = find_connector(context.client, wanted["id"], wanted["name"], wanted["connector_type_id"])
    if connector is None:
        return _missing(context)
    type_id = connector["connector_type_id"]
    if wanted["connector_type_id"] not in (None, type_id):
        raise PlanError(f"Connector {connector['id']} is of type {type_id}, and not {wanted['connector_type_id']}.")
    params = _ready(wanted, type_id)
    if context.check_mode:
        return _predicted(connector["id"])
    return {"changed": True, "execution": _send(context.client, connector, params)}


def _missing(context):
    """A failure, but for check mode: there the same play may be about to create the connector."""
    wanted = context.params
    of_type = f" of type {wanted['connector_type_id']}" if wanted["connector_type_id"] else ""
    which = f"id {wanted['id']!r}" if wanted["id"] is not None else f"name {wanted['name']!r}"
    message = f"There is no connector{of_type} with the {which} in this space"
    if not context.check_mode:
        raise PlanError(f"{message}: create it first, or correct the task.")
    context.warn(f"{message} yet; the prediction takes it for granted.")
    return _predicted(wanted["id"] or KNOWN_AFTER_APPLY)


def _predicted(connector_id):
    return {"changed": True, "execution": {"connector_id": connector_id, "status": KNOWN_AFTER_APPLY}}


def _send(client, connector, params):
    """Kibana's answer, which says in itself whether it worked. Raises :class:`KibanaError`."""
    path = fill_path(ITEM, {"id": connector["id"]}) + "/_execute"
    try:
        answer = client.call("POST", path, json={"params": params}, retry=False) or {}
    except KibanaError as error:
        advice = UNCERTAIN if error.ambiguous else ONCE if error.status == 429 else ""
        error.message = f"{error.message.rstrip('.')}. {advice}".strip()
        raise
    if answer.get("status") == "ok":
        return answer
    reasons = [str(answer[key]).rstrip(".") for key in ("message", "service_message") if answer.get(key)]
    which = f"Connector {connector['name']!r} ({connector['id']}, {connector['connector_type_id']})"
    raise ExecutionError(
        f"{which} failed: {': '.join(reasons) or 'Kibana gives no reason'}.",
        method="POST",
        path=path,
        status=200,
        error=answer,
    )


def main():
    run_action(
        execute,
        OPTIONS,
        check=check,
        mutually_exclusive=[("id", "name")],
        required_one_of=[("id", "name")],
    )


if __name__ == "__main__":
    main()

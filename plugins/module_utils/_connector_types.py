# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``params`` of each type of connector that Kibana documents, and what must hold between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._connector_params import (
    Schema,
    anything,
    between,
    check_fields,
    choice,
    fields,
    flag,
    json_text,
    mapping,
    nested,
    objects,
    text,
    texts,
    up_to,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError


def label(value: Any, where: str) -> Any:
    """A list of Jira's labels, which cannot contain spaces."""
    for number, item in enumerate(texts(value, where)):
        if " " in str(item):
            raise PlanError(f"{where}[{number}] is {item!r}: a label in Jira cannot contain spaces.")
    return value


COMMENTS = objects({"comment": text, "commentId": text})
OBSERVABLES = dict.fromkeys(("dest_ip", "source_ip", "malware_hash", "malware_url"), anything)

SERVER_LOG = fields("message* level", level=choice("trace", "debug", "info", "warn", "error", "fatal"))
EMAIL = fields("to cc bcc subject* message* messageHTML", to=texts, cc=texts, bcc=texts)
PAGERDUTY = fields(
    "eventAction* dedupKey summary severity source timestamp component group class links customDetails",
    eventAction=choice("trigger", "resolve", "acknowledge"),
    dedupKey=up_to(255),
    summary=up_to(1024),
    severity=choice("critical", "error", "warning", "info"),
    links=objects(fields("href* text*")),
    customDetails=mapping,
)
FLAT: dict[str, Schema] = {
    ".server-log": SERVER_LOG,
    ".index": fields("documents* indexOverride", documents=objects({})),
    ".email": EMAIL,
    ".slack": fields("message*"),
    ".teams": fields("message*"),
    ".webhook": fields("body", body=json_text),
    ".pagerduty": PAGERDUTY,
    ".torq": fields("body*", body=json_text),
    ".xmatters": fields("severity* alertActionGroupName signalId ruleName date spaceId tags"),
}


def push(incident: Schema) -> Schema:
    """The params of a pushToService."""
    return {"incident*": nested(incident), "comments": COMMENTS}


JIRA = push(fields("summary* description issueType priority labels parent otherFields externalId", labels=label,
                   otherFields=mapping))  # fmt: skip
ITSM = fields(
    "short_description* description severity urgency impact category subcategory correlation_id correlation_display"
    " externalId additional_fields",
    additional_fields=json_text,
)
CLOSE = {"incident*": nested(fields("externalId correlation_id", correlation_id=up_to(100)))}
SERVICENOW: dict[str, Schema] = {
    "getFields": {},
    "getIncident": fields("externalId*"),
    "getChoices": fields("fields*", fields=texts),
}
ITOM = fields(
    "source event_class resource node metric_name type severity description additional_info message_key time_of_event",
    additional_info=json_text,
)
RESPONDERS = objects(fields("type id name username", type=choice("team", "user", "escalation", "schedule")))
OPSGENIE = fields(
    "message* alias description responders visibleTo actions tags details entity source priority user note",
    responders=RESPONDERS,
    visibleTo=objects(fields("type* id name username", type=choice("team", "user"))),
    actions=texts,
    tags=texts,
    details=mapping,
    priority=choice("P1", "P2", "P3", "P4", "P5"),
)
HIVE = fields("title* description* severity tlp tags", severity=between(1, 4), tlp=between(0, 4), tags=texts)
SLACK = fields("text* channelIds channels", channelIds=up_to(1, texts), channels=up_to(1, texts))
TINES = fields("webhook webhookUrl body*", webhook=mapping, body=json_text)
D3 = fields("body severity eventType", body=json_text)
RUN = fields("body* model timeout raw", body=json_text, raw=flag)
INVOKE = fields("messages*", messages=objects({}))
DASHBOARD = {"getDashboard": fields("dashboardId*")}
MODEL: dict[str, Schema] = {"run": RUN, "test": RUN, "invokeAI": INVOKE, "invokeStream": INVOKE, **DASHBOARD}

SUB_ACTIONS: dict[str, dict[str, Schema]] = {
    ".bedrock": {**MODEL, "invokeAIRaw": INVOKE, "converse": {}, "converseStream": {}},
    ".cases-webhook": {
        "pushToService": push(fields("title* description id externalId severity status tags", tags=texts))
    },
    ".d3security": {"run": D3, "test": D3},
    ".gemini": {**MODEL, "invokeAIRaw": INVOKE},
    ".gen-ai": {**MODEL, "stream": fields("body* stream", body=json_text, stream=flag)},
    ".jira": {
        "getFields": {},
        "getIncident": fields("externalId*"),
        "issues": fields("title*"),
        "issue": fields("id*"),
        "issueTypes": {},
        "fieldsByIssueType": fields("id*"),
        "pushToService": JIRA,
    },
    ".opsgenie": {"createAlert": OPSGENIE, "closeAlert": fields("alias* user source note")},
    ".resilient": {
        "getFields": {},
        "incidentTypes": {},
        "severity": {},
        "pushToService": push(fields("name* description externalId incidentTypes severityCode", incidentTypes=texts)),
    },
    ".servicenow": {**SERVICENOW, "pushToService": push(ITSM), "closeIncident": CLOSE},
    ".servicenow-sir": {**SERVICENOW, "pushToService": push({**ITSM, **OBSERVABLES, "priority": text})},
    ".servicenow-itom": {"getChoices": SERVICENOW["getChoices"], "addEvent": ITOM},
    ".slack_api": {
        "validChannelId": fields("channelId*"),
        "postMessage": SLACK,
        "postBlockkit": {**SLACK, "text*": json_text},
    },
    ".swimlane": {"pushToService": push(fields("alertId caseId caseName ruleName description severity externalId"))},
    ".thehive": {"createAlert": {**HIVE, **fields("type* source* sourceRef*")}, "pushToService": push(HIVE)},
    ".tines": {"stories": {}, "webhooks": fields("storyId*", storyId=between(0, 2**53)), "run": TINES, "test": TINES},
}


def ready_params(type_id: str, params: dict[str, Any]) -> dict[str, Any]:
    """The params to send to a connector of a type; those of an unknown type pass as they are.

    Raises :class:`PlanError`, which names the first field that does not fit.
    """
    try:
        if type_id in FLAT:
            ready = check_fields(FLAT[type_id], params, "params")
        elif type_id in SUB_ACTIONS:
            ready = _sub_action(SUB_ACTIONS[type_id], params)
        else:
            return params
        together = TOGETHER.get((type_id, ready["subAction"] if type_id in SUB_ACTIONS else None))
        problem = together(ready) if together else ""
        if problem:
            raise PlanError(problem)
    except PlanError as error:
        action = f" ({params['subAction']})" if type_id in SUB_ACTIONS and params.get("subAction") else ""
        raise PlanError(f"This is not what a connector of type {type_id}{action} takes: {error}") from None
    return ready


def _sub_action(actions: dict[str, Schema], params: dict[str, Any]) -> dict[str, Any]:
    ready = check_fields({"subAction*": choice(*actions)}, params, "params")
    schema, given = actions[ready["subAction"]], ready.get("subActionParams")
    if given is None and not schema:
        return ready
    return {**ready, "subActionParams": check_fields(schema, given or {}, "params.subActionParams")}


def _email(params: dict[str, Any]) -> str:
    return (
        "" if any(params.get(name) for name in ("to", "cc", "bcc")) else "to, cc and bcc are empty: name a recipient."
    )


def _pagerduty(params: dict[str, Any]) -> str:
    if params["eventAction"] == "trigger" or params.get("dedupKey"):
        return ""
    return f"params.dedupKey is missing: eventAction {params['eventAction']} needs it to tell which alert is meant."


def _close_incident(params: dict[str, Any]) -> str:
    incident = params["subActionParams"]["incident"]
    if incident.get("externalId") or incident.get("correlation_id"):
        return ""
    return "params.subActionParams.incident must have externalId or correlation_id."


def _blocks(params: dict[str, Any]) -> str:
    try:
        body = json.loads(params["subActionParams"]["text"])
    except ValueError:
        body = None
    return (
        "" if isinstance(body, dict) and "blocks" in body else "params.subActionParams.text must be JSON with blocks."
    )


def _webhook_of_tines(params: dict[str, Any]) -> str:
    given = params["subActionParams"]
    if given.get("webhook") or given.get("webhookUrl"):
        return ""
    return "params.subActionParams must have webhook or webhookUrl."


def _responders(params: dict[str, Any]) -> str:
    """A user is named by id or username, a team by id or name."""
    needed = {"user": ("id", "username"), "team": ("id", "name")}
    for name in ("responders", "visibleTo"):
        for number, item in enumerate(params["subActionParams"].get(name) or []):
            names = needed.get(item.get("type"))
            if names and not any(item.get(key) for key in names):
                return f"params.subActionParams.{name}[{number}] must have {' or '.join(names)}."
    return ""


TOGETHER: dict[tuple[str, Any], Callable[[dict[str, Any]], str]] = {
    (".email", None): _email,
    (".pagerduty", None): _pagerduty,
    (".servicenow", "closeIncident"): _close_incident,
    (".slack_api", "postBlockkit"): _blocks,
    (".tines", "run"): _webhook_of_tines,
    (".tines", "test"): _webhook_of_tines,
    (".opsgenie", "createAlert"): _responders,
}

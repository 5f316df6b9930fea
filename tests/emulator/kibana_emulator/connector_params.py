# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `_execute` takes for each connector type, and what a successful call returns (reference security C.5)."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from .errors import CoreError
from .fields import Fields, choice, filled, model, texts
from .schema import OMITTED, Strict

PREFIX = "error validating action params"
_TEXTS = (list[str], [])
_ANY = (dict[str, Any], OMITTED)
_OBJECTS = (list[dict[str, Any]], OMITTED)
_LEVELS = choice("trace", "debug", "info", "warn", "error", "fatal")
_SNOW = texts(
    "short_description* description severity urgency impact category subcategory correlation_id correlation_display "
    "externalId", additional_fields=(str | None, None),
)  # fmt: skip
_LINKS = (list[model(texts("href* text*"), "Link")], OMITTED)

FLAT: dict[str, Fields] = {
    ".server-log": texts("message*", level=(_LEVELS, "info")),
    ".index": {"documents": (list[dict[str, Any]], ...), "indexOverride": (str | None, None)},
    ".email": {
        "to": _TEXTS,
        "cc": _TEXTS,
        "bcc": _TEXTS,
        **texts("subject* message*"),
        "messageHTML": (str | None, None),
        "replyTo": (list[str], OMITTED),
    },
    ".slack": texts("message*"),
    ".teams": texts("message*"),
    ".webhook": texts("body"),
    ".pagerduty": {
        "eventAction": (choice("trigger", "resolve", "acknowledge"), "trigger"),
        "dedupKey": (Annotated[str, Field(max_length=255)], OMITTED),
        "summary": (Annotated[str, Field(max_length=1024)], OMITTED),
        "severity": (choice("critical", "error", "warning", "info"), OMITTED),
        **texts("source timestamp component group class", links=_LINKS, customDetails=_ANY),
    },
    ".xmatters": texts("severity* alertActionGroupName signalId ruleName date spaceId tags"),
    ".torq": texts("body*"),
}

_PUSH: Fields = {"comments": (list[dict[str, Any]] | None, None)}
_RUN: Fields = texts("body*", model=(str, OMITTED), timeout=(int, OMITTED), raw=(bool, OMITTED))
_INVOKE: Fields = {
    "messages": (list[dict[str, Any]], ...),
    **texts("model system systemInstruction"),
    "temperature": (float, OMITTED),
    "maxTokens": (int, OMITTED),
    "maxOutputTokens": (int, OMITTED),
    "stopSequences": (list[str], OMITTED),
    "tools": _OBJECTS,
    "toolChoice": _ANY,
    "toolConfig": _ANY,
}
_MODEL: dict[str, Fields | None] = {
    "run": _RUN, "test": _RUN, "invokeAI": _INVOKE, "invokeStream": _INVOKE, "getDashboard": texts("dashboardId*"),
}  # fmt: skip
_JIRA_INCIDENT: Fields = texts(
    "summary* description issueType priority parent externalId", labels=(list[str], OMITTED), otherFields=_ANY
)
_SIR_INCIDENT = {**_SNOW, **texts("dest_ip source_ip malware_hash malware_url priority")}
_CLOSE = {"incident": {"externalId": (str | None, None), "correlation_id": (str | None, None)}}
_CHOICES: Fields = {"fields": (list[str], ...)}
_EVENT = texts(
    "source event_class resource node metric_name type severity description additional_info message_key time_of_event"
)
_OPSGENIE_ALERT: Fields = {
    **texts("message* alias description entity source user note"),
    "responders": _OBJECTS,
    "visibleTo": _OBJECTS,
    "actions": (list[str], OMITTED),
    "tags": (list[str], OMITTED),
    "details": _ANY,
    "priority": (choice("P1", "P2", "P3", "P4", "P5"), OMITTED),
}
_HIVE: Fields = {
    **texts("title* description*"),
    "severity": (int | None, None),
    "tlp": (int | None, None),
    "tags": (list[str] | None, None),
}
_TINES: Fields = {"webhook": _ANY, **texts("webhookUrl body*")}
_D3: Fields = texts("body", severity=(str, ""), eventType=(str, ""))
_CASE = texts("id title* description severity status externalId", tags=(list[str], OMITTED))

SUB_ACTIONS: dict[str, dict[str, Fields | None]] = {
    ".slack_api": {
        "validChannelId": texts("channelId*"),
        "postMessage": texts("text*", channelIds=(Annotated[list[str], Field(max_length=1)], OMITTED),
                             channels=(Annotated[list[str], Field(max_length=1)], OMITTED)),
        "postBlockkit": texts("text*", channelIds=(list[str], OMITTED), channels=(list[str], OMITTED)),
    },
    ".jira": {
        "getFields": None,
        "getIncident": texts("externalId*"),
        "issues": texts("title*"),
        "issue": texts("id*"),
        "issueTypes": None,
        "fieldsByIssueType": texts("id*"),
        "pushToService": {"incident": _JIRA_INCIDENT, **_PUSH},
    },
    ".servicenow": {
        "getFields": None,
        "getIncident": texts("externalId*"),
        "getChoices": _CHOICES,
        "pushToService": {"incident": _SNOW, **_PUSH},
        "closeIncident": _CLOSE,
    },
    ".servicenow-sir": {
        "getFields": None,
        "getIncident": texts("externalId*"),
        "getChoices": _CHOICES,
        "pushToService": {"incident": _SIR_INCIDENT, **_PUSH},
    },
    ".servicenow-itom": {"getChoices": _CHOICES, "addEvent": _EVENT},
    ".swimlane": {
        "pushToService": {
            "incident": texts("alertId caseId caseName ruleName description severity externalId"), **_PUSH,
        }
    },
    ".resilient": {
        "getFields": None,
        "incidentTypes": None,
        "severity": None,
        "pushToService": {
            "incident": texts("name* description externalId", incidentTypes=(list[int], OMITTED),
                              severityCode=(int | None, None)),
            **_PUSH,
        },
    },
    ".cases-webhook": {"pushToService": {"incident": _CASE, **_PUSH}},
    ".opsgenie": {"createAlert": _OPSGENIE_ALERT, "closeAlert": texts("alias* user source note")},
    ".thehive": {
        "createAlert": {**_HIVE, **texts("type* source* sourceRef*")},
        "pushToService": {"incident": _HIVE, **_PUSH},
    },
    ".tines": {"stories": None, "webhooks": {"storyId": (int, ...)}, "run": _TINES, "test": _TINES},
    ".d3security": {"run": _D3, "test": _D3},
    ".gen-ai": {**_MODEL, "stream": texts("body*", stream=(bool, False))},
    ".bedrock": {**_MODEL, "invokeAIRaw": _INVOKE},
    ".gemini": {**_MODEL, "invokeAIRaw": _INVOKE},
}  # fmt: skip


def validated(type_id: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the params with defaults; raise CoreError whose message is what `_execute` shows."""
    if type_id in FLAT:
        full = filled(_schema(type_id), params, PREFIX)
        problem = _FLAT_CHECKS[type_id](full) if type_id in _FLAT_CHECKS else None
        if problem:
            raise CoreError(400, f"{PREFIX}: {problem}")
        return full
    return _sub_action(type_id, params) if type_id in SUB_ACTIONS else params


@cache
def _schema(type_id: str, action: str | None = None) -> type[Strict]:
    """Return the schema of a flat type, of the outer params of a type with sub-actions, or of one sub-action."""
    if type_id in FLAT:
        return model(FLAT[type_id])
    actions = SUB_ACTIONS[type_id]
    if action is None:
        return model({"subAction": (choice(*actions), ...), "subActionParams": (dict[str, Any], {})})
    return model(actions[action] or {})


def _sub_action(type_id: str, params: dict[str, Any]) -> dict[str, Any]:
    full = filled(_schema(type_id), params, PREFIX)
    action = full["subAction"]
    if SUB_ACTIONS[type_id][action] is not None:
        where = f"{PREFIX}: [subActionParams]"
        full["subActionParams"] = filled(_schema(type_id, action), full["subActionParams"], where)
    if full["subAction"] == "postBlockkit" and "blocks" not in _json_object(full["subActionParams"]["text"]):
        raise CoreError(400, f'{PREFIX}: [subActionParams.text]: block kit body must contain field "blocks"')
    return full


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _check_email(params: dict[str, Any]) -> str | None:
    if params["to"] or params["cc"] or params["bcc"]:
        return None
    return "no [to], [cc], or [bcc] entries"


def _check_pagerduty(params: dict[str, Any]) -> str | None:
    if params["eventAction"] != "trigger" and not params.get("dedupKey"):
        return f'DedupKey is required when eventAction is "{params["eventAction"]}"'
    return None


_FLAT_CHECKS = {".email": _check_email, ".pagerduty": _check_pagerduty}


def canned(type_id: str, connector: dict[str, Any], params: dict[str, Any], now: str) -> Any:
    """Return `data` of a successful call, None where the connector returns nothing."""
    if type_id == ".index":
        index = params["indexOverride"] or connector["config"]["index"]
        return {
            "took": 1,
            "errors": False,
            "items": [_indexed(index, number) for number in range(len(params["documents"]))],
        }
    action = params.get("subAction")
    if action == "pushToService":
        comments = [{"commentId": item.get("commentId", "1"), "pushedDate": now} for item in _comments(params)]
        ticket = {"id": "1001", "title": "EMULATOR-1001", "url": "https://tickets.example/EMULATOR-1001"}
        return {**ticket, "pushedDate": now, "comments": comments}
    if (type_id, action) == (".slack_api", "postMessage"):
        return _slack(params["subActionParams"])
    if action == "getChoices":
        return [{"dependent_value": "", "label": "Critical", "value": "1", "element": name} for name in
                params["subActionParams"]["fields"]]  # fmt: skip
    return _SIMPLE.get(action) if action else _FLAT_DATA.get(type_id)


_SIMPLE: dict[str, Any] = {
    "issueTypes": [{"id": "10024", "name": "Improvement"}, {"id": "10023", "name": "Bug"}],
    "stories": {"stories": [], "incompleteResponse": False},
    "webhooks": {"webhooks": []},
    "getFields": [],
    "run": {"completion": "Hello from the emulator."},
    "test": {"completion": "Hello from the emulator."},
    "invokeAI": {"message": "Hello from the emulator."},
    "createAlert": {"result": "Request will be processed", "took": 0.1, "requestId": "emulator"},
    "closeAlert": {"result": "Request will be processed", "took": 0.1, "requestId": "emulator"},
}
_FLAT_DATA: dict[str, Any] = {
    ".webhook": "",
    ".slack": {"text": "ok"},
    ".pagerduty": {"status": "success", "message": "Event processed", "dedup_key": "emulator"},
    ".email": {"accepted": [], "rejected": [], "response": "250 OK"},
}


def _comments(params: dict[str, Any]) -> list[dict[str, Any]]:
    return params["subActionParams"].get("comments") or []


def _indexed(index: str, number: int) -> dict[str, Any]:
    shards = {"total": 2, "successful": 1, "failed": 0}
    entry = {"_index": index, "_id": f"emulator-{number}", "_version": 1, "result": "created", "_shards": shards}
    return {"create": {**entry, "status": 201, "_seq_no": number, "_primary_term": 1}}


def _slack(params: dict[str, Any]) -> dict[str, Any]:
    channel = next(iter(params.get("channelIds") or params.get("channels") or ["C0EMULATOR"]))
    message = {"type": "message", "text": params["text"], "user": "U0", "team": "T0", "app_id": "A0", "bot_id": "B0"}
    return {"ok": True, "channel": channel, "ts": "1.000000", "message": {**message, "blocks": [], "ts": "1.000000"}}

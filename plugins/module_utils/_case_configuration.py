# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The configuration of cases: one for each owner. Follows ``/api/cases/configure`` of the Kibana API.

An update that leaves the templates out empties them, and one that leaves the custom fields out empties those of the
templates: so an update carries the whole. The templates of a request must have the custom fields of that request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._case import typed, whole_connector, whole_fields
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

CONFIGURE = "/api/cases/configure"
CONFIGURATION = "/api/cases/configure/{id}"
FIELDS = ("owner", "connector", "closure_type", "customFields", "templates")
Fields = list[dict[str, Any]]


def check(params: dict[str, Any]) -> str | None:
    """What is wrong with the keys and the number of custom fields and templates, if anything."""
    for name in ("customFields", "templates"):
        keys = [item["key"] for item in params[name] or ()]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            return f"{name} has the key {twice[0]!r} twice."
        wrong = [key for key in keys if not re.fullmatch("[a-z0-9_-]{1,36}", key)]
        if wrong:
            return f"{name} has the key {wrong[0]!r}: Kibana wants 1 to 36 characters of a-z, 0-9, _ and -."
        if len(keys) > 10:
            return f"{name} has {len(keys)} elements: Kibana allows 10."
    return None


def find(context: Context) -> dict[str, Any] | None:
    """The configuration of the owner, None where there is none yet."""
    owner = context.params["owner"]
    found = [item for item in context.client.get(CONFIGURE, params={"owner": owner}) if item["owner"] == owner]
    if len(found) > 1:
        ids = ", ".join(sorted(item["id"] for item in found))
        raise PlanError(f"{owner} has {len(found)} configurations of cases ({ids}): save it once in Kibana.")
    return found[0] if found else None


def plan(context: Context, current: dict[str, Any] | None) -> Plan:
    """The usual plan; what is written gives every template the custom fields that Kibana wants in it."""
    stored = current or {}
    params = _wanted(context, stored)
    view = None if current is None else {name: current[name] for name in FIELDS if current.get(name) is not None}
    step = replace(default_plan(replace(context, params=params), view), current=current)
    if not step.changed:
        return step
    _refuse_incomplete(step.after)
    templates = [_complete(template, step.after["customFields"]) for template in step.after["templates"]]
    return replace(step, after={**step.after, "templates": templates})


def apply(context: Context, step: Plan) -> dict[str, Any]:
    """Write the whole configuration, under the version that was read."""
    body = {name: step.after[name] for name in FIELDS}
    body["connector"] = {**body["connector"], "fields": None}
    body["customFields"] = [_without_blank(field) for field in body["customFields"]]
    body["templates"] = [_template_body(template) for template in body["templates"]]
    if step.current is None:
        made: dict[str, Any] = context.client.call("POST", CONFIGURE, json=body)
        return made
    del body["owner"]
    path = fill_path(CONFIGURATION, {"id": step.current["id"]})
    # The version makes a repetition harmless: it conflicts.
    body["version"] = step.current["version"]
    written: dict[str, Any] = context.client.call("PATCH", path, json=body, safe=True)
    return written


def _wanted(context: Context, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The options as Kibana stores them: connectors in full, values of the right type."""
    params = dict(context.params)
    if params["connector"] is not None:
        whole = whole_connector(context.client, params["connector"], stored.get("connector"), context.check_mode)
        params["connector"] = {**whole, "fields": None}
    if params["customFields"] is not None:
        params["customFields"] = _fields(params["customFields"], _by_key(stored.get("customFields")))
    if params["templates"] is not None:
        known = _by_key(stored.get("templates"))
        fields = params["customFields"] if params["customFields"] is not None else stored.get("customFields") or []
        params["templates"] = [
            _template(context, item, known.get(item["key"], {}), fields) for item in params["templates"]
        ]
    return params


def _fields(given: Fields, stored: Mapping[str, Mapping[str, Any]]) -> Fields:
    """The custom fields with a default value of their type; an empty one is none."""
    fields = []
    for field in given:
        before = stored.get(field["key"], {})
        kind = field["type"] or before.get("type")
        if before and kind != before["type"]:
            raise PlanError(
                f"The custom field {field['key']!r} is a {before['type']}, and Kibana cannot make it a {kind}: give it"
                " another key, or remove it first."
            )
        if kind is None:
            raise PlanError(f"The custom field {field['key']!r} does not exist yet: a new one needs label and type.")
        field = {**field, "type": kind, "label": field["label"] and field["label"].strip()}
        if field["defaultValue"] is not None:
            value = typed({"key": field["key"], "type": kind, "value": field["defaultValue"]})
            field["defaultValue"] = "" if value is None else value
        fields.append(onto(before, field))
    return fields


def _template(context: Context, given: dict[str, Any], stored: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """A template in full: what is stored, under what is given; its connector as a whole, and all custom fields."""
    template: dict[str, Any] = onto(stored, given)
    said = given["caseFields"] or {}
    before = stored.get("caseFields") or {}
    if said.get("connector") is not None:  # one type's fields are nothing to another
        template["caseFields"]["connector"] = whole_connector(
            context.client, said["connector"], before.get("connector"), context.check_mode
        )
    if said.get("customFields") is not None:
        kinds = {field["key"]: field["type"] for field in fields}
        unknown = [field["key"] for field in said["customFields"] if field["key"] not in kinds]
        if unknown:
            raise PlanError(f"The template {given['key']!r} has the custom field {unknown[0]!r}, which does not exist.")
        values = [{**field, "type": kinds[field["key"]]} for field in said["customFields"]]
        template["caseFields"]["customFields"] = _with_all([{**each, "value": typed(each)} for each in values], fields)
    return template


def onto(stored: Any, given: Any) -> Any:
    """What is given laid over what is stored: an omitted option leaves the stored value, a list replaces it."""
    if not (isinstance(given, dict) and isinstance(stored, Mapping)):
        return given
    return {**stored, **{key: onto(stored.get(key), item) for key, item in given.items() if item is not None}}


def _with_all(values: Fields, fields: Iterable[Mapping[str, Any]]) -> Fields:
    """The values of all custom fields: those given, then the defaults, as Kibana itself adds them."""
    kinds = {field["key"]: field for field in fields}
    kept = [value for value in values if value["key"] in kinds]
    have = {value["key"] for value in kept}
    for key, field in kinds.items():
        if key not in have:
            default = field.get("defaultValue")
            empty = False if field["type"] == "toggle" else None
            kept.append({"key": key, "type": field["type"], "value": empty if default in (None, "") else default})
    return kept


def _complete(template: dict[str, Any], fields: Fields) -> dict[str, Any]:
    case_fields = template.get("caseFields") or {}
    values = _with_all(case_fields.get("customFields") or [], fields)
    if not values and not case_fields.get("customFields"):
        return template
    return {**template, "caseFields": {**case_fields, "customFields": values}}


def _refuse_incomplete(after: Mapping[str, Any]) -> None:
    for name, kind, needed in (("customFields", "custom field", "label"), ("templates", "template", "name")):
        for item in after[name]:
            if not (item.get(needed) or "").strip():
                raise PlanError(f"The {kind} {item['key']!r} does not exist yet, or has no {needed}: give {needed}.")


def _template_body(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template as Kibana wants it: without an empty category, with null where it wants a value."""
    case_fields = dict(template.get("caseFields") or {})
    if not case_fields.get("category"):
        case_fields.pop("category", None)
    if "connector" in case_fields:
        connector = case_fields["connector"]
        fields = connector.get("fields")
        whole = None if fields is None else whole_fields(connector["type"], {}, fields)
        case_fields["connector"] = {**connector, "fields": whole}
    if "customFields" in case_fields:
        case_fields["customFields"] = [{"value": None, **field} for field in case_fields["customFields"]]
    return {**template, "caseFields": case_fields}


def _without_blank(field: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in field.items() if name != "defaultValue" or value != ""}


def _by_key(items: Iterable[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for item in items or ()}

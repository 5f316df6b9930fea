# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Finding cases, and the parts of a case that are more than a field. Follows ``/api/cases`` of the Kibana API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import CONNECTORS, find_connector
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

INTEGER = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(INTEGER.pattern + r"(\.[0-9]*)?(e[+-]?[0-9]+)?|[+-]?\.[0-9]+(e[+-]?[0-9]+)?")
CASES = "/api/cases"
CASE = "/api/cases/{id}"
OWNERS = ["cases", "observability", "securitySolution"]
NO_CONNECTOR: dict[str, Any] = {"id": "none", "name": "none", "type": ".none", "fields": None}
# Kibana wants all fields of a type, or null for the whole.
CONNECTOR_FIELDS: dict[str, tuple[str, ...]] = {
    ".none": (),
    ".cases-webhook": (),
    ".jira": ("issueType", "parent", "priority"),
    ".resilient": ("incidentTypes", "severityCode"),
    ".servicenow": ("category", "impact", "severity", "subcategory", "urgency"),
    ".servicenow-sir": ("category", "destIp", "malwareHash", "malwareUrl", "priority", "sourceIp", "subcategory"),
    ".swimlane": ("caseId",),
    ".thehive": ("rule", "tlp"),
}


def find_case(
    client: KibanaClient, case_id: str | None, title: str | None = None, owner: str | None = None
) -> dict[str, Any] | None:
    """The case with this id, or without an id the one with exactly this title and owner; None: there is none.

    Raises :class:`PlanError` where several have the title, and ``KibanaError``.
    """
    if case_id is not None:
        stored: dict[str, Any] | None = client.find(fill_path(CASE, {"id": case_id}))
        return stored
    found = list(_with_title(client, str(title).strip(), str(owner)))
    if len(found) > 1:
        ids = ", ".join(sorted(f"{case['id']} ({case['status']})" for case in found))
        raise PlanError(f"{len(found)} cases of {owner} have the title {title!r}: {ids}; give the id.")
    return found[0] if found else None


def _with_title(client: KibanaClient, title: str, owner: str) -> Iterator[dict[str, Any]]:
    """The cases with a title. Kibana searches for its words; one that has none is looked for among all cases."""
    query = {"owner": owner, "sortField": "createdAt", "sortOrder": "asc"}
    if re.search(r"\w", title):
        # Quotes and backslashes end words anyway, and would end the phrase.
        query.update(search='"' + re.sub(r'["\\]', " ", title) + '"', searchFields="title")
    cases = client.pages(CASES + "/_find", items="cases", size_name="perPage", params=query)
    return (case for case in cases if case["title"] == title and case["owner"] == owner)


def whole_connector(
    client: KibanaClient, given: Mapping[str, Any], stored: Mapping[str, Any] | None, check_mode: bool
) -> dict[str, Any]:
    """The connector of a case as Kibana wants it, from what a task says of it and from what the case has.

    Name and type are looked up where they are not given. Raises :class:`PlanError` where there is no such connector.
    """
    known = {name: value for name, value in given.items() if value is not None and name != "fields"}
    if known.get("id") == "none" or not any(value is not None for value in given.values()):
        return dict(NO_CONNECTOR)
    kept: Mapping[str, Any] = {}
    if stored is not None and all(stored[name] == value for name, value in known.items()):
        known, kept = {name: stored[name] for name in ("id", "name", "type")}, stored
    elif len(known) < 3:
        known = _looked_up(client, known, check_mode)
    fields = given.get("fields")
    if kept and fields is None:
        return dict(kept)
    return {**known, "fields": whole_fields(known["type"], kept.get("fields") or {}, fields or {})}


def _looked_up(client: KibanaClient, known: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    if "id" not in known and "name" not in known:
        raise PlanError("connector says nothing of which connector is meant: give its id or name.")
    wanted = (known.get("id"), known.get("name"), known.get("type"))
    found = client.cached(f"connector {wanted}", lambda: find_connector(client, *wanted), CONNECTORS.path)
    if found is not None:
        return {"id": found["id"], "name": found["name"], "type": found["connector_type_id"]}
    message = f"There is no connector {known.get('id', known.get('name'))!r}"
    if not check_mode:
        raise PlanError(f"{message}: create it first, or correct connector.")
    client.warn(f"{message} yet; the prediction takes it for granted.")
    unknown = dict.fromkeys(("id", "name", "type"), "(known after apply)")
    return {**unknown, **known}


def whole_fields(kind: str, stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """All fields of a type of connector; an empty text clears one."""
    merged = {**dict.fromkeys(CONNECTOR_FIELDS.get(kind, ())), **stored, **given}
    return {name: None if value == "" else value for name, value in merged.items()} or None


def whole_custom_fields(given: list[dict[str, Any]], stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The values of all custom fields, since Kibana resets those that are left out; an empty text clears one.

    Raises :class:`PlanError` for a value that does not fit its type.
    """
    fields = {field["key"]: field for field in stored}
    for field in given:
        value = typed(field)
        fields[field["key"]] = {"key": field["key"], "type": field["type"], "value": value}
    return list(fields.values())


def typed(field: Mapping[str, Any]) -> Any:
    """The value of a custom field as its type wants it, None for an empty one. Raises :class:`PlanError`."""
    kind, value = field["type"], field["value"]
    text = str(value).strip().lower()
    if value is None or text == "":
        return None
    if kind == "toggle" and text in ("true", "false", "yes", "no"):
        return text in ("true", "yes")
    if kind == "text" and not isinstance(value, (dict, list)):
        return str(value).strip()
    if kind == "number" and NUMBER.fullmatch(text):
        return value if isinstance(value, (int, float)) else int(text) if INTEGER.fullmatch(text) else float(text)
    raise PlanError(f"customFields: the value {value!r} of {field['key']!r} is no {kind}.")

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the OpenAPI documents are wrong, and why we say so. Short on purpose: everything else is our own mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .routing import Route


@dataclass(frozen=True)
class Excuse:
    """One known fault of the documents. where and expected are regular expressions on the whole text."""

    method: str
    template: str
    part: str
    where: str
    rule: str
    expected: str
    reason: str


EXCUSES = (
    Excuse(
        "POST",
        "/api/actions/connector/{id}/_execute",
        "response",
        "",
        "additionalProperties|required",
        ".*",
        "the document shows a connector; the server answers with the result of the execution (reference K 3)",
    ),
    Excuse(
        "POST",
        "/api/actions/connector/{id}/_execute",
        "request",
        "params.*",
        ".*",
        ".*",
        "the list has no .webhook, .teams, .tines, .torq, .xmatters and no AI type; params have schemas here",
    ),
    Excuse(
        "POST|PUT",
        "/api/actions/connector(/|/{id})?",
        "request",
        "(config|secrets).*",
        ".*",
        ".*",
        "the lists of types are incomplete (.server-log, .slack, .teams config, .servicenow-sir, Defender, `Other` "
        "provider, newer fields); the type's own schema decides, and it is not in the document",
    ),
    Excuse(
        "GET|POST|PUT",
        "/api/actions/connector(/|/{id})?",
        "response",
        "",
        "additionalProperties",
        "none of is_connector_type_deprecated",
        "a field of 9.0 and later; the document is of 8.18 (reference C.3)",
    ),
    Excuse(
        "PUT|POST",
        "/api/security/roles?(/{name})?",
        "request",
        r"(roles\..*)?",
        "required",
        r"\['elasticsearch'\]",
        "the server takes a body without elasticsearch (reference K 11)",
    ),
    Excuse(
        "PUT|POST",
        "/api/security/roles?(/{name})?",
        "request",
        r"(roles\..*\.)?kibana\.\d+",
        "required",
        r"\['base'\]",
        "the server takes an entry without base when it has features (reference B.3)",
    ),
    Excuse(
        "POST",
        "/api/detection_engine/rules/_bulk_action",
        "response",
        "",
        "json",
        ".*",
        "the action `export` answers with NDJSON (reference D.7); the document has one content type for all actions",
    ),
    Excuse(
        "POST|DELETE",
        "/api/detection_engine/signals/(finalize_migration|migration)",
        "response",
        "",
        "type",
        "array",
        "the handler answers with `{migrations: [...]}`, as the document's own example does (reference K 1)",
    ),
    Excuse(
        "GET|POST|DELETE",
        "/api/asset_criticality(/list)?",
        "response",
        r"(record\.|records\.\d+\.)?asset",
        "required",
        r"\['asset'\]",
        "a slip: `asset` has `criticality` and is itself what is required; its examples lack an inner `asset`, too",
    ),
    Excuse(
        "GET|POST|DELETE",
        "/api/asset_criticality(/list|/bulk)?",
        "request|response",
        r"(record\.|records\.\d+\.)?id_field",
        "enum",
        ".*",
        "`related.entity` is of 8.19 and later; the document is of 8.18 (reference H.1)",
    ),
    Excuse(
        "PUT",
        "/api/fleet/fleet_server_hosts/{itemId}",
        "response",
        r"item\.ssl",
        "type",
        ".*",
        "the answer to an update can carry `ssl` as a JSON text (reference platform A.3)",
    ),
    Excuse(
        "POST|PUT",
        "/api/fleet/fleet_server_hosts(/{itemId})?",
        "request",
        r"secrets\.ssl\..*",
        "enum",
        r"\[None\]",
        "a union of text and `{id}` that the derived document has lost (reference platform A.3)",
    ),
    Excuse(
        "GET|POST|PUT",
        "/api/fleet/package_policies(/{packagePolicyId})?",
        "response",
        r"(item|items\.\d+)\.inputs",
        "type",
        ".*",
        "a union of a list and an object, of which the derived document has the object alone (reference A.9.1)",
    ),
    Excuse(
        "PUT",
        "/api/fleet/package_policies/{packagePolicyId}",
        "request",
        "",
        "required|additionalProperties",
        ".*",
        "the document has the simplified body alone; the long one may leave everything out (reference A.9)",
    ),
    Excuse(
        "GET",
        "/api/fleet/epm/packages/{pkgName}/stats",
        "response",
        ".*",
        ".*",
        ".*",
        "the document lacks this path, which then looks like that of a version named stats",
    ),
    Excuse(
        "POST|DELETE",
        "/api/fleet/epm/packages/{pkgName}/{pkgVersion}",
        "response",
        r"items\.\d+",
        "anyOf",
        ".*",
        "an empty union: the derived document has lost the kinds of assets (reference platform A.10)",
    ),
    Excuse(
        "GET",
        "/api/cases/{caseId}/comments/_find",
        "response",
        ".*",
        ".*",
        ".*",
        "the document shows a case; the server answers with a page of comments (platform reference C.3, I)",
    ),
    Excuse(
        "PATCH",
        "/api/cases",
        "request",
        r"cases\.\d+\.category",
        "type",
        ".*",
        "null removes the category: the server's schema is a text or null",
    ),
    Excuse(
        "PATCH|POST",
        "/api/cases",
        "request|response",
        r"(cases\.\d+\.|\d+\.)?connector.*",
        ".*",
        ".*",
        "the document lacks .thehive, and calls the incidentTypes of .resilient issueTypes; the emulator checks them",
    ),
    Excuse(
        "GET|POST|PATCH",
        "/api/cases/configure(/{configurationId})?",
        "request|response",
        r"(\d+\.)?templates\.\d+\.caseFields\.customFields\.\d+\.value",
        "type",
        ".*",
        "null is no value, and an update itself gives it to templates that lack a field",
    ),
    Excuse(
        "POST|PUT",
        "/api/endpoint_list/items",
        "request",
        r"comments\.\d+",
        "required",
        r"\['created_at', 'created_by', 'id'\]",
        "the server sets these on a new comment, and takes one without them (reference F.3)",
    ),
    Excuse(
        "GET",
        "/api/endpoint_list/items",
        "response",
        "",
        "type",
        "array",
        "one item is an object, as for items of every other list (reference F.3)",
    ),
    Excuse(
        "DELETE",
        "/api/data_views/data_view/{id}",
        "response",
        "",
        "status",
        ".*",
        "the document says 204; the server answers 200 with an empty object (platform reference F.2, I)",
    ),
    Excuse(
        "POST|GET|PUT",
        "/api/alerting/rule(/{id})?",
        "request|response",
        "(flapping)?",
        "additionalProperties",
        "none of (artifacts|enabled)",
        "newer than the document: artifacts since 8.19 and 9.1, flapping.enabled since 9.3 (platform reference F.3)",
    ),
    Excuse(
        "GET",
        "/api/alerting/rules/_find",
        "response",
        "",
        "additionalProperties|required",
        ".*",
        "the document shows a rule; the server answers with a page of them (platform reference F.3)",
    ),
    Excuse(
        "GET|POST|PATCH",
        "/api/timeline",
        "response",
        "",
        ".*",
        ".*",
        "the document is of 8.18, where the answer is below data; since 9.0 it is the timeline (reference G)",
    ),
    Excuse(
        "GET|DELETE",
        "/api/maintenance_window/({id}|_find)",
        "response",
        "",
        "required|status",
        ".*",
        "the document takes _find for an id, and does not know the 204 of a delete (platform reference F.4)",
    ),
    Excuse(
        "GET|POST|PUT",
        "/api/observability/slos(/{id})?(/_reset)?",
        "request|response",
        r"(results\.\d+\.)?(indicator.*|settings\.syncField)",
        ".*",
        ".*",
        "the document lacks sli.synthetics.availability, and that syncField may be null (platform reference F.5)",
    ),
    Excuse(
        "GET",
        "/api/observability/slos/_definitions",
        "response",
        "",
        "required",
        ".*",
        "the document takes _definitions for an id (platform reference F.5)",
    ),
    Excuse(
        "GET",
        "/api/endpoint/action/state",
        "response",
        "",
        "required",
        r"\['body'\]",
        "the document has the answer below body; no server does (reference F.4)",
    ),
    Excuse(
        "PUT",
        "/api/synthetics/monitors/{id}",
        "request",
        "",
        "required|enum",
        ".*",
        "the document shows the body of a create; an update may give any part of it (platform reference F.6)",
    ),
)


def excused(entry: Route, problem: dict[str, Any]) -> bool:
    """Say whether this violation is a known fault of the documents."""
    return any(
        re.fullmatch(excuse.method, entry.method)
        and (excuse.template == entry.template or re.fullmatch(excuse.template.replace("{", r"\{"), entry.template))
        and problem["part"] in excuse.part.split("|")
        and re.fullmatch(excuse.where, problem["where"])
        and re.fullmatch(excuse.rule, str(problem["rule"]))
        and re.fullmatch(excuse.expected, str(problem["expected"]))
        for excuse in EXCUSES
    )

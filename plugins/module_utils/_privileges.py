# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The least privileges that each module needs, as data: for docs/privileges.md, and for the preflight of kibana_info.

A privilege of Kibana has the name that it uses among its APIs, which is what an error with status 403 names. One that
Elasticsearch asks for is a privilege of the cluster, under its name there, or one on indices: ``.lists-*:read``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Privilege:
    """What people give to a role for it, the weaker one that comes with it, and a read that shows whether it is there.

    ``probe`` is a path that changes nothing and is refused without this privilege ("": none is). With ``told`` it
    answers what Elasticsearch allows the user instead: there are the privileges of the cluster, or those by index.
    """

    words: str
    includes: str = ""
    probe: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Needs:
    """What a module needs to look (which is enough in check mode), what it needs besides to write, and a remark."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    note: str = ""


def _pair(
    words: str, read: str, write: str, probe: str = "", wording: tuple[str, str] = ("Read", "All")
) -> dict[str, Privilege]:
    return {
        read: Privilege(f"{words}: {wording[0]}", "", probe),
        write: Privilege(f"{words}: {wording[1]}", read),
    }


def _indices(pattern: str, names: tuple[str, ...], probe: str, *told: str) -> dict[str, Privilege]:
    words = f"Elasticsearch, the indices {pattern}: "
    return {f"{pattern}:{name}": Privilege(words + name, "", probe, told) for name in names}


def _cluster(names: tuple[str, ...], probe: str, *told: str) -> dict[str, Privilege]:
    return {name: Privilege(f"Elasticsearch, the cluster: {name}", "", probe, told) for name in names}


ASSISTANT = "elasticAssistant"
ANALYTICS = "securitySolution-entity-analytics"
ANONYMIZATION = "securitySolution-updateAIAssistantAnonymization"
GLOBAL_ENTRIES = "securitySolution-manageGlobalKnowledgeBaseAIAssistant"
RISK_ENGINE = "saved_object:risk-engine-configuration/read"
DASHBOARD = "saved_object:dashboard/{}"
DATA_VIEW = "saved_object:index-pattern/read"
TAG = "saved_object:tag/{}"
LISTS, ITEMS, RECORDS = ".lists-*", ".items-*", ".asset-criticality.asset-criticality-*"
SCORES = "risk-score.risk-score-*"
READ_WRITE = ("read", "write")
IN_ELASTICSEARCH = ("privileges", "elasticsearch")
CRITICALITY = "/internal/asset_criticality/privileges"
ENGINE = "/internal/risk_score/engine/privileges"
PRIVILEGES: dict[str, Privilege] = {
    **_pair("Actions and Connectors", "actions:read", "actions:all", "/api/actions/connectors"),
    **_pair(
        "the feature that the consumer of the rule stands for, such as Stack Rules",
        "alerting:read",
        "alerting:all",
        "/api/alerting/rules/_find?per_page=1",
    ),
    **_pair("APM and User Experience", "apm-read", "apm-write", "/api/apm/settings/agent-configuration"),
    "apm-settings-write": Privilege("APM and User Experience: All, with its Settings", "apm-read"),
    **_pair("Cases of the owner", "cases-securitySolution-read", "cases-securitySolution-all"),
    **_pair("Dashboard", DASHBOARD.format("read"), DASHBOARD.format("write")),
    DATA_VIEW: Privilege("Data View Management: Read, or any feature that reads data views"),
    "indexPatterns:manage": Privilege("Data View Management: All", DATA_VIEW),
    **_pair("Security (Rules, since 9.3)", "rules-read", "rules-all", "/api/detection_engine/rules/_find?per_page=1"),
    **_pair("Security", "lists-read", "lists-all", "/api/exception_lists/_find?per_page=1"),
    **_pair(
        "Security, and Timeline where Kibana has it by itself", "timeline_read", "timeline_write", "/api/timelines"
    ),
    ANALYTICS: Privilege("Security: All, with entity analytics", "", CRITICALITY),
    RISK_ENGINE: Privilege("Security: Read"),
    ASSISTANT: Privilege(
        "Elastic AI Assistant: All", "", "/api/security_ai_assistant/anonymization_fields/_find?per_page=1"
    ),
    ANONYMIZATION: Privilege("Elastic AI Assistant: Field Selection and Anonymization", ASSISTANT),
    GLOBAL_ENTRIES: Privilege("Elastic AI Assistant: Knowledge Base", ASSISTANT),
    "endpoint-isolateHost": Privilege(
        "Security: any response action, such as Host Isolation", "", "/api/endpoint/action/state"
    ),
    **_pair("Fleet, Settings", "fleet-settings-read", "fleet-settings-all", "/api/fleet/proxies"),
    **_pair("Fleet, Agents", "fleet-agents-read", "fleet-agents-all", "/api/fleet/agents?perPage=1"),
    **_pair(
        "Fleet, Agent policies",
        "fleet-agent-policies-read",
        "fleet-agent-policies-all",
        "/api/fleet/agent_policies?perPage=1",
    ),
    **_pair("Integrations", "integrations-read", "integrations-all", "/api/fleet/package_policies?perPage=1"),
    **_pair(
        "Maintenance Windows",
        "read-maintenance-window",
        "write-maintenance-window",
        "/api/maintenance_window/_find?per_page=1",
    ),
    **_pair("SLOs", "slo_read", "slo_write", "/api/observability/slos?perPage=1"),
    **_pair("Synthetics and Uptime", "uptime-read", "uptime-write", "/api/synthetics/monitors?perPage=1"),
    **_pair("Tag Management", TAG.format("read"), TAG.format("write")),
    "read_security": Privilege("Elasticsearch, the cluster: read_security", "", "/api/security/role"),
    "manage_security": Privilege(
        "Elasticsearch, the cluster: manage_security", "read_security", "/api/detection_engine/privileges", ("cluster",)
    ),
    **_indices(LISTS, (*READ_WRITE, "view_index_metadata"), "/api/lists/privileges", "lists", "index"),
    **_indices(ITEMS, (*READ_WRITE, "view_index_metadata"), "/api/lists/privileges", "listItems", "index"),
    **_indices(RECORDS, READ_WRITE, CRITICALITY, *IN_ELASTICSEARCH, "index"),
    **_indices(SCORES, READ_WRITE, ENGINE, *IN_ELASTICSEARCH, "index"),
    **_cluster(("manage_index_templates", "manage_transform"), ENGINE, *IN_ELASTICSEARCH, "cluster"),
    "read_features": Privilege("all features in all spaces: All", "", "/api/features"),
    "rotateEncryptionKey": Privilege("the role superuser"),
    "spaces:read": Privilege("the space: any privilege in it", "", "/api/spaces/space"),
    "manage_spaces": Privilege("all features in all spaces: All", "spaces:read"),
}

_SETTINGS = Needs(("fleet-settings-read",), ("fleet-settings-all",))
_AGENTS = Needs(("fleet-agents-read",), ("fleet-agents-all",))
_AGENTS_ALONE = Needs(("fleet-agents-read",))
_RULES = Needs(("rules-read",), ("rules-all",))
_LISTS = Needs(("lists-read",), ("lists-all",))
_SEEN = (f"{LISTS}:view_index_metadata", f"{ITEMS}:view_index_metadata")
_PACKAGES = ("integrations-read", "fleet-agent-policies-read")
_CASES = Needs(("cases-securitySolution-read",), ("cases-securitySolution-all",))
_SYNTHETICS = Needs(("uptime-read",), ("uptime-write",), "Fields with secrets are compared with All alone.")
_TYPES = "The privileges of the features whose objects they are, or Saved Objects Management."
_RULE_ACTIONS = "With connectors in actions also actions:read."

MODULES: dict[str, Needs] = {
    "ai_anonymization_fields": Needs((ASSISTANT,), (ANONYMIZATION,)),
    "ai_knowledge_base": Needs((ASSISTANT,)),
    "ai_knowledge_base_entry": Needs((ASSISTANT,), (), f"For entries of everybody also {GLOBAL_ENTRIES}."),
    "ai_prompt_info": Needs((ASSISTANT,)),
    "ai_prompts": Needs((ASSISTANT,)),
    "alerting_rule": Needs(("alerting:read",), ("alerting:all",), _RULE_ACTIONS),
    "alerting_rule_info": Needs(("alerting:read",)),
    "apm_agent_configuration": Needs(("apm-read",), ("apm-settings-write",)),
    "apm_agent_configuration_info": Needs(("apm-read",)),
    "apm_source_map": Needs(("apm-read",), ("apm-write",)),
    "apm_source_map_info": Needs(("apm-read",)),
    "asset_criticality": Needs((ANALYTICS, f"{RECORDS}:read"), (f"{RECORDS}:write",)),
    "case": _CASES,
    "case_comment": _CASES,
    "case_configuration": Needs(_CASES.read, _CASES.write, "With a connector also actions:read."),
    "case_info": Needs(_CASES.read),
    "connector": Needs(("actions:read",), ("actions:all",)),
    "connector_execute": Needs(("actions:read",)),
    "connector_info": Needs(("actions:read",)),
    "dashboard": Needs((DASHBOARD.format("read"),), (DASHBOARD.format("write"),)),
    "dashboard_info": Needs((DASHBOARD.format("read"),)),
    "data_view": Needs((DATA_VIEW,), ("indexPatterns:manage",)),
    "data_view_info": Needs((DATA_VIEW,)),
    "detection_alert_migration": Needs(("rules-read",), ("rules-all",), "In Elasticsearch, rights on the old indices."),
    "detection_privileges_info": Needs(("rules-read",)),
    "detection_rule": Needs(_RULES.read, _RULES.write, _RULE_ACTIONS),
    "detection_rule_files": Needs(note="It reads files alone, and needs none."),
    "detection_rule_info": Needs(_RULES.read),
    "detection_rule_snapshot": Needs(_RULES.read, (), "With actions and exceptions also actions:read and lists-read."),
    "detection_rules": Needs(_RULES.read, _RULES.write, _RULE_ACTIONS),
    "detection_rules_export": Needs(_RULES.read),
    "drift_report": Needs(note="It does not talk to Kibana, and needs none."),
    "encryption_key_rotation": Needs((), ("rotateEncryptionKey",)),
    "endpoint_action_state_info": Needs(("endpoint-isolateHost",), (), "Any other response action will do."),
    "endpoint_exception_list": _LISTS,
    "exception_items": _LISTS,
    "exception_list": _LISTS,
    "fleet_agent_download_source": _SETTINGS,
    "fleet_agent_file": _AGENTS,
    "fleet_agent_file_info": _AGENTS_ALONE,
    "fleet_agent_info": _AGENTS_ALONE,
    "fleet_agent_policy": Needs(
        ("fleet-agent-policies-read",),
        ("fleet-agent-policies-all",),
        "To name proxies and servers, fleet-settings-read.",
    ),
    "fleet_agent_policy_info": Needs(("fleet-agent-policies-read",)),
    "fleet_agent_reassign": _AGENTS,
    "fleet_agent_tags": _AGENTS,
    "fleet_agent_unenroll": _AGENTS,
    "fleet_agent_upgrade": _AGENTS,
    "fleet_enrollment_api_key": Needs(("fleet-agents-all", "fleet-agent-policies-read")),
    "fleet_output": _SETTINGS,
    "fleet_output_info": Needs(_SETTINGS.read),
    "fleet_package": Needs(("integrations-read",), ("integrations-all",)),
    "fleet_package_info": Needs(("integrations-read",)),
    "fleet_package_inputs_info": Needs(("integrations-read",)),
    "fleet_package_policy": Needs(_PACKAGES, ("integrations-all", "fleet-agent-policies-all")),
    "fleet_package_policy_info": Needs(_PACKAGES),
    "fleet_proxy": _SETTINGS,
    "fleet_server_host": _SETTINGS,
    "kibana_apply": Needs(note="Those of the module for its kind of object."),
    "kibana_export": Needs(note="Those to read each area that it exports."),
    "kibana_info": Needs(note="None; with monitor on the cluster it says more."),
    "kibana_prune": Needs(note="Those of the modules for its areas."),
    "kibana_request": Needs(note="Those of the endpoint."),
    "kibana_role": Needs(("read_security",), ("manage_security",), "To validate or modernize also read_features."),
    "kibana_role_info": Needs(("read_security",)),
    "kibana_roles": Needs(("read_security",), ("manage_security",), "To validate or modernize also read_features."),
    "maintenance_window": Needs(("read-maintenance-window",), ("write-maintenance-window",)),
    "prebuilt_rules": _RULES,
    "prebuilt_rules_info": Needs(_RULES.read),
    "risk_engine": Needs(
        (ANALYTICS, RISK_ENGINE),
        (f"{SCORES}:read", f"{SCORES}:write", "manage_index_templates", "manage_transform"),
        "Newer versions of Kibana also ask the cluster for manage_ingest_pipelines.",
    ),
    "saved_object_info": Needs(note=_TYPES),
    "saved_objects_export": Needs(note=_TYPES),
    "saved_objects_import": Needs(note=_TYPES),
    "slo": Needs(("slo_read",), ("slo_write",)),
    "slo_info": Needs(("slo_read",)),
    "space": Needs(("spaces:read",), ("manage_spaces",)),
    "space_info": Needs(("spaces:read",)),
    "synthetics_monitor": _SYNTHETICS,
    "synthetics_parameter": _SYNTHETICS,
    "synthetics_private_location": Needs(
        ("uptime-read",), ("uptime-write",), "To name an agent policy, fleet-agent-policies-read."
    ),
    "tag": Needs((TAG.format("read"),), (TAG.format("write"),)),
    "timeline_export": Needs(("timeline_read",)),
    "timeline_import": Needs(("timeline_read",), ("timeline_write",)),
    "value_list": Needs(
        (*_LISTS.read, *_SEEN, f"{LISTS}:read", f"{ITEMS}:read"), (*_LISTS.write, f"{LISTS}:write", f"{ITEMS}:write")
    ),
    "value_list_export": Needs((*_LISTS.read, f"{LISTS}:read", f"{ITEMS}:read")),
    "value_list_info": Needs((*_LISTS.read, f"{LISTS}:read")),
}

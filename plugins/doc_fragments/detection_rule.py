# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import textwrap


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  rule_id:
    description:
      - The lasting id of the rule, any text. It identifies the rule and is unique in a space.
      - It is not the random C(id) that Kibana gives a rule, too.
    type: str
    required: true
  type:
    description:
      - Kind of rule. Required for a new rule.
      - It decides which other fields the rule has. It cannot be changed later.
    type: str
    choices: [query, saved_query, eql, esql, threshold, threat_match, machine_learning, new_terms]
  name:
    description: Name of the rule. Required for a new rule.
    type: str
  description:
    description: What the rule detects. Required for a new rule.
    type: str
  enabled:
    description:
      - Whether the rule runs.
      - A new rule is enabled when this is not given, as it is when Kibana's API creates one.
    type: bool
  risk_score:
    description: Risk of the alerts, from 0 to 100. Required for a new rule.
    type: int
  severity:
    description: Severity of the alerts. Required for a new rule.
    type: str
    choices: [low, medium, high, critical]
  interval:
    description: How often the rule runs, such as V(5m). Kibana gives a new rule V(5m).
    type: str
  from:
    description:
      - Start of the time that is searched at each run, such as V(now-6m). Kibana gives a new rule V(now-6m).
      - It is compared as text, so V(now-360s) differs from V(now-6m).
    type: str
  to:
    description: End of the time that is searched at each run. Kibana gives a new rule V(now).
    type: str
  max_signals:
    description: The most alerts that one run may create. Kibana gives a new rule V(100).
    type: int
  tags:
    description: Words to group rules by. Their order does not matter.
    type: list
    elements: str
  author:
    description: Who wrote the rule. It cannot be changed on a prebuilt rule.
    type: list
    elements: str
  license:
    description: License of the rule. It cannot be changed on a prebuilt rule. V("") removes it.
    type: str
  false_positives:
    description: What may look like an attack and is none. The order does not matter.
    type: list
    elements: str
  references:
    description: Links and other texts about the rule. The order does not matter.
    type: list
    elements: str
  note:
    description: Guide for whoever investigates an alert, in Markdown. V("") removes it.
    type: str
  setup:
    description: What the rule needs to work, in Markdown.
    type: str
  version:
    description: Version of the content of the rule. Kibana gives a new rule V(1), and never changes it by itself.
    type: int
  meta:
    description: Any data about the rule. The keys given are merged with the stored ones. V({}) removes all.
    type: dict
  namespace:
    description: A field of Kibana without an effect. V("") removes it.
    type: str
  building_block_type:
    description: V(default) makes alerts that are only material for other rules. V("") makes ordinary ones.
    type: str
  rule_name_override:
    description: Field of an event that gives an alert its rule name. V("") removes it.
    type: str
  timestamp_override:
    description: Field that holds the time of an event, instead of C(@timestamp). V("") removes it.
    type: str
  timestamp_override_fallback_disabled:
    description: Whether events without O(timestamp_override) are left out, instead of using C(@timestamp).
    type: bool
  timeline_id:
    description: Id of a timeline template for investigations. Give O(timeline_title), too. V("") for both removes it.
    type: str
  timeline_title:
    description: Title of the timeline template O(timeline_id).
    type: str
  risk_score_mapping:
    description: Fields of an event that give an alert another risk score.
    type: list
    elements: dict
    suboptions:
      field:
        description: Field of the event.
        type: str
        required: true
      operator:
        description: How the value is compared. Kibana knows V(equals) alone, which is what an omitted value means.
        type: str
        choices: [equals]
      value:
        description: Value of the field. V("") takes the risk score from the field itself.
        type: str
        required: true
      risk_score:
        description: Risk score for this value, from 0 to 100.
        type: int
  severity_mapping:
    description: Fields of an event that give an alert another severity.
    type: list
    elements: dict
    suboptions:
      field:
        description: Field of the event.
        type: str
        required: true
      operator:
        description: How the value is compared. Kibana knows V(equals) alone, which is what an omitted value means.
        type: str
        choices: [equals]
      value:
        description: Value of the field.
        type: str
        required: true
      severity:
        description: Severity for this value.
        type: str
        choices: [low, medium, high, critical]
        required: true
  threat:
    description: Place of the attack in a framework such as MITRE ATT&CK.
    type: list
    elements: dict
    suboptions:
      framework:
        description: Name of the framework, such as V(MITRE ATT&CK).
        type: str
        required: true
      tactic:
        description: The tactic.
        type: dict
        required: true
        suboptions:
          id: &id
            description: Id in the framework.
            type: str
            required: true
          name: &name
            description: Name in the framework.
            type: str
            required: true
          reference: &reference
            description: Link to its description.
            type: str
            required: true
      technique:
        description: Techniques of the tactic.
        type: list
        elements: dict
        suboptions:
          id: *id
          name: *name
          reference: *reference
          subtechnique:
            description: Subtechniques of the technique.
            type: list
            elements: dict
            suboptions:
              id: *id
              name: *name
              reference: *reference
  related_integrations:
    description: Integrations that the rule gets its data from. Their order does not matter.
    type: list
    elements: dict
    suboptions:
      package:
        description: Name of the package.
        type: str
        required: true
      version:
        description: Versions of the package, such as V(^1.0.0).
        type: str
        required: true
      integration:
        description: Name of the integration in the package.
        type: str
  required_fields:
    description: Fields that the rule needs, for information. Their order does not matter.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the field.
        type: str
        required: true
      type:
        description: Type of the field in Elasticsearch.
        type: str
        required: true
  investigation_fields:
    description: Fields that are shown first in an alert. V({}) removes them.
    type: dict
    suboptions:
      field_names:
        description: Names of the fields.
        type: list
        elements: str
  exceptions_list:
    description:
      - Exception lists of the rule. The list replaces the stored one, its order does not matter.
      - Only O(exceptions_list[].list_id) is needed. The rest is looked up where it is not given.
    type: list
    elements: dict
    suboptions:
      list_id:
        description: The lasting id of the exception list, such as V(endpoint_list).
        type: str
        required: true
      id:
        description: The random id that Kibana gave to the exception list.
        type: str
      type:
        description: Kind of exception list. A rule has one of the kind V(rule_default) at most.
        type: str
        choices:
          - detection
          - rule_default
          - endpoint
          - endpoint_trusted_apps
          - endpoint_events
          - endpoint_host_isolation_exceptions
          - endpoint_blocklists
      namespace_type:
        description: Whether the list belongs to the space (V(single)) or to all spaces (V(agnostic)).
        type: str
        choices: [single, agnostic]
  actions:
    description:
      - What Kibana does when there are alerts. The list replaces the stored one, its order does not matter.
      - V([]) removes all actions.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the connector. Give this or O(actions[].connector).
        type: str
      connector:
        description: Name of the connector. Two connectors of that name are an error.
        type: str
      action_type_id:
        description: Type of the connector, such as V(.slack). It is looked up where it is not given.
        type: str
      group:
        description: When the action runs. V(default) stands for alerts, and is what a new action gets.
        type: str
      params:
        description: Parameters of the action, by type of connector. They replace the stored ones.
        type: dict
        required: true
      frequency:
        description:
          - How often the action runs.
          - An action without it follows O(throttle), or stays as it is stored. A new one runs once per run of the rule.
        type: dict
        suboptions:
          summary:
            description: Whether one action is run for all alerts, instead of one for each.
            type: bool
            required: true
          notifyWhen:
            description: When the action runs.
            type: str
            choices: [onActiveAlert, onThrottleInterval, onActionGroupChange]
            required: true
          throttle:
            description: The least time between two actions, such as V(1h), for V(onThrottleInterval).
            type: str
      alerts_filter:
        description: Which alerts the action is for. What is not given stays as it is stored, V({}) removes it.
        type: dict
      uuid:
        description:
          - Id of the action in the rule.
          - Where it is not given, the one of the stored action with the same connector stays.
        type: str
  throttle:
    description:
      - How often those of O(actions) run that have no O(actions[].frequency) of their own, such as V(1h).
      - V(rule) and V(no_actions) stand for every run of the rule, as Kibana reads them.
    type: str
  response_actions:
    description:
      - What is done on the host of an alert.
      - Parameters are merged with the stored ones, since Kibana adds some.
    type: list
    elements: dict
    suboptions:
      action_type_id:
        description: Who does it.
        type: str
        choices: [.osquery, .endpoint]
        required: true
      params:
        description: Parameters, such as C(query) for V(.osquery) and C(command) for V(.endpoint).
        type: dict
        required: true
  query:
    description: What is searched for. Types O(type=saved_query) and O(type=machine_learning) need none.
    type: str
  language:
    description:
      - Language of O(query).
      - A rule of the type V(eql) or V(esql) has that one. Another new rule gets V(kuery).
    type: str
    choices: [kuery, lucene, eql, esql]
  index:
    description:
      - Names or patterns of the indices that are searched. Their order does not matter. V([]) removes them.
      - A rule without them and without O(data_view_id) searches the indices of Kibana's advanced settings.
    type: list
    elements: str
  data_view_id:
    description: Id of the data view that is searched. V("") removes it.
    type: str
  filters:
    description: Filters in the format of Kibana's search bar, as Kibana stores them. V([]) removes them.
    type: list
    elements: dict
  saved_id:
    description: Id of the saved query. Required for a new rule of the type V(saved_query).
    type: str
  alert_suppression:
    description: When alerts that are alike become one. V({}) removes it.
    type: dict
    suboptions:
      group_by:
        description: One to three fields in which such alerts agree. A rule of the type V(threshold) has none.
        type: list
        elements: str
      duration:
        description: For how long. Without it, within one run of the rule.
        type: dict
        suboptions:
          value:
            description: How many.
            type: int
            required: true
          unit:
            description: Of what, that is seconds, minutes or hours.
            type: str
            choices: [s, m, h]
            required: true
      missing_fields_strategy:
        description: Whether events that lack one of the fields are suppressed, too.
        type: str
        choices: [doNotSuppress, suppress]
  event_category_override:
    description: For the type V(eql), the field that holds the category of an event. V("") removes it.
    type: str
  timestamp_field:
    description: For the type V(eql), the field that events of a sequence are sorted by. V("") removes it.
    type: str
  tiebreaker_field:
    description: For the type V(eql), the field that events of the same time are sorted by. V("") removes it.
    type: str
  threshold:
    description: For the type V(threshold), how many events make an alert.
    type: dict
    suboptions:
      field:
        description: Up to three fields to group events by. V([]) counts all events together.
        type: list
        elements: str
        required: true
      value:
        description: The least number of events.
        type: int
        required: true
      cardinality:
        description: The least number of different values of a field.
        type: list
        elements: dict
        suboptions:
          field:
            description: Name of the field, none of O(threshold.field).
            type: str
            required: true
          value:
            description: The least number of values.
            type: int
            required: true
  threat_query:
    description: For the type V(threat_match), the search for indicators.
    type: str
  threat_index:
    description: For the type V(threat_match), indices with indicators. Their order does not matter.
    type: list
    elements: str
  threat_mapping:
    description: For the type V(threat_match), which fields of events and indicators must be equal. One entry suffices.
    type: list
    elements: dict
    suboptions:
      entries:
        description: Pairs of fields that must all be equal.
        type: list
        elements: dict
        required: true
        suboptions:
          field:
            description: Field of the event.
            type: str
            required: true
          type:
            description: Kind of pair. Kibana knows V(mapping) alone, which is what an omitted value means.
            type: str
            choices: [mapping]
          value:
            description: Field of the indicator.
            type: str
            required: true
  threat_filters:
    description: For the type V(threat_match), filters on the indicators. V([]) removes them.
    type: list
    elements: dict
  threat_language:
    description:
      - For the type V(threat_match), the language of O(threat_query).
      - Kibana takes a missing value for V(kuery).
    type: str
    choices: [kuery, lucene]
  threat_indicator_path:
    description: For the type V(threat_match), the path to the indicator in its document.
    type: str
  concurrent_searches:
    description: For the type V(threat_match), how many searches run at once. Give O(items_per_search), too.
    type: int
  items_per_search:
    description: For the type V(threat_match), how many indicators one search takes.
    type: int
  anomaly_threshold:
    description: For the type V(machine_learning), the least score of an anomaly, from 0 to 100.
    type: int
  machine_learning_job_id:
    description: For the type V(machine_learning), one or more ids of jobs. Their order does not matter.
    type: list
    elements: str
  new_terms_fields:
    description:
      - For the type V(new_terms), one to three fields whose new values make an alert.
      - Their order does not matter.
    type: list
    elements: str
  history_window_start:
    description: For the type V(new_terms), since when a value must not have been seen, such as V(now-14d).
    type: str
"""

    RULE_FILES = r"""
options:
  exclude:
    description: Shell patterns of files to leave out, as their paths in the directory, such as V(windows/*).
    type: list
    elements: str
  rule_defaults:
    description:
      - Options for every rule of the files that does not have them, such as C(enabled), which the rule files of Elastic
        leave out.
    type: dict
"""

    BULK = r"""
options:
  rules_src:
    description:
      - Instead of O(rules), a directory of rule files, or one file, on the controller. A relative one begins where the
        playbook is.
      - The files are read and checked as by M(stackops.kibana.detection_rule_files), which knows the formats. The task
        fails where anything is wrong with one of them, or where there is no rule, and nothing is written.
      - Of what is in the files the rules are used. For exceptions, value lists and connectors beside them there is the
        role P(stackops.kibana.detection_as_code#role).
      - It is faster than O(rules) with a filter, which Ansible treats as templates.
    type: path
  scope:
    description:
      - Which rules O(exact=true) may delete. All that is given must apply to a rule.
      - Prebuilt rules are never deleted by O(exact=true).
      - Required with O(exact=true).
    type: dict
    suboptions:
      tags:
        description: Tags that a rule has, all of them.
        type: list
        elements: str
      rule_id:
        description: A shell pattern for the O(rules[].rule_id) of a rule, such as V(soc-*). V(*) stands for all rules.
        type: str
  delete_route:
    description:
      - How rules are deleted, in requests for up to 100 of them.
      - V(bulk_action) is Kibana's C(POST /api/detection_engine/rules/_bulk_action).
      - V(bulk_delete) is C(DELETE /api/detection_engine/rules/_bulk_delete), which is deprecated, and gone since
        Kibana 9.
      - Where this Kibana does not have the one, the other is used. RV(route) says which it was.
    type: str
    choices: [bulk_action, bulk_delete]
    default: bulk_action
"""


# The same options for each element of a list called rules. It is made from the text above so that there is but one;
# ansible-test wants nothing but literals inside the class.
ELEMENT_STATE = """\
  state:
    description:
      - V(present) creates the rule, or changes those of its fields that are given and differ. Fields that are not
        given stay as they are.
      - V(enabled) and V(disabled) do the same, and enable or disable the rule.
      - V(absent) deletes it. Its exception lists stay.
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
"""
ModuleDocFragment.LIST = "options:\n  rules:\n    suboptions:\n" + textwrap.indent(
    ELEMENT_STATE + ModuleDocFragment.DOCUMENTATION.replace("\noptions:\n", "", 1).replace("O(", "O(rules[]."), "    "
)

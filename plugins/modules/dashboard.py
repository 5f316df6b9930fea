#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dashboard
short_description: Manage a dashboard of Kibana
description:
  - Creates, changes and deletes a dashboard, by its id.
  - Kibana has had two APIs for dashboards, one from 8.18 to 9.1, and another since 9.4. This module speaks both. What
    means the same in both has one option here, with the name that it has since 9.4.
  - Panels, filters and controls are handed to Kibana as they are. They must have the shape of its version.
  - Kibana replaces a dashboard as a whole. The module reads it first and writes it back with the given fields changed,
    so that what is not given stays as it is.
  - What Kibana fills in, such as ids and sizes of panels and the defaults of each kind of panel, is never a difference.
  - Kibana 9.4 and later cannot show every kind of panel through its API, and says so. The module never writes such a
    dashboard back, because that would delete the panels which are not shown.
  - It needs the privilege C(all) of the feature Dashboard.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the dashboard. It is part of the dashboard's URL.
      - New ones should have only lower case letters, digits, hyphens and underscores, which late versions insist on.
    type: str
    required: true
  title:
    description: Title. A new dashboard needs one.
    type: str
  description:
    description: Short description. V("") removes it.
    type: str
  panels:
    description:
      - Panels, and since 9.4 sections, in any order.
      - Since 9.4, a panel has C(type), C(grid) (C(x), C(y), C(w), C(h)), C(config) and C(id). A section has C(title),
        C(grid) (C(y)), C(collapsed) and C(panels).
      - From 8.18 to 9.1, a panel has C(type), C(gridData), C(panelConfig), C(panelIndex) and C(panelRefName).
      - The list replaces the stored one. V([]) removes all panels.
      - A stored panel stays as it is where it has everything that is given here. Any other is replaced as a whole, and
        keeps its id where a panel of its type has its place.
    type: list
    elements: dict
  options:
    description: Display settings. Those that are not given stay as they are.
    type: dict
    suboptions:
      auto_apply_filters:
        description: Whether controls apply what is chosen at once. Since 9.4.
        type: bool
      hide_panel_borders:
        description: Whether to hide the borders of panels. Since 9.4.
        type: bool
      hide_panel_titles:
        description: Whether to hide the titles of panels.
        type: bool
        aliases: [hidePanelTitles]
      sync_colors:
        description: Whether related panels use the same colours.
        type: bool
        aliases: [syncColors]
      sync_cursor:
        description: Whether related panels share the cursor.
        type: bool
        aliases: [syncCursor]
      sync_tooltips:
        description: Whether related panels share tooltips.
        type: bool
        aliases: [syncTooltips]
      use_margins:
        description: Whether there are margins between panels.
        type: bool
        aliases: [useMargins]
  filters:
    description:
      - Filters over all panels. Before 9.4, those of C(kibanaSavedObjectMeta.searchSource.filter).
      - The list replaces the stored one. V([]) removes all filters.
    type: list
    elements: dict
  query:
    description: Query over all panels. V({}) removes it.
    type: dict
    suboptions:
      expression:
        description: The query.
        type: str
      language:
        description: Its language.
        type: str
        choices: [kql, lucene]
  time_range:
    description:
      - Time range that opening the dashboard restores. V({}) means that it restores none.
      - From 8.18 to 9.1 these are C(timeRestore), C(timeFrom) and C(timeTo).
    type: dict
    suboptions:
      from:
        description: Begin, such as V(now-24h).
        type: str
      to:
        description: End, such as V(now).
        type: str
  refresh_interval:
    description: How often the panels are read again. V({}) removes it.
    type: dict
    suboptions:
      pause:
        description: Whether reading again is switched off.
        type: bool
      value:
        description: Milliseconds between two readings.
        type: int
  tags:
    description: Ids of tags. The order does not matter. V([]) removes all.
    type: list
    elements: str
  pinned_panels:
    description:
      - Controls above the panels. Since 9.4.
      - The list replaces the stored one. V([]) removes all.
    type: list
    elements: dict
  project_routing:
    description: Which projects searches go to. Since 9.4. V("") removes it.
    type: str
  controlGroupInput:
    description:
      - Controls above the panels, with C(controls), C(chainingSystem), C(labelPosition), C(autoApplySelections) and
        C(ignoreParentSettings). From 8.18 to 9.1.
      - Keys that are not given stay as they are. V({}) removes the controls.
    type: dict
  references:
    description:
      - Saved objects that panels and filters refer to by name. From 8.18 to 9.1; later, panels name what they need.
      - Tags are no part of it, see O(tags).
      - The list replaces the stored one.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the saved object.
        type: str
        required: true
      name:
        description: Name that the dashboard uses for it, such as the C(panelRefName) of a panel with its index.
        type: str
        required: true
      type:
        description: Type of the saved object, such as V(lens) or V(index-pattern).
        type: str
        required: true
notes:
  - Who may edit a dashboard (C(access_control)) cannot be set, because Kibana accepts that only from a person who has
    logged in with a browser. It stays as it is.
  - Kibana has no lock for dashboards. A change that somebody else makes between reading and writing is lost.
seealso:
  - module: stackops.kibana.dashboard_info
  - module: stackops.kibana.saved_object_info
"""

EXAMPLES = r"""
- name: A dashboard with a note, for Kibana 9.4 and later
  stackops.kibana.dashboard:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-welcome
    title: Welcome to the SOC
    description: Where to find what
    tags: [soc]
    time_range:
      from: now-24h
      to: now
    query:
      expression: 'event.kind: "alert"'
      language: kql
    options:
      hide_panel_titles: true
    panels:
      - type: markdown
        grid: {x: 0, y: 0, w: 48, h: 6}
        config:
          content: "## Runbooks"

- name: Another title, and the rest as it is (any version)
  stackops.kibana.dashboard:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-overview
    title: Overview of the SOC

- name: Ask for the version
  stackops.kibana.kibana_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: this

- name: A dashboard with a panel of the library, for Kibana 8.18 to 9.1
  stackops.kibana.dashboard:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-logons
    title: Logons
    panels:
      - type: search
        panelIndex: logons
        panelRefName: panel_logons
        gridData: {x: 0, y: 0, w: 48, h: 15}
        panelConfig: {}
    references:
      - {name: "logons:panel_logons", type: search, id: failed-logons}
  when: this.kibana.version is version("9.2", "<")

- name: Delete one
  stackops.kibana.dashboard:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-yesterday
    state: absent
"""

RETURN = r"""
dashboard:
  description:
    - The dashboard in the shape of the options. In check mode, what it would be.
    - Its C(meta) has what Kibana says about it. Its C(warnings) are there only where Kibana cannot show
      all of it.
  returned: when O(state=present)
  type: dict
  sample:
    id: soc-welcome
    title: Welcome to the SOC
    description: Where to find what
    tags: [soc]
    options:
      hide_panel_titles: true
      use_margins: true
    panels:
      - id: 2a8d4f3c-6c0e-4d6b-9a0b-0a8a4f7d2f11
        type: markdown
        grid: {x: 0, y: 0, w: 48, h: 6}
        config:
          content: "## Runbooks"
          settings: {open_links_in_new_tab: true}
    meta:
      created_at: "2026-01-01T00:00:00.000Z"
      updated_at: "2026-01-01T00:00:00.000Z"
      managed: false
      version: WzEsMV0=
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils import _plan
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._dashboard import (
    DISPLAY,
    NEW,
    OLD,
    decode,
    encode,
    shape_of,
    version_text,
)
from ansible_collections.stackops.kibana.plugins.module_utils._dashboard_panels import settle
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._given import said
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

FREE = ("panels", "filters", "pinned_panels", "controlGroupInput")
DICTS = {"type": "list", "elements": "dict"}
TEXT = {"type": "str"}
OPTIONS = {
    "id": {"type": "str", "required": True},
    "title": TEXT,
    "description": TEXT,
    "panels": DICTS,
    "options": {
        "type": "dict",
        "options": {name: {"type": "bool", **({"aliases": [old]} if old else {})} for name, old in DISPLAY.items()},
    },
    "filters": DICTS,
    "query": {
        "type": "dict",
        "options": {"expression": TEXT, "language": {"type": "str", "choices": ["kql", "lucene"]}},
        "required_together": [("expression", "language")],
    },
    "time_range": {"type": "dict", "options": {"from": TEXT, "to": TEXT}, "required_together": [("from", "to")]},
    "refresh_interval": {
        "type": "dict",
        "options": {"pause": {"type": "bool"}, "value": {"type": "int"}},
        "required_together": [("pause", "value")],
    },
    "tags": {"type": "list", "elements": "str"},
    "pinned_panels": DICTS,
    "project_routing": TEXT,
    "controlGroupInput": {"type": "dict"},
    "references": {**DICTS, "options": {name: {"type": "str", "required": True} for name in ("id", "name", "type")}},
}


def check(params):
    """What is wrong with the options, whatever the version."""
    if params["title"] is not None and not params["title"].strip():
        return "title is empty: a dashboard needs one."
    for number, reference in enumerate(params["references"] or ()):
        if reference["type"] == "tag":
            return f"references[{number}] is a tag: give its id {reference['id']!r} in tags."
    return None


def find(context):
    """Kibana's answer about the dashboard, or None. Refuses what this version of Kibana cannot do."""
    shape = shape_of(context.client)
    if context.params["state"] == "present":
        refuse_other_shape(context, shape)
    wanted = context.params["id"]
    raw = context.client.find(fill_path(shape.item, {"id": wanted}))
    found = (raw.get("item") or raw)["id"] if raw is not None else wanted
    if found != wanted:
        raise PlanError(f"{wanted!r} is an old id of the dashboard {found!r}: give the new one as id.")
    return raw


def refuse_other_shape(context, shape):
    """Refuse options that the API of this version does not have."""
    params, other = context.params, NEW if shape is OLD else OLD
    here = f"this is Kibana {version_text(context.client)}"
    names = [name for name in OPTIONS if params[name] is not None and name in set(other.defaults) - set(shape.defaults)]
    if shape is OLD:
        given = params["options"] or {}
        names += [f"options.{name}" for name, old in DISPLAY.items() if old is None and given.get(name) is not None]
    if names:
        raise PlanError(f"{names[0]} belongs to Kibana {other.name}, and {here}: leave it out.")
    for number, panel in enumerate(params["panels"] or ()):
        strange = [name for name in other.panel_keys if name in panel]
        if strange:
            raise PlanError(
                f"panels[{number}] has {strange[0]}, the shape of Kibana {other.name}, and {here}:"
                f" give {' and '.join(shape.panel_keys)}."
            )


def plan(context, current):
    """The plan, with the stored panels in place of wanted ones that mean the same."""
    shape, params = shape_of(context.client), context.params
    resource = replace(context.resource, server_defaults=shape.defaults)
    view = decode(current) if current is not None else None
    desired, free = {}, {}
    if params["state"] == "present":
        desired = wanted(params)
        free = {name: settled((view or {}).get(name), desired[name]) for name in FREE if desired[name] is not None}
    step = _plan.plan(resource, {**desired, **free}, view, Policy(params["state"]))
    refuse(params, step, view)
    # The free-form parts as they are: a plan drops nulls, which may mean something there.
    after = {**step.after, **free} if step.changed else step.after
    return replace(step, current=current, after=after)


def settled(stored, given):
    """What is given in Kibana's own words; an empty value clears."""
    return settle(stored, given) if given else given


def wanted(params):
    """The options that describe the dashboard."""
    desired = {name: params[name] for name in OPTIONS}
    if desired["options"] is not None:
        desired["options"] = said({name: desired["options"].get(name) for name in DISPLAY})
    if desired["tags"] is not None:
        desired["tags"] = list(dict.fromkeys(desired["tags"]))
    return desired


def refuse(params, step, view):
    """Refuse a new dashboard without a title, and a change of one that Kibana does not show as a whole."""
    if step.action == "create" and params["title"] is None:
        raise PlanError(f"There is no dashboard {params['id']!r} yet, and a new one needs a title: give title.")
    if step.action == "update" and view.get("warnings"):
        text = view["warnings"][0].rstrip(".")
        more = f" (and {len(view['warnings']) - 1} more)" if len(view["warnings"]) > 1 else ""
        raise PlanError(
            f"The dashboard {params['id']!r} has parts that Kibana does not show through its API, and writing it back"
            f" would delete them. Nothing was changed: edit it in the browser, or delete it first."
            f" Kibana says: {text}{more}."
        )


def apply(context, step):
    """Write, and return Kibana's answer."""
    shape, client = shape_of(context.client), context.client
    path = fill_path(shape.item, {"id": context.params["id"]})
    if step.action == "delete":
        client.delete(path)
        return None
    method = "POST" if shape is OLD and step.action == "create" else "PUT"
    return client.call(method, path, json=encode(shape, step), safe=True)


RESOURCE = Resource(
    result_key="dashboard",
    options=OPTIONS,
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    apply=apply,
    read_only=frozenset({"meta", "warnings"}),
    unordered=frozenset({"panels", "panels[].panels", "tags", "references"}),
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prebuilt_rules
short_description: Install, enable and upgrade the prebuilt detection rules of Elastic
description:
  - Selects prebuilt rules by tag, severity, name, place in MITRE ATT&CK and more, and installs, upgrades, enables or
    disables them. Each of these happens only where it is asked for.
  - Your own changes to rules survive an upgrade. O(conflicts) says what happens where you and Elastic changed the same.
  - Check mode asks Kibana for its review of the pending upgrades, and shows it as a diff, field by field.
  - Where Elastic's package of rules is not installed, O(install=true) installs it. In check mode the rules in it are
    not known yet, of which a warning tells.
  - A rule that Kibana refuses does not keep it from doing the others. The task then fails, and says what became of
    each.
  - Needs the privilege C(all) on the feature Security (on Rules, since 9.3). Reading alone needs C(read). The licence
    Enterprise is needed to upgrade rules that you changed and keep the changes.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.prebuilt_rules
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  install:
    description: Whether to install the selected rules that are not installed. They are disabled at first.
    type: bool
    default: false
  upgrade:
    description:
      - Whether to bring the selected rules to the version in Elastic's package.
      - Whether they are enabled, their actions and their exceptions stay as they are.
    type: bool
    default: false
  enable:
    description:
      - V(true) enables the selected rules that are installed, also those that the same task installs. V(false) disables
        them. Without it they stay as they are.
      - Mind that rules of all kinds together are more than a small cluster can run.
    type: bool
  conflicts:
    description:
      - What O(upgrade=true) does with a rule in which you and Elastic changed the same field.
      - V(skip) leaves the rule at its version, and reports it.
      - V(fail) does nothing at all, and names the rules.
      - V(merge) takes Kibana's own merge, as for lists of tags. A rule that Kibana cannot merge is skipped.
      - V(keep) does that, and keeps your state of a field that Kibana cannot merge.
      - V(overwrite) takes all of Elastic's rule, and so loses all of your changes to it.
      - A rule of which you changed other fields than Elastic did has no conflict. It gets Elastic's changes, and keeps
        yours.
    type: str
    choices: [skip, fail, merge, keep, overwrite]
    default: skip
  package:
    description:
      - V(present) takes Elastic's package as it is, and installs it where it is missing.
      - V(latest) brings it to the version that Fleet offers first. That needs the privilege to read Integrations.
    type: str
    choices: [present, latest]
    default: present
  route:
    description:
      - V(auto) uses Kibana's own routes, which do it rule by rule, and the public ones where this Kibana lacks them.
      - V(public) uses the public ones, C(PUT /api/detection_engine/rules/prepackaged). They install and upgrade all
        rules at once, and give up your changes. So they need O(install=true), O(upgrade=true), O(conflicts=overwrite),
        and no selection.
      - With the public routes, the rules are not known in check mode, only how many there are.
    type: str
    choices: [auto, public]
    default: auto
notes:
  - To install or upgrade many rules takes long. Raise O(kibana_timeout) where it does.
  - Kibana before 8.18 does not know of your changes to a prebuilt rule in the way that newer ones do. Where it tells of
    some, such a rule is not upgraded but with O(conflicts=overwrite).
seealso:
  - module: stackops.kibana.prebuilt_rules_info
  - module: stackops.kibana.detection_rules
"""

EXAMPLES = r"""
- name: Install and run what Elastic has against credential theft on Windows
  stackops.kibana.prebuilt_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    tags: ["OS: Windows"]
    mitre: [TA0006]
    severity: [high, critical]
    install: true
    enable: true

- name: Upgrade all rules, and keep our own changes
  stackops.kibana.prebuilt_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    upgrade: true
    conflicts: keep

- name: Switch off what is too loud here
  stackops.kibana.prebuilt_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: ["*network scanner*", "*dns*"]
    enable: false
"""

RETURN = r"""
rules:
  description: What became of each selected rule, by name. In check mode, what would.
  returned: always
  type: list
  elements: dict
  contains:
    rule_id:
      description: The lasting id of the rule.
      returned: always
      type: str
    name:
      description: Its name.
      returned: always
      type: str
    version:
      description: Its version afterwards.
      returned: always
      type: int
    result:
      description: V(changed), V(unchanged), V(skipped) or V(failed).
      returned: always
      type: str
    actions:
      description: What was done, of V(installed), V(upgraded), V(enabled) and V(disabled).
      returned: always
      type: list
      elements: str
    customized:
      description: Whether the rule has changes of yours.
      returned: when it can be upgraded
      type: bool
    conflicts:
      description: The fields that you and Elastic changed, and whether Kibana can merge them.
      returned: when it can be upgraded
      type: dict
    msg:
      description: Why it was skipped or failed.
      returned: in these cases
      type: str
  sample:
    - rule_id: 2f8a1a2b-96ad-4ac1-9b5d-1b0a1ee25b1a
      name: Memory of LSASS Read
      version: 105
      result: changed
      actions: [installed, enabled]
summary:
  description:
    - How many rules were V(installed), V(upgraded), V(enabled), V(disabled), V(unchanged), V(skipped) and V(failed).
  returned: always
  type: dict
  sample:
    installed: 12
    upgraded: 3
    enabled: 12
    disabled: 0
    unchanged: 61
    skipped: 1
    failed: 0
package:
  description: Whether Elastic's package of rules was V(unchanged), or V(installed) by this task.
  returned: always
  type: str
  sample: unchanged
"""

from ansible_collections.stackops.kibana.plugins.module_utils._many import still_failing
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._prebuilt_rules import (
    CONFLICTS,
    OWN,
    PACKAGE,
    PUBLIC,
    SELECTION,
    read_catalogue,
    read_installed,
    read_status,
    selects,
)
from ansible_collections.stackops.kibana.plugins.module_utils._prebuilt_rules_write import (
    Step,
    carry_out,
    plan_steps,
    refuse_conflicts,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    **SELECTION,
    "install": {"type": "bool", "default": False},
    "upgrade": {"type": "bool", "default": False},
    "enable": {"type": "bool"},
    "conflicts": {"type": "str", "choices": list(CONFLICTS), "default": "skip"},
    "package": {"type": "str", "choices": ["present", "latest"], "default": "present"},
    "route": {"type": "str", "choices": ["auto", "public"], "default": "auto"},
}
WORDS = ("installed", "upgraded", "enabled", "disabled", "unchanged", "skipped", "failed")
NEEDS_ALL = (
    "install and upgrade all rules at once, and give up customisations: that takes install=true, upgrade=true,"
    " conflicts=overwrite and no selection of rules."
)


def check(params):
    """What is wrong with the options, if anything."""
    if not (params["install"] or params["upgrade"] or params["enable"] is not None):
        return "Nothing is asked for: give install, upgrade or enable."
    if params["route"] == "public" and not may_be_public(params):
        return f"The public routes {NEEDS_ALL}"
    return None


def may_be_public(params):
    """Whether the public routes do what is asked for."""
    everything = all(params[name] is None for name in SELECTION)
    return everything and params["install"] and params["upgrade"] and params["conflicts"] == "overwrite"


def converge(context):
    """Look at the package, then at the rules; plan, and do it."""
    client, params = context.client, context.params
    status = read_status(client) if params["route"] == "auto" else None
    if status is None:
        if not may_be_public(params):
            raise PlanError(f"This Kibana has only the public routes for prebuilt rules. They {NEEDS_ALL}")
        return all_rules(context)
    missing = params["install"] and needs_package(client, params["package"], status)
    if missing:
        client.require_space(context.check_mode)
        if context.check_mode:
            context.warn(f"The package {PACKAGE} would be installed; the rules in it are (known after apply).")
        else:
            client.call("POST", OWN + "/_bootstrap", safe=True)
    steps, failures = some_rules(context, known=not (missing and context.check_mode))
    return report(context, steps, failures, missing)


def needs_package(client, wanted, status):
    """Whether Elastic's package of rules has to be installed or brought to its latest version."""
    if not status["num_prebuilt_rules_total_in_package"]:
        return True
    if wanted == "present":
        return False
    item = client.get(f"/api/fleet/epm/packages/{PACKAGE}")["item"]
    info = item.get("installationInfo") or (item.get("savedObject") or {}).get("attributes") or {}
    return info.get("version") != (item.get("latestVersion") or item["version"])


def some_rules(context, known):
    """Plan rule by rule, and do it. Returns the steps, and why which rules failed."""
    client, params = context.client, context.params
    steps = plan(client, params, known)
    if params["conflicts"] == "fail":
        refuse_conflicts(steps)
    if not any(step.changed for step in steps.values()):
        return steps, {}
    client.require_space(context.check_mode)
    if context.check_mode:
        for step in steps.values():
            step.done = step.planned
        return steps, {}
    failures = carry_out(client, steps, context.warn)
    real = still_failing(failures, lambda: plan(client, params, known))
    for key in failures.keys() - real.keys():
        steps[key].done = steps[key].planned
    return steps, real


def plan(client, params, known):
    """What to do with each selected rule."""
    found = read_catalogue(client, params["install"] or params["rule_id"] is not None, params["upgrade"])
    if known:
        found.check_ids(params["rule_id"])
    return plan_steps(found, params, selects(params))


def all_rules(context):
    """Install and upgrade everything by the public routes; then enable or disable as asked."""
    client, params = context.client, context.params
    status = client.get(PUBLIC + "/_status")
    pending = status["rules_not_installed"] + status["rules_not_updated"]
    pending += status["timelines_not_installed"] + status["timelines_not_updated"]
    before = read_installed(client)
    empty = not before and not pending  # nothing is known before the package is there
    if context.check_mode and (pending or empty):
        context.warn(f"{pending} rules and timelines would be installed or upgraded; they are (known after apply).")
    after = before
    if (pending or empty) and not context.check_mode:
        client.require_space()
        client.call("PUT", PUBLIC)
        after = read_installed(client)
    steps = {key: public_step(rule, before.get(key), params["enable"]) for key, rule in after.items()}
    switched = {key: step for key, step in steps.items() if step.switch is not None}
    failures = {} if context.check_mode or not switched else carry_out(client, switches(switched), context.warn)
    for key, step in switched.items():
        if key not in failures:
            step.done.append("enabled" if step.switch else "disabled")
    return report(context, steps, failures, False, bool(pending or empty) and context.check_mode)


def public_step(rule, old, enable):
    """What the public routes have done to a rule, and what there is left to do."""
    step = Step(rule["name"], rule["version"], rule["id"], switch=None if enable in (None, rule["enabled"]) else enable)
    if old is None:
        step.install = True
        step.done = ["installed"]
    elif old["version"] != rule["version"]:
        step.done = ["upgraded"]
    return step


def switches(steps):
    """The same steps without what is done already."""
    return {key: Step(step.name, step.version, step.id, switch=step.switch) for key, step in steps.items()}


def report(context, steps, failures, package, more=False):
    """The result, with a diff for each rule that was (or would be) changed."""
    results = [item(key, step, failures) for key, step in steps.items()]
    made = {key: step for key, step in steps.items() if step.done}
    counts = dict.fromkeys(WORDS, 0)
    for entry in results:
        for word in [*entry["actions"], *([entry["result"]] if entry["result"] != "changed" else [])]:
            counts[word] += 1
    changed = bool(made) or package or more
    result = {"changed": changed, "rules": results, "summary": counts}
    result["package"] = "installed" if package else "unchanged"
    if changed and context.module._diff:
        header = f"package: {PACKAGE}"
        whole = {"before_header": header, "after_header": header, "before": {}, "after": {"status": "installed"}}
        result["diff"] = [*([whole] if package else []), *(made[key].diff() for key in made if key not in failures)]
    if failures:
        reasons = "; ".join(f"{steps[key].name}: {text}" for key, text in list(failures.items())[:5])
        further = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
        raise PartialFailure(f"{len(failures)} of {len(steps)} rules failed: {reasons}{further}", result)
    return result


def item(key, step, failures):
    """What became of one rule."""
    skipped = bool(step.upgrade and step.upgrade.refused)
    word = "failed" if key in failures else "changed" if step.done else "skipped" if skipped else "unchanged"
    found = {"rule_id": key, "name": step.name, "result": word, "actions": step.done}
    found["version"] = step.target if "upgraded" in step.done else step.version
    if step.upgrade:
        found.update(customized=step.upgrade.customized, conflicts=step.upgrade.conflicts)
    if key in failures or skipped:
        found["msg"] = failures.get(key) or step.upgrade.refused
    return found


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()

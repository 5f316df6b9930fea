#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_alert_migration
short_description: Migrate alerts of old releases of Elastic Security
description:
  - Alerts from before 8.0 are in indices C(.siem-signals-*). After an upgrade, those whose mappings are outdated can be
    migrated, so that they can be searched like new ones. Kibana copies such an index, and puts the copy in its place.
  - That is done in steps, which are the choices of O(action).
  - A Kibana that has no such index has nothing to migrate, which is no failure.
  - Kibana has deprecated this function. It exists up to 9.4 at least. A Kibana without it makes the task fail, with a
    message that says so.
  - It needs the privilege C(all) of the feature Security, and those to read, write and manage the indices of alerts.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.action
  - stackops.kibana.action_group
options:
  action:
    description:
      - V(status) tells which indices are outdated, and their migrations.
      - V(create) starts a migration for each of the indices that is outdated and has none under way.
      - V(finalize) puts the copies in place of the originals where copying is done. It may be repeated.
      - V(delete) forgets migrations that have ended, and has Kibana delete the index that is no longer needed after 30
        days. That is the original after a success, and the copy after a failure.
    type: str
    choices: [status, create, finalize, delete]
    required: true
  index:
    description: The indices to migrate, for O(action=create). An index that was migrated already counts as done.
    type: list
    elements: str
  migration_ids:
    description: Ids of migrations, for O(action=finalize) and O(action=delete).
    type: list
    elements: str
  all:
    description:
      - Whether to do it for all that O(action=status) shows, instead of O(index) or O(migration_ids).
      - These are the outdated indices for O(action=create), the pending migrations for O(action=finalize), and the ones
        that have ended for O(action=delete).
      - A migration that was finalized is not shown any more, since its index is replaced. Delete it by its id.
    type: bool
    default: false
  from:
    description: Only look at indices with alerts since then. A date, or an expression such as V(now-30d).
    type: str
    default: now-100y
  size:
    description: How many alerts to copy at once, for O(action=create). Elasticsearch takes 1000 by default.
    type: int
  slices:
    description: How many copies of parts of an index to run at once, for O(action=create).
    type: int
  requests_per_second:
    description: The most parts to copy in a second, for O(action=create). Without it there is no limit.
    type: int
  wait:
    description: Whether O(action=finalize) waits until copying is done, and fails if that takes too long.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 600
notes:
  - In check mode, a migration that was finalized cannot be told from one that was deleted. O(action=delete) then
    predicts that it would be deleted.
"""

EXAMPLES = r"""
- name: Look for outdated alerts
  stackops.kibana.detection_alert_migration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    action: status
    from: now-1y
  register: old

- name: Forget what went wrong earlier
  stackops.kibana.detection_alert_migration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    action: delete
    all: true

- name: Start to copy all outdated indices, slowly
  stackops.kibana.detection_alert_migration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    action: create
    all: true
    requests_per_second: 500
  register: started

- name: Put the copies in their place once they are complete
  stackops.kibana.detection_alert_migration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    action: finalize
    all: true
    wait_timeout: 3600

- name: Have Kibana delete the originals
  stackops.kibana.detection_alert_migration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    action: delete
    migration_ids: "{{ started.migrations | selectattr('id', 'defined') | map(attribute='id') }}"
"""

RETURN = r"""
indices:
  description: The indices with alerts, as Kibana shows them.
  returned: with O(action=status)
  type: list
  elements: dict
  sample:
    - index: .siem-signals-default-000002
      version: 15
      is_outdated: true
      signal_versions:
        - version: 15
          count: 100
      migrations:
        - id: 924f7c50-505f-11eb-ae0a-3fa2e626a51d
          status: pending
          version: 77
          updated: "2024-03-06T20:41:37.173Z"
migrations:
  description: What became of each index or migration.
  returned: with any other O(action)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the migration.
      returned: when there is one, and not for one to be started in check mode
      type: str
    sourceIndex:
      description: The index with outdated alerts.
      returned: when it is known
      type: str
    destinationIndex:
      description: The copy.
      returned: when it is known
      type: str
    result:
      description:
        - V(started), V(finalized) and V(deleted) are changes.
        - V(pending) is a migration that is not done yet, V(unchanged) one for which there was nothing to do.
        - V(failed) comes with RV(migrations[].msg).
      returned: always
      type: str
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
  sample:
    - id: 924f7c50-505f-11eb-ae0a-3fa2e626a51d
      sourceIndex: .siem-signals-default-000002
      destinationIndex: .siem-signals-default-000002-r000077
      result: finalized
"""

import re
import time

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing, message_of
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

PATH = "/api/detection_engine/signals"
POLL_SECONDS = 5
CHANGES = {"started", "finalized", "deleted"}
REINDEX = ("size", "slices", "requests_per_second")
SUBJECT = {"create": "index", "finalize": "migration_ids", "delete": "migration_ids"}
COUNT = {"type": "int"}
NAMES = {"type": "list", "elements": "str"}
OPTIONS = {
    "action": {"type": "str", "choices": ["status", "create", "finalize", "delete"], "required": True},
    "index": NAMES,
    "migration_ids": NAMES,
    "all": {"type": "bool", "default": False},
    "from": {"type": "str", "default": "now-100y"},
    **dict.fromkeys(REINDEX, COUNT),
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
}


def check(params):
    """What is wrong with the options, if anything."""
    action, subject = params["action"], SUBJECT.get(params["action"])
    for name in ("index", "migration_ids"):
        if params[name] is not None and name != subject:
            return f"{name} is given, which action={action} does not use: leave it out."
    if subject and (params[subject] is None) != params["all"]:
        return f"action={action} wants either {subject} or all=true: give one of them."
    for name in REINDEX:
        if params[name] is not None and params[name] < 1:
            return f"{name} is {params[name]}: it must be at least 1."
    return None


def act(context):
    """Do one of the steps."""
    indices = status(context)
    if context.params["action"] == "status":
        return {"changed": False, "indices": indices}
    steps = {"create": create, "finalize": finalize, "delete": delete}
    return result(steps[context.params["action"]](context, indices))


def status(context):
    """The indices with their migrations; none where Kibana has no old alerts, which it answers with a 404."""
    client = context.client
    try:
        return client.get(f"{PATH}/migration_status", params={"from": context.params["from"]})["indices"]
    except KibanaError as error:
        if error.status == 404 and not is_route_missing(error.error):
            return []
        raise


def create(context, indices):
    """Start what is neither done nor under way."""
    params = context.params
    known = {item["index"]: item for item in indices}
    names = (
        [name for name in known if known[name]["is_outdated"]]
        if params["all"]
        else list(dict.fromkeys(params["index"]))
    )
    done = [planned(name, known) for name in names]
    wanted = [item["sourceIndex"] for item in done if item["result"] == "started"]
    if context.check_mode or not wanted:
        return done
    body = {"index": wanted, **{name: params[name] for name in REINDEX if params[name] is not None}}
    answer = {item["index"]: item for item in context.client.call("POST", f"{PATH}/migration", json=body)["indices"]}
    return [started(answer[item["sourceIndex"]]) if item["sourceIndex"] in answer else item for item in done]


def planned(name, known):
    """What there is to do for an index."""
    if name not in known:
        if any(re.fullmatch(re.escape(name) + r"-r\d+", other) for other in known):
            return {"sourceIndex": name, "result": "unchanged"}
        there = ", ".join(known) or "none"
        raise PlanError(f"index: {name} is no index with old alerts (there are: {there}): correct it, or use all=true.")
    pending = [item for item in known[name]["migrations"] if item["status"] == "pending"]
    if pending:
        return {"id": pending[0]["id"], "sourceIndex": name, "result": "pending"}
    return {"sourceIndex": name, "result": "started" if known[name]["is_outdated"] else "unchanged"}


def started(item):
    """What Kibana says of a new migration."""
    if "error" in item:
        return {"sourceIndex": item["index"], "result": "failed", "msg": message_of(item["error"])}
    if not item.get("migration_id"):
        return {"sourceIndex": item["index"], "result": "unchanged"}
    return {
        "id": item["migration_id"],
        "sourceIndex": item["index"],
        "destinationIndex": item["migration_index"],
        "result": "started",
    }


def chosen(context, indices, wanted):
    """The ids that the task names, or those shown whose status is wanted; and all that are pending now."""
    shown = [migration for item in indices for migration in item["migrations"]]
    pending = {migration["id"] for migration in shown if migration["status"] == "pending"}
    if context.params["all"]:
        return [migration["id"] for migration in shown if migration["status"] in wanted], pending
    return list(dict.fromkeys(context.params["migration_ids"])), pending


def finalize(context, indices):
    """Finalize until all have ended, or the time is over."""
    ids, pending = chosen(context, indices, ("pending",))
    if context.check_mode:
        return [{"id": key, "result": "finalized" if key in pending else "unchanged"} for key in ids]
    seen, waited, limit = {}, 0, context.params["wait_timeout"]
    while True:
        left = [key for key in ids if key not in seen or seen[key]["result"] == "pending"]
        if left:
            answer = context.client.call("POST", f"{PATH}/finalize_migration", json={"migration_ids": left}, safe=True)
            seen.update((item["id"], finalized(item, pending)) for item in migrations_in(answer))
            pending |= {key for key, item in seen.items() if item["result"] == "pending"}
        waiting = [item for item in seen.values() if item["result"] == "pending"]
        if not waiting or not context.params["wait"]:
            break
        if waited >= limit:
            for item in waiting:
                item.update(result="failed", msg=f"It was not done within {limit} seconds: raise wait_timeout.")
            break
        pause = min(POLL_SECONDS, max(1, waited), limit - waited)
        time.sleep(pause)
        waited += pause
    return [seen[key] for key in ids if key in seen]


def finalized(item, pending):
    """What Kibana says of a migration, which has changed if it was pending and is complete."""
    shown = {name: item[name] for name in ("id", "sourceIndex", "destinationIndex")}
    if "error" in item:
        return {**shown, "result": "failed", "msg": message_of(item["error"])}
    if not item["completed"]:
        return {**shown, "result": "pending"}
    return {**shown, "result": "finalized" if item["id"] in pending else "unchanged"}


def delete(context, indices):
    """Delete one by one: Kibana deletes none where one of them is not there."""
    ids, pending = chosen(context, indices, ("success", "failure"))
    return [deleted(context, key, key in pending) for key in ids]


def deleted(context, key, is_pending):
    """Delete a migration, unless it is pending: Kibana would say nothing and keep it."""
    kept = {"id": key, "result": "failed", "msg": "It is still pending, and cannot be deleted: finalize it first."}
    if is_pending:
        return kept
    if context.check_mode:
        return {"id": key, "result": "deleted"}
    try:
        answer = context.client.call("DELETE", f"{PATH}/migration", json={"migration_ids": [key]})
    except KibanaError as error:
        if error.status == 404 and not is_route_missing(error.error):
            return {"id": key, "result": "deleted" if error.ambiguous else "unchanged"}
        raise
    item = migrations_in(answer)[0]
    shown = {name: item[name] for name in ("id", "sourceIndex", "destinationIndex")}
    if "error" in item:
        return {**shown, "result": "failed", "msg": message_of(item["error"])}
    return {**shown, **kept} if item["status"] == "pending" else {**shown, "result": "deleted"}


def migrations_in(answer):
    """The list in an answer: the API documentation has it bare, Kibana gives it in an object."""
    return answer if isinstance(answer, list) else answer["migrations"]


def result(done):
    """The result of a step, or a failure that carries it."""
    answer = {"changed": any(item["result"] in CHANGES for item in done), "migrations": done}
    failed = [item for item in done if item["result"] == "failed"]
    if failed:
        reasons = "; ".join(f"{item.get('id') or item['sourceIndex']}: {item['msg']}" for item in failed[:5])
        raise PartialFailure(f"{len(failed)} of {len(done)} migrations failed: {reasons}", answer)
    if not done:
        answer["msg"] = "There is nothing to do."
    return answer


def main():
    run_action(act, OPTIONS, check=check)


if __name__ == "__main__":
    main()

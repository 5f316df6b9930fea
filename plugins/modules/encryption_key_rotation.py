#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: encryption_key_rotation
short_description: Encrypt saved objects of Kibana with its new key
description:
  - Kibana encrypts the secrets in saved objects, such as those of connectors and the API keys of rules. After its key
    C(xpack.encryptedSavedObjects.encryptionKey) has been changed, this module lets Kibana write all that is still
    encrypted with an old key with the new one. The old one can be taken out of the configuration then.
  - The old keys must be in C(xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys) of the configuration.
  - It works on all spaces at once, and needs the role C(superuser).
  - A second run finds nothing to do, and reports no change.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.action
  - stackops.kibana.action_group
attributes:
  check_mode:
    support: partial
    details:
      - Kibana cannot say what it would do. In check mode, nothing is sent, and RV(ignore:changed) is always V(true).
options:
  type:
    description:
      - Type of the saved objects, such as V(action) for connectors or V(alert) for rules.
      - If not given, saved objects of all types are taken. A type that Kibana does not know is one without objects.
    type: str
  batch_size:
    description:
      - How many saved objects Kibana takes at a time, 10000 at most, which is also Kibana's own choice.
      - Kibana stops at the first batch in which there is nothing to do. A batch smaller than the number of objects may
        leave some behind.
    type: int
  wait:
    description:
      - Whether to wait while another rotation is under way, and then start this one.
      - Also whether to wait for the end of this one where Kibana takes longer than O(kibana_timeout) to answer.
      - Without it, both fail.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 600
notes:
  - Kibana answers when it is done. With many objects, raise O(kibana_timeout).
  - Objects whose key nobody knows any more are part of RV(rotation.total) only. Kibana does not name them.
  - Behind a load balancer, one Kibana does not know that another one is rotating.
"""

EXAMPLES = r"""
- name: Encrypt everything with the new key
  stackops.kibana.encryption_key_rotation:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kibana_timeout: 300
    wait: true
  register: result

- name: Show the numbers
  ansible.builtin.debug:
    var: result.rotation

- name: Connectors alone
  stackops.kibana.encryption_key_rotation:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: action
"""

RETURN = r"""
rotation:
  description: What Kibana says. A task fails where RV(rotation.failed) is not 0, and returns it all the same.
  returned: when not in check mode
  type: dict
  contains:
    total:
      description: How many encrypted saved objects there are, with whatever key.
      returned: always
      type: int
    successful:
      description: How many were encrypted with an old key, and now with the new one.
      returned: always
      type: int
    failed:
      description: How many are still encrypted with an old key, because they could not be written.
      returned: always
      type: int
  sample:
    total: 1000
    successful: 300
    failed: 0
"""

import time

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, nothing
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

PATH = "/api/encrypted_saved_objects/_rotate_key"
LARGEST_BATCH = 10_000
POLL_SECONDS = 10
OPTIONS = {
    "type": {"type": "str"},
    "batch_size": {"type": "int"},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 600},
}


def check(params):
    """What is wrong with the options, if anything."""
    size = params["batch_size"]
    if size is not None and not 1 <= size <= LARGEST_BATCH:
        return f"batch_size is {size}: it must be from 1 to {LARGEST_BATCH}."
    if params["type"] is not None and not params["type"].strip():
        return "type is empty: leave it out for all types."
    return "wait_timeout must be at least 1." if params["wait_timeout"] < 1 else None


def rotate(context):
    """Let Kibana rotate, and return its numbers."""
    if context.check_mode:
        return {"changed": True}
    rotation, lost = attempts(context)
    if lost:
        context.warn(
            "The answer to the first request was lost, and Kibana was asked again when that was done:"
            " the numbers are those of the second time, and do not show what the first one did."
        )
    result = {"changed": lost or rotation["successful"] > 0, "rotation": rotation}
    if rotation["failed"]:
        raise PartialFailure(
            f"{rotation['failed']} of {rotation['total']} saved objects could not be written and are still encrypted"
            f" with an old key ({rotation['successful']} were done): keep the old key in the configuration, look at"
            " the logs of Kibana, and run this again.",
            result,
        )
    return result


def attempts(context):
    """Kibana's numbers, and whether an answer was lost before. Waits, where that is wanted, while it is at work."""
    params, waited, lost = context.params, 0, False
    while True:
        since = time.monotonic()
        try:
            return send(context), lost
        except KibanaError as error:
            busy = error.status == 429
            if not (busy or error.ambiguous):
                raise
            if not params["wait"]:
                raise explained(error, busy) from None
            waited += round(time.monotonic() - since)
            if waited >= params["wait_timeout"]:
                raise KibanaError(
                    f"The rotation did not end within {waited} seconds: raise wait_timeout, or look at the logs of"
                    f" Kibana. {error.message}",
                    method=error.method,
                    path=error.path,
                    status=error.status,
                    error=error.error,
                ) from None
            lost = lost or error.ambiguous
        seconds = min(POLL_SECONDS, params["wait_timeout"] - waited)
        time.sleep(seconds)
        waited += seconds


def send(context):
    """One request, never repeated by the client: each may start a rotation."""
    query = {name: context.params[name] for name in ("batch_size", "type") if context.params[name] is not None}
    answer = context.client.call("POST", PATH, params=query, in_space=False, retry=False)
    if answer is None:
        raise nothing("POST", PATH)
    return answer


def explained(error, busy):
    """The same error with what to do about it."""
    advice = (
        "Another rotation seems to be under way: wait for its end, or set wait to true"
        if busy
        else "The rotation may go on: raise kibana_timeout, or set wait to true"
    )
    return KibanaError(
        f"{advice}. {error.message}", method=error.method, path=error.path, status=error.status, error=error.error
    )


def main():
    run_action(rotate, OPTIONS, check=check)


if __name__ == "__main__":
    main()

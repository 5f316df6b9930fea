# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that behaves in all the ways in which modules behave, well and badly."""

from __future__ import annotations

import os
import sys
import time

from ansible.module_utils.basic import AnsibleModule


def fine(module):
    module.exit_json(changed=False, value=module.params["value"], check_mode=module.check_mode)


def change(module):
    result = {"changed": True}
    if module._diff:
        result["diff"] = {"before": {"a": 1}, "after": {"a": 2}}
    module.exit_json(**result)


def leak(module):
    module.exit_json(told=f"it is {module.params['secret']}", msg=module.params["secret"], number=1)


def warn(module):
    module.warn(f"careful with {module.params['value']} and {module.params['secret']}")
    module.deprecate("old", version="99.0.0", collection_name="stackops.kibana")
    module.exit_json(changed=False)


def fail(module):
    module.fail_json(msg=f"no {module.params['secret']}", status=403, error={"message": "x", "list": [1, (2, 3)]})


def fail_guarded(module):
    try:
        raise ValueError("inner")
    except ValueError:
        try:
            module.fail_json(msg="outer", changed=True)
        except Exception:
            module.exit_json(msg="swallowed")


def crash(module):
    raise RuntimeError(f"unexpected {module.params['value']}")


def leave(module):
    sys.exit(3)


def leave_with_words(module):
    sys.exit("gone")


def forget(module):
    return


def chatter(module):
    print("before")
    print("to stderr", file=sys.stderr)
    module.exit_json(changed=False)


def shapes(module):
    module.exit_json(
        tuple=(1, 2), keys={1: "a", None: "b"}, none=None, uni="grüße \u2028", stdout="a\nb", facts={"f": 1.5}
    )


def facts(module):
    module.exit_json(ansible_facts={"probe": 1}, _ansible_internal="x", results={"a": 1})


def temporary(module):
    base = os.path.dirname(module.tmpdir)
    with open(os.path.join(module.tmpdir, "file"), "w") as handle:
        handle.write("x")
    module.exit_json(exists=os.path.isdir(base))


def surroundings(module):
    module.exit_json(cwd=os.getcwd(), path=os.environ.get("PROBE"), umask=oct(os.umask(0o22)), argc=len(sys.argv))


def process(module):
    module.exit_json(here="ansible.executor.task_executor" in sys.modules, pid=os.getpid())


def leftovers(module):
    module.exit_json(left=module.tmpdir)


def retry(module):
    path = module.params["value"]
    seen = os.path.exists(path)
    with open(path, "a") as handle:
        handle.write("x")
    module.exit_json(seen=seen)


def dawdle(module):
    if module.params["value"]:
        open(module.params["value"], "w").close()
    try:
        time.sleep(20)
    except Exception:
        module.exit_json(msg="swallowed")
    module.exit_json(msg="slept")


def interrupt(module):
    raise KeyboardInterrupt


def types(module):
    module.exit_json(types={key: type(value).__name__ for key, value in module.params["data"].items()})


BEHAVIOURS = [value for value in list(globals().values()) if getattr(value, "__module__", None) == __name__]


def main():
    behaviours = {function.__name__: function for function in BEHAVIOURS}
    module = AnsibleModule(
        argument_spec={
            "do": {"type": "str", "default": "fine", "choices": sorted(behaviours)},
            "value": {"type": "str"},
            "data": {"type": "dict"},
            "number": {"type": "int"},
            "secret": {"type": "str", "no_log": True},
        },
        supports_check_mode=True,
    )
    behaviours[module.params["do"]](module)


if __name__ == "__main__":
    main()

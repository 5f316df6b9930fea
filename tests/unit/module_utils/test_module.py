# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated of the options of a task, in its result and in the log of the system; options that do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule
from harness import URL, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _args, _module, _session
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import SECRET_HIDDEN
from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process

CONNECTION = {"kibana_url": URL, "kibana_username": "elastic", "kibana_password": "changeme"}
RULE = {"name": "N", "description": "D", "type": "query", "query": "*", "risk_score": 1, "severity": "low"}


@pytest.mark.parametrize("count", [_args.LONGEST_SHOWN, _args.LONGEST_SHOWN + 1])
def test_of_very_long_options_only_the_number_is_repeated(
    kibana: Kibana, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(str(msg)))
    rules = [{**RULE, "rule_id": f"rule-{number}"} for number in range(count)]
    # Not run_module, which asks for no log at all.
    outcome = _in_process.execute("detection_rules", _in_process.encode_args({**CONNECTION, "rules": rules}))
    result = json.loads(outcome.stdout)
    assert result["summary"]["created"] == count
    shown, long = result["invocation"]["module_args"]["rules"], count > _args.LONGEST_SHOWN
    assert shown == [f"({count} elements)"] if long else len(shown) == count
    assert ("rule-7" in json.dumps(logged)) == (not long)
    assert not kibana.ok("detection_rules", {"rules": rules})["changed"]


Build = Callable[..., Any]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Build:
    """Makes the module of a task with these options; it raises what else would end the process."""

    class Failed(Exception):
        pass

    def fail(module: Any, msg: str, **result: Any) -> Any:
        raise Failed(msg, dict(getattr(module, "params", {})))

    monkeypatch.setattr(AnsibleModule, "fail_json", fail)

    def make(options: dict[str, Any], given: dict[str, Any], *concealed: str, **rules: Any) -> Any:
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        monkeypatch.setattr(basic, "_PARSED_MODULE_ARGS", None, raising=False)
        try:
            return _module.build_module(options, concealed, **rules)
        except Failed as failed:
            return failed.args

    return make


BOX = {"box": {"type": "dict", "options": {"size": {"type": "float"}, "in": {"type": "dict", "options": {"x": {}}}}}}
BOXES = {"boxes": {"type": "list", "elements": "dict", "options": {"size": {"type": "float"}}}}
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("values", "unfit"),
    [
        (None, []),
        ("text", []),
        ({}, []),
        ({"box": None, "boxes": None, "other": None}, []),
        ({"box": {"size": 1.5, "in": {"x": 1}}, "boxes": [{"size": 2.0}], "other": 1}, []),
        ({"box": "size=1", "boxes": "size=1"}, []),
        ({"box": {"in": {"x": {"deep": 1}}}, "other": {"deep": 1}}, []),
        ({"box": 5}, ["box"]),
        ({"box": {"in": 5}}, ["box.in"]),
        ({"boxes": [{"size": 1.0}, 5]}, ["boxes"]),
        ({"boxes": [{"size": 1.0}, None]}, ["boxes"]),
        ({"box": {"size": NAN}, "other": INFINITE}, ["box.size", "other"]),
        ({"boxes": [{"size": INFINITE}, {"size": 1.0}]}, ["boxes.size"]),
        ({"other": [1, -INFINITE]}, ["other"]),
        ({"other": "nan"}, []),
    ],
)
def test_options_that_do_not_fit(values: Any, unfit: list[str]) -> None:
    assert list(_module._unfit({**BOX, **BOXES, "other": {}}, values)) == unfit


def test_what_ansible_does_not_expect_is_said_by_name(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(module: Any, **_rules: Any) -> None:
        module.params = params
        raise error

    monkeypatch.setattr(AnsibleModule, "__init__", broken)
    for error in (AttributeError("x"), OverflowError("x"), TypeError("x")):
        params: dict[str, Any] = {"other": NAN, "box": 5}
        said, _params = build({**BOX, "other": {}}, {})
        assert said == "box, other: a value of a wrong type. See the documentation of the module."
        params = {"other": 1}
        with pytest.raises(type(error)):
            build({**BOX, "other": {}}, {})


def test_where_options_are_refused_what_may_be_secret_is_not_shown(build: Build) -> None:
    options = {"name": {"type": "str"}, "number": {"type": "int"}, "box": {"type": "dict"}, "empty": {"type": "raw"}}
    given = {"name": "n", "number": "many", "box": {"word": "secret"}}
    _said, params = build(options, given, "box", "empty", "no_such")
    assert (params["name"], params["box"], params["empty"]) == ("n", SECRET_HIDDEN, None)
    module = build(options, {**given, "number": 1}, "box")
    assert module.params["box"] == {"word": "secret"} and module.supports_check_mode
    with pytest.raises(Exception, match="later"):
        module.fail_json("later")
    assert module.params["box"] == {"word": "secret"}, "from here on the engine has masked what is secret"


def test_the_rules_of_a_module_come_on_top_of_those_of_the_connection(build: Build) -> None:
    options = {"a": {"type": "str"}, "b": {"type": "str"}, "c": {"type": "str"}}
    rules = {"mutually_exclusive": [("a", "b")], "required_one_of": [("a", "c")]}
    assert "a|b" in build(options, {"a": "1", "b": "2"}, **rules)[0]
    assert (
        "kibana_api_key|kibana_bearer_token"
        in build(options, {"a": "1", "kibana_api_key": "k", "kibana_bearer_token": "t"}, **rules)[0]
    )
    assert "a, c" in build(options, {"b": "1"}, **rules)[0]
    assert build(options, {"c": "1"}, **rules).params["kibana_timeout"] == 30


def test_passwords_of_urls_are_secret_with_what_is_around_them(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_URL", "http://u:one@k")
    monkeypatch.setenv("KIBANA_PROXY", "http://u:two@p")
    module = build({"hosts": {"type": "list", "elements": "str"}}, {"hosts": ["http://u:three@h"]})
    assert {":one@", ":two@", ":three@"} <= module.no_log_values
    assert not {"one", "two", "three"} & module.no_log_values
    given = {"kibana_url": "u:four@k", "kibana_proxy": "u:five@p"}  # meant to be URLs
    found = build({}, given).no_log_values
    assert {":four@", ":five@"} <= found and not {":one@", ":two@"} & found


def test_the_log_of_the_system_is_written_once_and_only_where_it_is_wanted(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(str(msg)))
    module = build({"name": {"type": "str"}}, {"name": "n"})
    assert logged == []
    module.log_invocation()
    assert len(logged) == 1 and "name=n" in logged[0].replace(" ", "")
    quiet = build({"name": {"type": "str"}}, {"name": "n", "_ansible_no_log": True})
    quiet.log_invocation()
    assert len(logged) == 1


def test_without_requests_the_task_fails_with_what_to_install(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_session, "REQUESTS_ERROR", ImportError("no"))
    assert build({}, {})[0] == basic.missing_required_lib("requests")

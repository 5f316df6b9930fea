# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bad input once did to modules, each by its name; see test_reliability_input.py for the search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from harness import Kibana
from reliability.tasks import PREFIX, Step, world

OUTPUT = {"name": "Main", "type": "elasticsearch", "hosts": ["https://e:9200"]}


@pytest.mark.parametrize(
    ("module", "task", "words"),
    [
        ("case", {"title": "t", "owner": "cases", "connector": 5}, "connector: a value of a wrong type"),
        ("case", {"title": "t", "owner": "cases", "customFields": [None, 5]}, "customFields"),
        ("fleet_agent_tags", {"batch_size": float("inf"), "agents": ["a"], "tags": ["x"]}, "batch_size: a value"),
        ("fleet_output", {**OUTPUT, "config_yaml": "2026-02-30T25:61:00+99:00"}, "config_yaml is not valid YAML"),
        (
            "saved_objects_export",
            {"type": ["tag"], "dest": "a\0b"},
            "dest is a\\x00b, which contains the character NUL",
        ),
        ("kibana_export", {"dest": "x", "areas": [{}]}, "There is no area {}"),
        ("kibana_export", {"dest": "a\0b", "areas": ["spaces"]}, "dest is a\\x00b, which contains the character NUL"),
        ("saved_objects_export", {"type": ["tag"], "dest": "/dev/null"}, "is no file, but a pipe or a device"),
        ("detection_rule_files", {"path": "x" * 1000}, "does not exist."),
        ("detection_rule_files", {"path": "\ud800"}, "which is no text that a file name can hold"),
        ("ai_knowledge_base_entry", {"name": "n", "kbResource": "security_labs"}, "say by id which one is meant"),
        ("tag", {"id": None, "name": None, "state": "absent"}, "one of the following is required: id, name"),
        ("fleet_package", {"src": ""}, "cannot be read as a zip or tar.gz file (nothing to open)"),
        (
            "fleet_agent_tags",
            {"agents": ["a"], "tags": ["x"], "wait_timeout": [10**30, "x", 1]},
            "wait_timeout: a value",
        ),
        ("value_list", {"id": "l", "state": "present", "items_src": "a\0b"}, "contains the character NUL"),
        (
            "synthetics_private_location",
            {"label": "l", "agentPolicyId": "p", "geo": {"lat": 10**400, "lon": 1}},
            "geo.lat: a value of a wrong type",
        ),
        ("fleet_server_host", {"name": "f", "host_urls": ["https://f:8220", ""]}, "host_urls[1] must be a URL"),
        (
            "kibana_request",
            {"method": "PUT", "path": "/api/security/role/r", "body": {}, "compare": {}},
            "compare needs something to compare with",
        ),
        ("synthetics_monitor", {"name": "m", "type": "http", "url": ""}, "url must not be empty"),
        ("synthetics_monitor", {"name": "", "type": "http", "url": "http://a"}, "name must not be empty"),
        ("kibana_prune", {"areas": [{}], "max_deletions": 1}, "areas has {}"),
    ],
)
def test_a_sentence_and_no_request(
    kibana: Kibana, tmp_path: Path, module: str, task: dict[str, Any], words: str
) -> None:
    with world(kibana, tmp_path) as there:
        result = there.run(Step(PREFIX + module, module, task))
        assert result["failed"] and words in result["msg"] and "exception" not in result, result
        assert there.requests() == (0, 0)


def test_values_for_a_list_that_shall_not_be(kibana: Kibana) -> None:
    task = {"id": "none", "state": "absent", "items": [1, "x"]}
    assert not kibana.ok("value_list", task, check=True)["changed"]
    assert not kibana.ok("value_list", task)["changed"]
    assert kibana.writes() == []


@pytest.mark.parametrize("body", ['{"id": '])
def test_an_export_that_is_none(kibana: Kibana, tmp_path: Path, body: str) -> None:
    with world(kibana, tmp_path) as there:
        kibana.fault(method="POST", path="/.*_export", status=200, body=body)
        result = there.run(Step("export", "kibana_export", {"dest": "x"}))
    assert result["failed"] and "no JSON" in result["msg"], result


def test_a_rule_whose_type_is_empty(kibana: Kibana, tmp_path: Path) -> None:
    rule = {"name": "r", "rule_type_id": "", "consumer": "alerts", "schedule": {"interval": "1m"}}
    with world(kibana, tmp_path) as there:
        kibana.ok("connector", {"id": "c", "name": "c", "connector_type_id": ".server-log"})
        result = there.run(Step("rule", "alerting_rule", {**rule, "actions": [{"connector": "c", "params": {}}]}))
    assert result["failed"] and "Kibana has no rule type ''" in result["msg"], result


def test_endless_values_and_control_characters_in_a_message(kibana: Kibana, tmp_path: Path) -> None:
    with world(kibana, tmp_path) as there:
        task = {"case_id": "a\nb\x1b[31m" + "x" * 1_000_000, "comment": "c"}
        message = there.run(Step("comment", "case_comment", task))["msg"]
    assert len(message) < 1000 and message.isprintable() and "...'" not in message, message[:2000]


@pytest.mark.parametrize("empty", [{"secrets": {}}, {"auth": {}, "ssl": {}}])
def test_what_is_emptied_and_was_not_there_is_at_rest(kibana: Kibana, empty: dict[str, Any]) -> None:
    task = {"id": "mirror", "name": "Mirror", "host": "https://mirror.example.com/"}
    kibana.ok("fleet_agent_download_source", task)
    assert not kibana.ok("fleet_agent_download_source", {**task, **empty})["changed"]

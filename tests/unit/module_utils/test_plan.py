# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of planning and normalising, over random objects."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import (
    SECRET_HIDDEN,
    SECRET_SENT,
    canonical,
    fill,
    mask,
    merge,
    prune,
    same,
    scrub,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import PLAIN, Node, Resource

THING = Resource(
    result_key="thing",
    options={},
    immutable=frozenset({"type"}),
    read_only=frozenset({"created_at"}),
    lock=frozenset({"version"}),
    write_only=frozenset({"password", "ssl.key"}),
    unordered=frozenset({"tags", "rules[].hosts"}),
    keyed={"rules": ("id",)},
    server_defaults={"enabled": False, "rules[].level": 1},
    canonical={"host": str.lower},
)
ROOT = THING.traits

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "B", "é"])
loose = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3)
)
rules = st.fixed_dictionaries(
    {"id": st.sampled_from("xyz")},
    optional={"hosts": st.lists(st.sampled_from("abc")), "level": st.none() | st.integers(0, 2), "note": scalars},
)
things = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["n", "m"]),
        "tags": st.none() | st.lists(st.sampled_from("abc"), max_size=4),
        "rules": st.lists(rules, max_size=3, unique_by=lambda rule: rule["id"]),
        "enabled": st.none() | st.booleans(),
        "host": st.sampled_from(["H", "h", "other"]),
        "meta": st.dictionaries(st.sampled_from("pqr"), loose, max_size=3),
        "any": loose,
    },
)


def stored(thing: dict[str, Any]) -> dict[str, Any]:
    """What a Kibana would give back: defaults filled in, lists reordered, its own fields added."""
    answer = fill(copy.deepcopy(thing), ROOT)
    if isinstance(answer.get("tags"), list):
        random.Random(1).shuffle(answer["tags"])
    return {**answer, "created_at": "now", "version": 7, "unknown": None}


@given(things, things)
def test_twice_is_once(desired: dict[str, Any], current: dict[str, Any]) -> None:
    first = plan(THING, desired, current, Policy())
    assert not plan(THING, desired, stored(first.after), Policy()).changed


@given(things)
def test_what_was_created_is_not_changed_again(desired: dict[str, Any]) -> None:
    first = plan(THING, desired, None, Policy())
    assert first.action == "create"
    assert not plan(THING, desired, stored(first.body), Policy()).changed


@given(things, things)
def test_fields_that_are_not_given_survive(desired: dict[str, Any], current: dict[str, Any]) -> None:
    after = plan(THING, desired, current, Policy()).after
    for name, value in current.items():
        if prune(desired).get(name) is None:
            filled = fill(value, ROOT.child(name))
            assert same(after.get(name), filled, ROOT.child(name)) or value is None


@given(things, st.randoms())
def test_order_and_nulls_do_not_matter(current: dict[str, Any], chance: Any) -> None:
    desired = copy.deepcopy(current)
    for name in ("tags",):
        if isinstance(desired.get(name), list):
            chance.shuffle(desired[name])
    for rule in desired.get("rules", []):
        chance.shuffle(rule.get("hosts", []))
        rule.setdefault("note", None)
    assert not plan(THING, {**desired, "absent": None}, current, Policy()).changed


@given(things, things)
def test_the_plan_changes_nothing_it_is_given(desired: dict[str, Any], current: dict[str, Any]) -> None:
    copies = copy.deepcopy((desired, current))
    plan(THING, desired, current, Policy()).diff(THING)
    assert (desired, current) == copies


@given(things, things)
def test_changed_says_the_same_as_the_diff(desired: dict[str, Any], current: dict[str, Any]) -> None:
    step = plan(THING, desired, current, Policy())
    assert step.changed == (not same(prune(step.before), prune(step.after), ROOT))


@given(things)
def test_absent_deletes_once(current: dict[str, Any]) -> None:
    gone = plan(THING, {}, current, Policy("absent"))
    assert (gone.action, gone.after) == ("delete", {})
    assert not plan(THING, {}, None, Policy("absent")).changed


def test_read_only_fields_and_locks_are_neither_compared_nor_sent() -> None:
    step = plan(THING, {"name": "b"}, {"name": "a", "created_at": "x", "version": 3}, Policy())
    assert step.body == {"name": "b", "enabled": False}


def test_fields_of_somebody_else_are_sent_back_with_their_nulls() -> None:
    step = plan(THING, {"name": "b"}, {"name": "a", "other": {"x": None, "y": 1}}, Policy())
    assert step.body["other"] == {"x": None, "y": 1}


@pytest.mark.parametrize(
    ("desired", "changed"),
    [({"any": {}}, True), ({"any": {"p": 1}}, False), ({"any": None}, False), ({"any": {"p": True}}, True)],
)
def test_an_empty_dict_clears_and_one_is_not_true(desired: dict[str, Any], changed: bool) -> None:
    assert plan(THING, desired, {"any": {"p": 1}}, Policy()).changed is changed


def test_an_immutable_field_is_refused_with_both_values() -> None:
    with pytest.raises(PlanError, match="type is 'ip' and Kibana cannot change it to 'keyword'"):
        plan(THING, {"type": "keyword"}, {"type": "ip"}, Policy())


def test_secrets_are_sent_on_creation_and_else_only_when_asked_for() -> None:
    desired = {"name": "a", "password": "s3cret", "ssl": {"key": "k3y", "cert": "c"}}
    created = plan(THING, desired, None, Policy())
    assert created.body == {"name": "a", "password": "s3cret", "ssl": {"key": "k3y", "cert": "c"}, "enabled": False}
    assert created.diff(THING)["after"]["ssl"] == {"key": SECRET_SENT, "cert": "c"}
    current = {"name": "a", "ssl": {"cert": "c", "key": "other"}, "password": "other"}
    assert not plan(THING, desired, current, Policy()).changed
    always = plan(THING, desired, current, Policy(update_secrets="always"))
    assert always.action == "update"
    assert always.secrets == {"password": "s3cret", "ssl": {"key": "k3y"}}
    shown = str(always.diff(THING))
    assert not any(secret in shown for secret in ("s3cret", "k3y", "other"))
    assert plan(THING, {**desired, "name": "b"}, current, Policy()).secrets == {}


ECHO = Resource(
    result_key="echo",
    options={},
    write_only=frozenset({"ssl.key", "secrets.ssl.key", "secrets.token"}),
    echo_secrets=True,
    secret_pairs={"ssl.key": "secrets.ssl.key"},
)


@pytest.mark.parametrize(
    ("desired", "current", "always", "action", "body"),
    [
        # repeated with every update
        (
            {"a": 2},
            {"secrets": {"ssl": {"key": {"id": "r", "hash": "h"}}}},
            False,
            "update",
            {"ssl": {"key": {"id": "r"}}},
        ),
        # there is one already, in whatever form
        ({"secrets": {"ssl": {"key": "k"}}}, {"ssl": {"key": "stored"}}, False, "none", {}),
        ({"ssl": {"key": "k"}}, {"secrets": {"ssl": {"key": {"id": "r"}}}}, False, "none", {}),
        # one that Kibana lacks is sent, the others are repeated
        (
            {"secrets": {"token": "t"}},
            {"secrets": {"ssl": {"key": {"id": "r"}}}},
            False,
            "update",
            {"ssl": {"key": {"id": "r"}}, "token": "t"},
        ),
        # sent again, and the stored form does not stand beside the new one
        ({"secrets": {"ssl": {"key": "k"}}}, {"ssl": {"key": "stored"}}, True, "update", {"ssl": {"key": "k"}}),
        # a plain leftover beside a reference
        (
            {"a": 2},
            {"ssl": {"key": "old"}, "secrets": {"ssl": {"key": {"id": "r"}}}},
            False,
            "update",
            {"ssl": {"key": {"id": "r"}}},
        ),
    ],
)
def test_secrets_that_kibana_shows_are_never_lost(
    desired: dict[str, Any], current: dict[str, Any], always: bool, action: str, body: dict[str, Any]
) -> None:
    step = plan(ECHO, desired, {"a": 1, **current}, Policy(update_secrets="always" if always else "on_create"))
    assert step.action == action
    assert step.body.get("secrets", {}) == body
    assert "key" not in step.body.get("ssl", {})


def test_keyed_lists_keep_what_the_server_put_into_their_elements() -> None:
    before = [{"id": "x", "uuid": "1", "hosts": ["a"]}, {"id": "y", "uuid": "2"}]
    after = merge(before, [{"id": "y"}, {"id": "x", "hosts": ["b"]}], ROOT.child("rules"))
    assert after == [{"id": "y", "uuid": "2", "level": 1}, {"id": "x", "uuid": "1", "hosts": ["b"], "level": 1}]


def test_masking_is_by_path_and_leaves_references_alone() -> None:
    value = {"password": "x", "name": "x", "ssl": {"key": {"id": "ref"}}}
    assert mask(value, ROOT) == {"password": SECRET_HIDDEN, "name": "x", "ssl": {"key": {"id": "ref"}}}


def test_scrub_replaces_the_longest_secret_first_and_leaves_short_ones() -> None:
    assert scrub({"a": ["secret-long secret"]}, ["secret", "secret-long", "a"]) == {"a": ["******** ********"]}


@given(loose)
def test_canonical_is_stable(value: Any) -> None:
    assert canonical(value, PLAIN) == canonical(prune(value), PLAIN) or value is None


def test_a_wildcard_trait_reaches_every_key() -> None:
    root = Node()
    root.grow("feature.*").unordered = True
    assert same({"feature": {"a": [1, 2]}}, {"feature": {"a": [2, 1]}}, root)

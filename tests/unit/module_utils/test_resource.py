# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description of a kind of object, as a tree of traits."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.stackops.kibana.plugins.module_utils._resource import MISSING, PLAIN, Listing, Node, Resource


def resource(**traits: Any) -> Resource:
    return Resource(result_key="thing", options={}, **traits)


def test_what_is_not_said_is_usual() -> None:
    kind = resource()
    assert (kind.create_method, kind.update_method, kind.key, kind.states) == (
        "POST",
        "PUT",
        "id",
        ("present", "absent"),
    )
    assert kind.in_space and kind.answers_object
    assert not (kind.list_is_complete or kind.resend_secrets or kind.echo_secrets)
    assert kind.traits == Node() == PLAIN
    assert PLAIN.default is MISSING and PLAIN.keyed == () and PLAIN.canonical is None
    assert not (PLAIN.unordered or PLAIN.read_only or PLAIN.secret or PLAIN.hidden or PLAIN.children)
    assert Listing("/p") == Listing("/p", "", "", "id", "", True)


def test_the_list_of_a_kind() -> None:
    kind = resource(
        collection="/c", list_envelope="items", page_size="size", key="name", envelope="item", in_space=False
    )
    assert kind.listing == Listing("/c", "items", "size", "name", "item", False)
    assert kind.listing is kind.listing and kind.traits is kind.traits


@pytest.mark.parametrize(
    ("traits", "path", "node"),
    [
        ({"unordered": frozenset({"a.b"})}, ("a", "b"), Node(unordered=True)),
        ({"read_only": frozenset({"a"})}, ("a",), Node(read_only=True)),
        ({"lock": frozenset({"a"})}, ("a",), Node(read_only=True)),
        ({"write_only": frozenset({"a.*"})}, ("a", "any"), Node(secret=True)),
        ({"hidden": frozenset({"a[].b"})}, ("a", "[]", "b"), Node(hidden=True)),
        ({"hidden": frozenset({"a[][]"})}, ("a", "[]", "[]"), Node(hidden=True)),
        ({"keyed": {"a": ["k", "l"]}}, ("a",), Node(keyed=("k", "l"))),
        ({"server_defaults": {"a": None}}, ("a",), Node(default=None)),
        ({"canonical": {"a": str.lower}}, ("a",), Node(canonical=str.lower)),
    ],
)
def test_traits_are_found_at_their_path_and_nowhere_else(
    traits: dict[str, Any], path: tuple[str, ...], node: Node
) -> None:
    root = place = resource(**traits).traits
    for name in path:
        assert place.child("other") is PLAIN or "*" in place.children
        place = place.child(name)
    assert place == node and root == Node(children=root.children)


def test_traits_of_one_field_come_together_and_a_name_goes_before_a_star() -> None:
    kind = resource(unordered=frozenset({"a", "a.b"}), keyed={"a": ("k",)}, hidden=frozenset({"a.*", "a.b"}))
    node = kind.traits.child("a")
    assert node.unordered and node.keyed == ("k",) and not node.hidden
    assert node.child("b") == Node(unordered=True, hidden=True) and node.child("c") == Node(hidden=True)

# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a kind of Kibana object looks like, as data: URLs, options and the traits of its fields.

Traits name fields by path: ``hosts``, ``ssl.key``, ``indices[].privileges`` (``[]`` for the elements of a list) and
``feature.*`` (``*`` for any key).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MISSING: Any = object()


@dataclass
class Node:
    """The traits of one field, and of the fields below it."""

    children: dict[str, Node] = field(default_factory=dict)
    unordered: bool = False
    keyed: tuple[str, ...] = ()
    read_only: bool = False
    secret: bool = False
    hidden: bool = False
    default: Any = MISSING
    canonical: Callable[[Any], Any] | None = None

    def child(self, name: str) -> Node:
        """The node of a key (or of ``[]``); a node without traits where none are declared."""
        return self.children.get(name) or self.children.get("*") or PLAIN

    def grow(self, path: str) -> Node:
        """The node at *path*, made where it is missing."""
        node = self
        for name in path.replace("[]", ".[]").split("."):
            node = node.children.setdefault(name, Node())
        return node


PLAIN = Node()


@dataclass(frozen=True)
class Listing:
    """A list of objects: its path, and where its entries and their parts are.

    ``items`` and ``size_name`` are those of ``KibanaClient.pages``, ``key`` is the field that tells the entries apart.
    ``envelope`` is the key of the object in the answer to a read of one.
    """

    path: str
    items: str = ""
    size_name: str = ""
    key: str = "id"
    envelope: str = ""
    in_space: bool = True


@dataclass(frozen=True)
class Resource:
    """One kind of object: where it lives, which options a task may give, how its fields behave.

    ``item`` is read with GET and removed with DELETE; ``update`` (default: ``item``) and ``create`` (default:
    ``collection``) are written to. All are URL templates filled with the object's fields. ``key`` names the field that
    identifies an object; where the task does not give it, the object is looked for by ``name_key`` in the paged
    ``collection`` (``page_size`` is its parameter for the size of a page; none: it comes whole). An answer carries the
    object under ``envelope``, a list under ``list_envelope``. ``probe`` is a path that answers wherever the feature
    exists: it is asked when a 404 carries no text of its own, and so could mean that the route is missing.

    With ``list_is_complete`` an entry of ``collection`` has all that a read of the object gives. A loop over many such
    objects then reads the list instead of each object, see ``_reads``.

    Fields that Kibana gives back although people put secrets into them are ``hidden``: compared like any other, and
    masked in output. ``login_names`` are those secrets that are but the name of a user: they are masked in their place,
    and not wherever the same word occurs. ``veiled`` are options of which only Kibana can say what in them is secret:
    they are not shown at all, unless the module itself puts something better into the parameters of Ansible.

    ``write_only`` fields are secrets. With ``resend_secrets`` Kibana forgets them at every update and never shows
    them. With ``echo_secrets`` it shows them (or references to them) and forgets those that an update does not repeat;
    ``secret_pairs`` then names the plain form and the one under ``secrets`` of the same secret.

    Callables for what data cannot say:

    - ``find(context)`` returns the raw object or None.
    - ``decode(raw)`` returns it in the shape of the options.
    - ``encode(plan)`` returns the request body.
    - ``check(params)`` returns a sentence about what is wrong with the task's options, or None. It runs before any
      request.
    - ``plan(context, current)`` returns the :class:`Plan`.
    - ``apply(context, plan)`` writes, and returns the raw object afterwards (None: read it again).
    - ``secrets_file(context)`` returns the file in which digests of secrets are kept, or None: every resource with
      secrets has ``_secrets_file.open_secrets_file``, which others do not have to carry along.
    """

    result_key: str
    options: Mapping[str, Mapping[str, Any]]
    item: str = ""
    collection: str = ""
    create: str = ""
    update: str = ""
    create_method: str = "POST"
    update_method: str = "PUT"
    probe: str = ""
    envelope: str = ""
    list_envelope: str = ""
    page_size: str = ""
    list_is_complete: bool = False
    key: str = "id"
    name_key: str = ""
    in_space: bool = True
    answers_object: bool = True
    states: tuple[str, ...] = ("present", "absent")
    rules: Mapping[str, Any] = field(default_factory=dict)
    controls: frozenset[str] = frozenset()
    immutable: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    lock: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    veiled: frozenset[str] = frozenset()
    login_names: frozenset[str] = frozenset()
    resend_secrets: bool = False
    echo_secrets: bool = False
    secret_pairs: Mapping[str, str] = field(default_factory=dict)
    unordered: frozenset[str] = frozenset()
    keyed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    server_defaults: Mapping[str, Any] = field(default_factory=dict)
    canonical: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    check: Callable[[dict[str, Any]], str | None] | None = None
    find: Callable[[Any], dict[str, Any] | None] | None = None
    decode: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    encode: Callable[[Any], Any] | None = None
    plan: Callable[[Any, dict[str, Any] | None], Any] | None = None
    apply: Callable[[Any, Any], dict[str, Any] | None] | None = None
    secrets_file: Callable[[Any], Any] | None = None

    @cached_property
    def listing(self) -> Listing:
        """The collection as a list to look into."""
        return Listing(self.collection, self.list_envelope, self.page_size, self.key, self.envelope, self.in_space)

    @cached_property
    def traits(self) -> Node:
        """The traits as a tree, to walk along with a value."""
        root = Node()
        for path in sorted(self.unordered):  # the same order in every process, and so in every diff
            root.grow(path).unordered = True
        for path in sorted(self.read_only | self.lock):
            root.grow(path).read_only = True
        for path in sorted(self.write_only):
            root.grow(path).secret = True
        for path in sorted(self.hidden):
            root.grow(path).hidden = True
        for path, names in self.keyed.items():
            root.grow(path).keyed = tuple(names)
        for path, value in self.server_defaults.items():
            root.grow(path).default = value
        for path, function in self.canonical.items():
            root.grow(path).canonical = function
        return root

# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small wrong changes of a Python source, one at a time."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """A change: where it is, what stood there, and what stands there now.

    `lines` are those of the statement, without what is nested in it. `nth` tells apart what looks the same within a
    function: 0 is the first of it. `digest` is one of the function, or of the statement where it is in none.
    """

    line: int
    lines: range
    function: str
    before: str
    after: str
    nth: int
    digest: str
    text: str = field(repr=False)
    place: int
    way: int

    @property
    def tree(self) -> ast.Module:
        """The whole module with the change; it is made when it is needed, as there are many."""
        tree = ast.parse(self.text)
        node = list(_places(tree))[self.place].node
        new = list(_changes(node))[self.way]
        _replace(tree, node, new if isinstance(new, ast.AST) else None)
        return ast.fix_missing_locations(tree)

    @property
    def source(self) -> str:
        """The same as text."""
        return ast.unparse(self.tree)


class Place(NamedTuple):
    """A node that may be changed, the lines of its statement, and the function in which it is."""

    node: Any
    lines: range
    function: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a source. Docstrings, annotations, imports and messages of errors stay as they are."""
    seen: Counter[tuple[str, str, str]] = Counter()
    tree = ast.parse(source)
    digests = dict(_digests(tree))
    for number, place in enumerate(_places(tree)):
        digest = _digest_of(place, digests, tree)
        for way, new in enumerate(_changes(place.node)):
            looks = (place.function, _short(place.node), _short(new) if isinstance(new, ast.AST) else "(removed)")
            yield Mutant(place.node.lineno, place.lines, *looks, seen[looks], digest, source, number, way)
            seen[looks] += 1


def _digests(node: ast.AST, function: str = "") -> Iterator[tuple[Any, str]]:
    """A digest for the name of each function and class, and for the line of each statement outside of them."""
    for child in getattr(node, "body", ()):
        digest = hashlib.sha256(ast.dump(child).encode()).hexdigest()[:12]
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            name = f"{function}.{child.name}".strip(".")
            yield name, digest
            yield from _digests(child, name)
        if not function:
            yield child.lineno, digest


def _digest_of(place: Place, digests: dict[Any, str], tree: ast.Module) -> str:
    """The digest of the function of a place, or of the statement of the module in which it is."""
    name = place.function
    while name and name not in digests:  # one that is made within an if, or the like
        name = name.rpartition(".")[0]
    return digests[name or max(child.lineno for child in tree.body if child.lineno <= place.node.lineno)]


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]


def _places(node: ast.AST, lines: range = range(0), function: str = "") -> Iterator[Place]:
    """The nodes below *node* that may be changed."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment", "format_spec", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.Import, ast.ImportFrom, ast.JoinedStr)):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):  # a docstring
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Call) and ast.unparse(child.func) == "TypeVar":
                continue
            if isinstance(child, ast.Call) and ast.unparse(child.func) == "cast":  # an annotation, too
                child = child.args[1]
            inner = child.name if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else ""
            where = f"{function}.{inner}".strip(".") if inner else function
            around = _own_lines(child) or lines
            if hasattr(child, "lineno"):
                yield Place(child, around, where)
            yield from _places(child, around, where)


def _own_lines(node: Any) -> range:
    """The lines of a statement up to its body; empty where a node is none.

    The defaults of a function are made where it is imported, and tell where it runs: its lines are those of its body.
    """
    if not isinstance(node, (ast.stmt, ast.ExceptHandler)):
        return range(0)
    if isinstance(node, ast.FunctionDef):
        return range(node.body[0].lineno, (node.end_lineno or 0) + 1)
    end = node.body[0].lineno if getattr(node, "body", None) else node.end_lineno + 1
    return range(node.lineno, max(end, node.lineno + 1))


def _changes(node: Any) -> Iterator[ast.AST | str]:  # noqa: C901 -- one branch for each kind of node
    """What may stand in the place of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield ast.Compare(node.left, [COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        for left_out in range(len(node.values)):
            rest = [value for number, value in enumerate(node.values) if number != left_out]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, (ast.If, ast.While)):
        negated = copy.copy(node)
        negated.test = ast.UnaryOp(ast.Not(), node.test)
        yield negated
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, (ast.Expr, ast.AugAssign)) or (isinstance(node, ast.Raise) and node.exc is not None):
        yield "remove"
    elif isinstance(node, (ast.Continue, ast.Break)):
        yield ast.Pass()


def _constants(value: Any) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and value and " " not in value:  # a sentence is no behaviour
        yield ast.Constant(value + "X")


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST | None) -> None:
    """Put *new* in the place of *old*; without one the statement goes."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list) and any(child is old for child in value):
                setattr(parent, name, [(new or ast.Pass()) if child is old else child for child in value])
                return

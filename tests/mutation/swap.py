# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change functions and tables of a program that is running: everything that knows them knows the changed ones."""

from __future__ import annotations

import ast
import gc
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

Living = dict[tuple[str, CodeType], list[FunctionType]]
PLAIN = (str, bytes, int, float, type(None), re.Pattern)  # bool is an int


class CannotSwap(Exception):
    """The change is not, or not only, within functions that live and tables of plain data."""


def living() -> Living:
    """All functions that there are, by the name of their file and their code."""
    found: Living = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType):
            found[thing.__code__.co_filename.rpartition("/")[2], thing.__code__].append(thing)
    return found


def swap(known: Living, module: ModuleType, before: str, after: ast.Module) -> None:
    """Give a module the functions and the tables that it has in *after*."""
    file = str(module.__file__).rpartition("/")[2]
    old, new = (compile(what, file, "exec", dont_inherit=True) for what in (before, after))
    if _without_inner(old) != _without_inner(new):
        _swap_tables(module, new)
    for was, becomes in list(_changed(old, new)):
        functions = known.get((file, was), [])
        if not functions:
            raise CannotSwap(was.co_qualname)
        for function in functions:
            try:
                function.__code__ = becomes
            except ValueError as error:  # it uses other variables of the function around it
                raise CannotSwap(was.co_qualname) from error


def _swap_tables(module: ModuleType, new: CodeType) -> None:
    """Change the module's plain data wherever it is known under its name. What was made from it elsewhere stays."""
    there = {"__name__": module.__name__, "__file__": module.__file__}
    try:
        exec(new, there)
    except Exception as error:
        raise CannotSwap(module.__name__) from error
    own = module.__dict__
    changed = {name: value for name, value in there.items() if _differs(own.get(name), value)}
    if not changed:
        raise CannotSwap(module.__name__)
    for name, value in changed.items():
        was = own[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__dict__", {}).get(name) is was:
                setattr(other, name, value)
        if isinstance(was, dict) and isinstance(value, dict):  # who has it under another name
            was.clear()
            was.update(value)


def _differs(was: Any, value: Any) -> bool:
    """Whether plain data is another one. What holds functions or classes is left as it is."""
    if _plain(was) and _plain(value):
        return type(was) is not type(value) or was != value
    return False


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_plain(key) and _plain(entry) for key, entry in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(_plain(entry) for entry in value)
    return isinstance(value, PLAIN)


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The outermost functions that differ; other code may not, as the body of a class."""
    for was, becomes in zip(_inner(old), _inner(new), strict=True):
        if was == becomes:
            continue
        if was.co_flags & 2:  # CO_NEWLOCALS: a function; the body of a class has none
            yield was, becomes
        elif _without_inner(was) == _without_inner(becomes):
            yield from _changed(was, becomes)
        else:
            raise CannotSwap(was.co_qualname)


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _without_inner(code: CodeType) -> CodeType:
    kept = tuple(None if isinstance(constant, CodeType) else constant for constant in code.co_consts)
    return code.replace(co_consts=kept)

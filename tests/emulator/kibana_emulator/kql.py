# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of KQL that clients of these routes use: fields, and/or/not, brackets, quotes, wildcards, comparisons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Document = dict[str, Any]
Predicate = Callable[[Document], bool]
Lookup = Callable[[Document, str], Any]

_TOKEN = re.compile(r'\s*(?:(?P<punct>[()])|(?P<quoted>"(?:\\.|[^"\\])*")|(?P<word>(?:\\.|[^\s()"\\])+))', re.DOTALL)
WHITE = {"t": "\t", "r": "\r", "n": "\n"}
_COMPARE = re.compile(r"^(>=|<=|>|<)(.*)$")


class KqlError(ValueError):
    """The expression cannot be read."""


def by_path(document: Document, field: str) -> Any:
    """Return the value at a dotted path."""
    value: Any = document
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def compile_filter(text: str | None, lookup: Lookup = by_path, text_fields: Iterable[str] = ()) -> Predicate:
    """Return a predicate for `text`; an empty one fits everything. Raises KqlError.

    lookup: gives a document's value for a field. text_fields: analysed ones, where a part in any case matches.
    """
    if not (text or "").strip():
        return lambda _: True
    parser = _Parser(_tokens(text or ""), lookup, frozenset(text_fields))
    predicate = parser.either()
    if parser.peek() is not None:
        raise KqlError(f'Expected end of input but "{parser.peek()[1]}" found.')
    return predicate


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position, text = [], 0, text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or found.end() == position:
            raise KqlError(f'Expected expression but "{text[position]}" found.')
        tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], lookup: Lookup, text_fields: frozenset[str]) -> None:
        self.tokens, self.position, self.lookup, self.text_fields = tokens, 0, lookup, text_fields

    def peek(self) -> tuple[str, str] | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> tuple[str, str]:
        token = self.peek()
        if token is None:
            raise KqlError("Expected expression but end of input found.")
        self.position += 1
        return token

    def accept(self, word: str) -> bool:
        token = self.peek()
        if token and token[0] != "quoted" and token[1].lower() == word:
            self.position += 1
            return True
        return False

    def either(self, field: str | None = None) -> Predicate:
        parts = [self.both(field)]
        while self.accept("or"):
            parts.append(self.both(field))
        return parts[0] if len(parts) == 1 else lambda doc: any(part(doc) for part in parts)

    def both(self, field: str | None) -> Predicate:
        parts = [self.single(field)]
        while self.accept("and"):
            parts.append(self.single(field))
        return parts[0] if len(parts) == 1 else lambda doc: all(part(doc) for part in parts)

    def single(self, field: str | None) -> Predicate:
        if self.accept("not"):
            inner = self.single(field)
            return lambda doc: not inner(doc)
        if self.accept("("):
            inner = self.either(field)
            if not self.accept(")"):
                raise KqlError('Expected ")" but end of input found.')
            return inner
        if field is not None:
            return self.value(field, "")
        return self.clause()

    def clause(self) -> Predicate:
        """Read `field: value`, with or without blanks around the colon or the comparison."""
        name, colon, rest = self.take()[1].partition(":")
        if colon:
            return self.value(name, rest)
        compared = re.match(r"^([^<>]+)((?:<|>).*)$", name)
        if compared:
            return self.value(compared[1], compared[2])
        following = self.take()[1]
        if following.startswith(":"):
            return self.value(name, following[1:])
        if following[0] in "<>":
            return self.value(name, following)
        raise KqlError(f'Expected ":" but "{following}" found.')

    def value(self, field: str, rest: str) -> Predicate:
        if not rest or rest in ("<", "<=", ">", ">="):
            token = self.peek()
            if token == ("punct", "("):
                self.position += 1
                inner = self.either(field)
                if not self.accept(")"):
                    raise KqlError('Expected ")" but end of input found.')
                return inner
            kind, text = self.take()
            if kind == "quoted" and not rest:
                return self.test(field, _unescape(text[1:-1]), exact=True)
            rest += text[1:-1] if kind == "quoted" else text
        compared = _COMPARE.match(rest)
        if compared:
            return _comparison(self.lookup, field, compared[1], compared[2].strip('"'))
        return self.test(field, rest, exact=False)

    def test(self, field: str, wanted: str, *, exact: bool) -> Predicate:
        lookup = self.lookup
        if wanted == "*" and not exact:
            return lambda doc: lookup(doc, field) not in (None, [], "")
        if field in self.text_fields:
            return _analysed(lookup, field, wanted, exact)
        if not exact and "*" in wanted:
            pattern = re.compile(".*".join(re.escape(_unescape(part)) for part in wanted.split("*")) + r"\Z", re.DOTALL)
            return lambda doc: any(pattern.match(text) for text in _texts(lookup(doc, field)))
        plain = wanted if exact else _unescape(wanted)
        return lambda doc: plain in _texts(lookup(doc, field))


def _analysed(lookup: Lookup, field: str, wanted: str, exact: bool) -> Predicate:
    if "*" in wanted and not exact:
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.lower().split("*")) + r"\Z")
        return lambda doc: any(
            pattern.match(w) for text in _texts(lookup(doc, field)) for w in [text.lower(), *_words(text)]
        )
    words = _words(_unescape(wanted))
    phrase = " " + " ".join(words) + " "

    def fits(doc: Document) -> bool:
        for text in _texts(lookup(doc, field)):
            have = _words(text)
            if (exact and phrase in " " + " ".join(have) + " ") or (not exact and any(word in have for word in words)):
                return True
        return False

    return fits


def _comparison(lookup: Lookup, field: str, operator: str, wanted: str) -> Predicate:
    def fits(doc: Document) -> bool:
        have = lookup(doc, field)
        try:
            left, right = float(have), float(wanted)
        except (TypeError, ValueError):
            left, right = str(have or ""), wanted  # type: ignore[assignment]
        return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]

    return fits


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _unescape(text: str) -> str:
    """Resolve what KQL's grammar has behind a backslash: three kinds of white space, a code point, any character."""
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", _unescaped, text, flags=re.DOTALL)


def _unescaped(match: re.Match[str]) -> str:
    code, char = match.groups()
    return chr(int(code, 16)) if code else WHITE.get(char, char)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [] if value is None else [str(value)]

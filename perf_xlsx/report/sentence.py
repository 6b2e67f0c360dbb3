"""Sentences with fields: 年初预算{total.initial}[，其中：基本支出{basic.initial}]。

`{field}` stands for what the form says. A part in brackets is left out where the form has nothing for one of its
fields; brackets may stand inside brackets. Outside of them such a field becomes a blank to fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from perf_xlsx.report.report import Blank, TextRun
from perf_xlsx.system.pattern import pattern

_TOKENS = pattern(r"\{([^\[\]{}]*)\}|([\[\]{}])|([^\[\]{}]+)")
DEEPEST = 5  # brackets inside brackets


class SentenceError(ValueError):
    """A sentence that cannot be taken apart; the Chinese message says why."""


class Field(Struct, frozen=True):
    """A field by its name."""

    name: str


class Optional(Struct, frozen=True):
    """What stands in brackets."""

    parts: tuple[Node, ...]


Node = str | Field | Optional
FieldLookup = Callable[[str], tuple[TextRun, ...] | None]
"""What a field says; None where the form has nothing for it."""


def parse_sentence(text: str) -> tuple[Node, ...]:
    """Take a sentence apart. Raises SentenceError."""
    open_parts: list[list[Node]] = [[]]
    for found in _TOKENS.finditer(text):
        name, mark, words = found.groups()
        if name is not None:
            open_parts[-1].append(Field(name))
        elif words is not None:
            open_parts[-1].append(words)
        elif mark in "{}":
            raise SentenceError(f"花括号不成对，或里面还有括号：{text[found.start() :][:20]}")
        else:
            _bracket(mark, open_parts)
    if len(open_parts) > 1:
        raise SentenceError("方括号没有右半边")
    return tuple(open_parts[0])


def _bracket(mark: str, open_parts: list[list[Node]]) -> None:
    if mark == "[":
        open_parts.append([])
        if len(open_parts) > DEEPEST + 1:
            raise SentenceError(f"方括号套了{DEEPEST}层以上")
        return
    if len(open_parts) == 1:
        raise SentenceError("方括号没有左半边")
    inner = open_parts.pop()
    open_parts[-1].append(Optional(tuple(inner)))


def fields_of(nodes: Iterable[Node]) -> Iterator[str]:
    """The names of all fields, also of those in brackets."""
    for node in nodes:
        if isinstance(node, Field):
            yield node.name
        elif isinstance(node, Optional):
            yield from fields_of(node.parts)


def filled_sentence(nodes: Iterable[Node], look: FieldLookup, label: Callable[[str], str]) -> tuple[TextRun, ...]:
    """The sentence with its fields filled in; `label` is what a blank for a field asks for."""
    pieces: list[TextRun] = []
    for node in nodes:
        match node:
            case str():
                pieces.append(TextRun(node))
            case Field():
                pieces += look(node.name) or (Blank(label(node.name)),)
            case Optional():
                if all(look(part.name) for part in node.parts if isinstance(part, Field)):
                    pieces += filled_sentence(node.parts, look, label)
    return tuple(pieces)

"""Lists in turn: names, or roles, and then as many figures (甲、乙分别为3万元、5万元)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from perf_xlsx.figures import Subject
from perf_xlsx.narrative.bound import OF_INDICATOR
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.names import Name
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.words import VERBS, RoleWord, Said, roles_in
from perf_xlsx.system.pattern import pattern

_IN_TURN = pattern(r"(?:分别|依次|各(?=[得为扣]))[^,。;\d]{0,8}:?$")  # 分别为, 分别支出, 各得
_LISTED = pattern(r"[数额金总]{0,2}(?:、|和|及|与|以及|,)")  # between words of roles that are a list
_JOINS = pattern(r"^(?:[、和及与,/;]|以及)?$")
_ALL_OF_THEM = pattern(r"(?:以上|上述|前述|这)?[两二三四五六七八九十\d]{1,2}[项个类]|以上|上述|前述")
_STOPS = "。!?;"


class Turn(NamedTuple):
    """What a figure of a list is of, or which role it has; neither where the list does not come out.

    `shared` is the role of all of them, whatever they are of.
    """

    subject: Subject | None = None
    role: RoleWord | None = None
    shared: RoleWord | None = None


def turns(scope: Scope, mentions: tuple[Mention, ...]) -> Iterator[tuple[int, Turn]]:
    """For each figure in a list, by where it begins, its turn.

    A list without 分别 goes on with the names of the one before it in its sentence, or is of nothing that can be
    told.
    """
    numbers = [mention for mention in mentions if mention.type == "number"]
    at, last, last_end = 0, list[Turn](), 0
    while at < len(numbers):
        run, in_turn = _run(scope, numbers[at:])
        if len(run) > 1:
            before = numbers[at - 1].end if at else 0
            goes_on = len(last) == len(run) and not any(
                stop in scope.masked[last_end : run[0].start] for stop in _STOPS
            )
            found = (
                _turns(scope, run, before) if in_turn else _going_on(scope, run, before, last if goes_on else [])
            )
            yield from zip((one.start for one in run), found, strict=True)
            last, last_end = found, run[-1].end
        at += max(1, len(run))


def _run(scope: Scope, numbers: list[Mention]) -> tuple[list[Mention], bool]:
    """The figures of a list that begins with the first of these, and whether 分别 stands before it.

    Without that they are a list where they have one unit and nothing but 、 between them.
    """
    first = numbers[0]
    in_turn = _IN_TURN.search(scope.masked[max(0, first.start - 12) : first.start]) is not None
    run = [first]
    for one in numbers[1:]:
        between = scope.masked[run[-1].end : one.start]
        if not (_JOINS.match(between) if in_turn else between == "、" and one.unit == first.unit):
            break
        run.append(one)
    return run, in_turn


def _going_on(scope: Scope, run: list[Mention], before: int, last: list[Turn]) -> list[Turn]:
    """The turns of a list that goes on with the names of the one before: 目标分别为3座、5座，实际完成2座、5座."""
    words = roles_in(scope.masked[before : run[0].start], run[0].unit_class)
    shared = words[-1].word if words and words[-1].word.role in OF_INDICATOR else None
    return [Turn(one.subject, shared=shared) for one in last] or [Turn() for _ in run]


def _turns(scope: Scope, run: list[Mention], before: int) -> list[Turn]:
    """The turns of a list. `before` is the end of the figure before it."""
    text, start = scope.masked, run[0].start
    sentence = max((text.rfind(stop, 0, start) for stop in _STOPS), default=-1) + 1
    begin = max(sentence, before)
    words = roles_in(text[begin:start], run[0].unit_class)
    roles = [said.word for said in words]
    here = _subjects(scope.names, begin, start)
    if len(here) != len(run) and len(roles) == len(run) and _are_joined(words, text[begin:start]):
        return [Turn(role=role) for role in roles]
    told = words[-1] if words and words[-1].word.role in OF_INDICATOR else None  # 目标分别为180人、60户
    names = _named_in_turn(scope, begin, start, sentence, len(run))
    verb = told is not None and text[begin + told.start : begin + told.end] in VERBS
    shared = told.word if told and not (names and verb) else None
    return [Turn(name, shared=shared) for name in names] or [Turn(shared=shared) for _ in run]


def _are_joined(words: Sequence[Said], text: str) -> bool:
    """Whether these words of a text are one list: 预算、支出分别为, and not 资金有结余,分别为."""
    return all(_LISTED.match(text[one.end : other.start]) for one, other in pairwise(words))


def _named_in_turn(scope: Scope, begin: int, end: int, sentence: int, count: int) -> list[Subject]:
    """What the figures of a list are of: so many names right before it, else the last ones of the sentence.

    Where this only counts them from its start (两项指标分别得5分、4分), they are the last ones of the paragraph.
    """
    for names in (scope.names, scope.levels):
        here, listed = _subjects(names, begin, end), _subjects(names, sentence, end)
        if not listed and _ALL_OF_THEM.match(scope.masked, sentence, end):
            listed = _subjects(names, 0, end)
        found = here if len(here) == count else list(dict.fromkeys(listed))[-count:]
        if len(found) == count and len({name.type for name in found}) == 1:
            return found
    return []


def _subjects(names: tuple[Name, ...], start: int, end: int) -> list[Subject]:
    """What the names between two places mean first."""
    return [name.subjects[0] for name in names if name.subjects and start <= name.start and name.end <= end]

"""Where a paragraph stands: the headings above it, and what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from perf_xlsx.documents import Paragraph
from perf_xlsx.figures import Subject
from perf_xlsx.narrative.characters import Characters, characters
from perf_xlsx.narrative.names import Name, Names, is_generic, masked
from perf_xlsx.narrative.table_numbers import labels, with_label
from perf_xlsx.narrative.words import AIMS, OTHER_THING, PLANS, rest_of_heading
from perf_xlsx.system.pattern import pattern

_NUMBERED = (
    pattern(r"^第?[一二三四五六七八九十]{1,3}(?:、|部分|章|\.(?!\d))"),
    pattern(r"^\([一二三四五六七八九十]{1,3}\)"),
    pattern(r"^\d{1,2}(?:、|\.(?!\d))"),
    pattern(r"^\(\d{1,2}\)"),
    pattern(r"^[①-⑳⑴-⒇]"),
)
_LEAD_ENDS = pattern(r"[:,。;]|指标(?=[:,。;])")
_MARKS = pattern(
    r"^(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}(?:、|\.(?!\d))|[①-⑳⑴-⒇])?[\"“《*]*"
)
LONGEST_HEADING = 40  # letters
SHORTEST_ALONE = 4  # letters of an indicator's name; shorter ones are words that stand everywhere
STYLED = 3  # levels that a style may have, next to those of numbers


class ScopeHeading(Struct, frozen=True):
    """A heading: what it names, and what else it says. `plans`: it is about the years to come.

    `level` is that of the heading, `levels` are those of indicators that it names.
    """

    level: int
    text: str
    subjects: tuple[Subject, ...]
    rest: str
    plans: bool
    levels: tuple[Name, ...] = ()


class Scope(Struct, frozen=True):
    """A paragraph with its headings, the outermost first. `heading`: it is one itself; `topic`: its indicator.

    `levels` are the levels of indicators that it names.
    """

    paragraph: Paragraph
    letters: Characters
    names: tuple[Name, ...]
    masked: str
    sections: tuple[ScopeHeading, ...]
    heading: bool
    topic: Subject | None
    levels: tuple[Name, ...] = ()

    @property
    def plans(self) -> bool:
        """Whether it is in a part about the years to come."""
        return any(section.plans for section in self.sections)

    @property
    def aims(self) -> bool:
        """Whether the heading right above says that it is about what is aimed at."""
        return bool(self.sections) and not self.heading and AIMS.search(self.sections[-1].text) is not None

    @property
    def money_subject(self) -> tuple[Subject | None, bool]:
        """The line or project that the headings name (None: the whole), and whether they are sure to mean that."""
        for section in reversed(self.sections):
            named = [one for one in section.subjects if one.type in ("line", "project")]
            if named:
                return (named[0], True) if len(set(named)) == 1 else (None, False)
            if section.rest and (section.level > 1 or OTHER_THING.search(section.text)):
                return None, False
        return None, True


def scopes(paragraphs: Iterable[Paragraph], names: Names) -> Iterator[Scope]:
    """Every paragraph with what stands above it."""
    stack: list[ScopeHeading] = []
    paragraphs = tuple(paragraphs)
    names = names.without_levels_of_another_system(one.text for one in paragraphs)
    in_tables = labels(paragraphs, names)
    for paragraph in paragraphs:
        read = characters(paragraph.text)
        if label := in_tables.get(paragraph.start):
            yield _in_a_table(paragraph, with_label(read, label), names)
            continue
        level, heading = _level(paragraph, read.text)
        if level:
            stack = [section for section in stack if section.level < level]
        topic_above = _topic_above(stack)
        found = tuple(_meant(names, read.text, topic_above))
        lead = _lead(read.text, found)
        text = masked(read.text, found)
        levels = tuple(names.find_levels(read.text, found))
        topic = None if paragraph.cell else lead or topic_above
        if heading:
            subjects = tuple(subject for name in found for subject in name.subjects)
            if not subjects and names.projects and _PROJECTS.search(read.text):
                subjects = (names.projects,)
            rest = rest_of_heading(_MARKS.sub("", text))
            stack.append(ScopeHeading(level, read.text, subjects, rest, _plans(read.text), levels))
        yield Scope(paragraph, read, found, text, tuple(stack), heading, topic, levels)


def headings(found: Iterable[Scope]) -> Iterator[str]:
    """For each paragraph the heading that it stands below, as it is printed; "" where there is none.

    A heading stands below itself, a number in a table where the paragraph before the table does.
    """
    titles: dict[ScopeHeading, str] = {}
    heading = ""
    for scope in found:
        if scope.heading:
            titles[scope.sections[-1]] = scope.paragraph.text.strip()
        if scope.paragraph.cell is None:
            heading = titles.get(scope.sections[-1], "") if scope.sections else ""
        yield heading


_PROJECTS = pattern(r"(?<!级)项目(?:支出|资金|经费)?(?:管理|使用|实施|资金|支出|执行|完成|和|、|情况)")


def _in_a_table(paragraph: Paragraph, read: Characters, names: Names) -> Scope:
    """A number in a table: its row and column say all that there is to say."""
    found = tuple(names.find(read.text))
    levels = tuple(names.find_levels(read.text, found))
    return Scope(paragraph, read, found, masked(read.text, found), (), False, None, levels)


def _plans(heading: str) -> bool:
    return PLANS.search(heading) is not None


def numbering(text: str) -> int:
    """How a paragraph is numbered: 一、 is 1, (二) 2, 3. is 3, (4) 4, ③ 5; 0 where it is not."""
    return next((level for level, words in enumerate(_NUMBERED, 1) if words.match(text)), 0)


def _level(paragraph: Paragraph, text: str) -> tuple[int, bool]:
    """The level of a numbered paragraph or heading (0: neither), and whether it is a heading."""
    if paragraph.cell is not None or not text:
        return 0, False
    numbered = numbering(text)
    short = len(text) <= LONGEST_HEADING and "。" not in text and not text.endswith((";", ","))
    if paragraph.level and short:
        return numbered or min(paragraph.level, STYLED), True
    return numbered, bool(numbered) and short and not _has_figure(text)


_FIGURE = pattern(r"\d(?:%|万|元|分|个|人|户)")


def _has_figure(text: str) -> bool:
    return _FIGURE.search(text) is not None


def _topic_above(stack: list[ScopeHeading]) -> Subject | None:
    """The indicator that the nearest heading is about; none where a heading below it names something else."""
    for section in reversed(stack):
        named = [one for one in section.subjects if one.type == "indicator"]
        if named:
            return named[0] if len(set(named)) == 1 else None
        if section.subjects or section.level <= 2:
            return None
    return None


def _lead(text: str, found: tuple[Name, ...]) -> Subject | None:
    """The indicator that a paragraph begins with, which it is then about."""
    begin = _MARKS.match(text)
    start = begin.end() if begin else 0
    for name in found:
        if name.start <= start + 3 and name.start >= start - 3 and _LEAD_ENDS.match(text, name.end):
            return next((one for one in name.subjects if one.type == "indicator"), None)
        if name.start == start and _begins(text, name.end):
            return next((one for one in name.subjects if one.type == "indicator"), None)
    return None


_GOES_ON = pattern(
    r"[\"”》*]*(?:指标)?[:,。;(]|(?:该)?(?:年度|年初|预期|全年|绩效)?(?:指标|目标)|$|为?实际|权重|分值"
)


def _begins(text: str, end: int) -> bool:
    return _GOES_ON.match(text, end) is not None


def _meant(names: Names, text: str, topic: Subject | None) -> Iterator[Name]:
    """The names that are meant as such: one of words that every report uses only where it is the topic."""
    lead: Subject | None = topic
    for name in names.find(text):
        word = text[name.start : name.end]
        short = len(word) < SHORTEST_ALONE and "indicator" in name.types
        if not short and not is_generic(word):
            yield name
            continue
        begin = _MARKS.match(text)
        at_start = begin is not None and name.start == begin.end() and _begins(text, name.end)
        kept = tuple(one for one in name.subjects if one.type != "indicator" or one == lead or at_start)
        if at_start:
            lead = next((one for one in name.subjects if one.type == "indicator"), lead)
        if kept:
            yield Name(name.start, name.end, kept)
        else:
            yield from (
                Name(name.start + one.start, name.start + one.end, one.subjects) for one in names.within(word)
            )

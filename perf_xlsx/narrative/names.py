"""What a report can name: lines of money, projects, indicators, the unit itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.figures import Figures, Subject
from perf_xlsx.narrative.characters import characters
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, any_of, vocabulary

HOLE = "\ue000"  # stands for every letter of a name that was taken out
_GENERIC = re.compile(rf"(?:{alternatives('report', 'function', 'words')})+")
_COUNTED = pattern(
    r"(?:完成)?(?:数量|[户人个件次座期条台套株间份项处辆天场家所村]数|[人场批]次|面积|里程|长度|数)$"
)
_BRACKETS = pattern(r"\([^()]*\)$")
_LINES: Mapping[str, Any] = vocabulary("report")["lines"]
_LEVELS: Mapping[str, Any] = vocabulary("report")["levels"]
_OTHER_SYSTEM = pattern(_LEVELS["other_system"])
LEVEL = "指标"
_OTHER_WORDS = pattern("|".join(_LINES["part_of_another"]))
LONGEST_AROUND = 8  # letters of a longer word around a name
SHORTEST = 2  # letters of a name
SHORTEST_CORE = 4  # letters of what an indicator counts
SHORTEST_PROJECT = 4  # letters: 培训 alone may mean any


class Name(Struct, frozen=True):
    """A name where it stands: its letters, and everything that it may mean."""

    start: int
    end: int
    subjects: tuple[Subject, ...]

    @property
    def types(self) -> frozenset[str]:
        """The kinds of what it may mean."""
        return frozenset(subject.type for subject in self.subjects)


class Names(Struct, frozen=True, dict=True):
    """The names of one form. `whole` is the line of the total, `projects` that of all projects;
    `own` are names of the unit, or of its project; `single`: the form is of one project.
    `levels` are its levels of indicators, by their names without 指标."""

    known: Mapping[str, tuple[Subject, ...]]
    whole: Subject
    own: tuple[str, ...]
    projects: Subject | None = None
    single: bool = False
    levels: Mapping[str, tuple[Subject, ...]] = {}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = any_of((*self.known, *self.own)) or "(?!)"
        return re.compile(f"{words}|{_LINES['project_in_general']}" if self.projects else words)

    def find(self, text: str) -> Iterator[Name]:
        """The names in a text, in order, the longest of those that begin at one place."""
        for match in self._pattern.finditer(text):
            if not _is_part_of_another(text, match):
                yield Name(match.start(), match.end(), self._meant_by(match[0]))

    def find_levels(self, text: str, names: Iterable[Name]) -> Iterator[Name]:
        """The levels of indicators that a text names outside of `names`; the form may not have one."""
        taken = [range(one.start, one.end) for one in names]
        for match in self._levels.finditer(text):
            if not any(match.start() in those for those in taken):
                yield Name(match.start(), match.end(), self.levels.get(match["stem"] or match["bare"], ()))

    def without_levels_of_another_system(self, texts: Iterable[str]) -> Names:
        """The names without levels, where these texts give points to levels that this form does not have."""
        found = (one["level"] for text in texts for one in _OTHER_SYSTEM.finditer(text))
        return replace(self, levels={}) if any(level not in self.levels for level in found) else self

    @cached_property
    def _levels(self) -> re.Pattern[str]:
        stems, bare, behind = any_of({*self.levels, *_LEVELS["words"]}), any_of(_LEVELS["bare"]), _LEVELS["behind"]
        listed = rf"(?=(?:[、和及与](?:{stems}))+(?:{behind}))"
        return re.compile(
            rf"(?P<stem>{stems})(?:{behind}|{listed})|(?P<bare>(?:{bare}){_LEVELS['points']}|{_LEVELS['alone']}(?:{stems}){_LEVELS['right_behind']})"
        )

    def _meant_by(self, word: str) -> tuple[Subject, ...]:
        if word == "项目" and self.projects and word not in self.known:
            return (self.projects,)
        return self.known.get(word, (self.whole,))

    def within(self, word: str) -> Iterator[Name]:
        """The names of lines and projects inside a longer name."""
        for match in self._money.finditer(word):
            yield Name(match.start(), match.end(), self._lines[match[0]])

    @cached_property
    def _lines(self) -> dict[str, tuple[Subject, ...]]:
        lines = (
            (name, tuple(one for one in found if one.type != "indicator")) for name, found in self.known.items()
        )
        return {name: found for name, found in lines if found}

    @cached_property
    def _money(self) -> re.Pattern[str]:
        return re.compile(any_of(self._lines) or "(?!)")


def _is_part_of_another(text: str, match: re.Match[str]) -> bool:
    """Whether it is 项目支出 of 项目支出绩效自评报告, or 财政拨款 of 政府性基金财政拨款收入."""
    begin = max(0, match.start() - LONGEST_AROUND)
    around = _OTHER_WORDS.finditer(text, begin, match.end() + LONGEST_AROUND)
    return any(one.start() <= match.start() and match.end() <= one.end() for one in around)


def names_of(evaluation: SelfEvaluation, figures: Figures) -> Names:
    """The names of a form. A name of several things means all of them."""
    projects = next(
        (one for one in figures.subjects if (one.type, one.key) == ("line", evaluation.project_line)), None
    )
    whole = next((one for one in figures.subjects if one.whole), None)
    total = whole or Subject("line", evaluation.total_line, evaluation.total_funds.name, True)
    single = "project" in evaluation.boxes
    names = _known(figures, of_a_department=evaluation.project_line is not None or not single)
    own = [evaluation.unit or "", evaluation.boxes["project"].given if single else ""]
    written = tuple(name for name in map(_letters, own) if len(name) > SHORTEST and name not in names)
    return Names(names, total, written, projects, single, _levels(figures))


def _levels(figures: Figures) -> Mapping[str, tuple[Subject, ...]]:
    """The levels by their names without 指标; one name may stand below several others."""
    levels: dict[str, tuple[Subject, ...]] = {}
    for one in figures.subjects:
        if one.type == "level" and (stem := _letters(one.name).removesuffix(LEVEL)):
            levels[stem] = (*levels.get(stem, ()), one)
    return levels


def _known(figures: Figures, of_a_department: bool) -> Mapping[str, tuple[Subject, ...]]:
    """What each name may mean."""
    known: dict[str, list[Subject]] = {}
    for subject in figures.subjects:
        if subject.type not in ("form", "level") and not subject.whole:
            for name in _spellings(subject):
                known.setdefault(name, []).append(subject)
    for line in _other_lines(figures, of_a_department):
        for name in _LINES[line.key]:
            known.setdefault(name, [line])
    return {name: tuple(dict.fromkeys(found)) for name, found in known.items()}


def _other_lines(figures: Figures, of_a_department: bool) -> Iterator[Subject]:
    """Lines of money that every report may name and this form does not have: they are no other line's."""
    known = {one.key for one in figures.subjects if one.type == "line"}
    for key in ("basic", "people", "office", *(("project",) if of_a_department else ())):
        if key not in known:
            yield Subject("line", key, _LINES[key][0])


def _spellings(subject: Subject) -> Iterable[str]:
    """How a subject's name may be written."""
    name = _letters(subject.name)
    names = [name, _BRACKETS.sub("", name), name.strip("“”\"'《》")]
    if subject.type == "line":
        names += _LINES.get(subject.key, ())
    if (
        subject.type == "indicator"
        and len(core := _COUNTED.sub("", name)) >= SHORTEST_CORE
        and not is_generic(core)
    ):
        names.append(core)  # 新建公厕6座, of 新建公厕数量
    if subject.type == "project" and len(name) < SHORTEST_PROJECT:
        names = [f"{name}{word}" for word in ("项目", "经费", "费", "工程", "专项")]
    elif subject.type == "project":
        names += [name.removesuffix("项目"), name.removesuffix("经费") + "经费"]
    return [one for one in dict.fromkeys(names) if len(one) >= SHORTEST and re.search("[一-鿿]{2}", one)]


@lru_cache(1 << 10)
def _letters(name: str) -> str:
    return characters(name).text.replace(" ", "")


@lru_cache(1 << 10)
def is_generic(name: str) -> bool:
    """Whether a name consists of words that every report uses: 预算经费."""
    return _GENERIC.fullmatch(name) is not None


def masked(text: str, names: Iterable[Name]) -> str:
    """The text with holes for its names, so that their words say nothing."""
    parts, last = [], 0
    for name in names:
        parts += [text[last : name.start], HOLE * (name.end - name.start)]
        last = name.end
    return "".join((*parts, text[last:]))

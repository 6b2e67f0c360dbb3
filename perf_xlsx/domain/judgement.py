"""Decide whether an actual in words or a date meets a target that is no number.

The words are in vocabulary/judgements.toml and dates.toml. Where they leave it unsure, only the unit can judge.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.bounds import parse_bounds
from perf_xlsx.domain.numerals import ONE_TO_TEN
from perf_xlsx.domain.quantity import JUDGEMENTS, normalise, parse_target
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

WORDS = vocabulary("judgements")
MET = JUDGEMENTS[0]
LONGEST = 100  # characters; a longer text is a report, which nobody grades by its words
_MIDNIGHT = pattern(r"(?<=\d) 00:00(?::00)?$")  # behind a day that another program wrote as text
_ENDS = "。.;；,，!！、 "
_SCALES: list[list[list[str]]] = [[*scale["grades"], scale["below"]] for scale in WORDS["scales"]]


def _longest_first(*lists: Iterable[str]) -> list[str]:
    return sorted(chain(*lists), key=len, reverse=True)


_BEFORE, _AFTER = _longest_first(WORDS["plain"]["before"]), _longest_first(WORDS["plain"]["after"])
_NONE = _longest_first(WORDS["none"]["words"], WORDS["none"]["intended"])
_NOT_APPLICABLE = frozenset(WORDS["not_applicable"]["words"])
_OPEN = "?"  # the best grade of a scale that does not tell it


class Judged(Struct, frozen=True):
    """`judgement` is None where it is not sure; `why` is a clause on how it was understood or what contradicts it.

    `usual`: the word is one of the forms' own, and needs no report. `by_target`: the actual was compared with its
    target, and means nothing by itself. `by_number`: it is a number, and should stay one.
    """

    judgement: str | None = None
    why: str = ""
    usual: bool = False
    by_target: bool = True
    by_number: bool = False


UNKNOWN = Judged()
SAME = Judged(MET, "与指标值一致")


def judged(target: str, actual: str, year: int | None) -> Judged:
    """Judge an actual against its target, both as they are shown; `year` is the form's, for dates without one."""
    said, wanted = _folded(actual), _folded(target)
    if not said or max(len(said), len(wanted)) > LONGEST:
        return SAME if said and said == wanted else UNKNOWN
    return _judged(wanted, said, year)


@lru_cache(1 << 8)  # both texts are short; reading and checking ask for each row several times
def _judged(wanted: str, said: str, year: int | None) -> Judged:
    known = _classes().get(said)
    if not wanted or (known and known.usual):
        return known or UNKNOWN
    if scale := _NAMED_SCALES.get(_SEPARATORS.sub("", wanted)):
        return known or _on(scale, wanted, said)
    graded = _graded(wanted, said)
    if known and graded is None:
        return known
    if _bare(said) == _bare(wanted) or _nothing_happened(wanted, said):
        return SAME
    return graded or _within_bounds(wanted, said) or _in_time(wanted, said, year)


def _folded(text: str) -> str:
    return re.sub(r"\s", "", _MIDNIGHT.sub("", normalise(text))).rstrip(_ENDS)


@cache
def _classes() -> dict[str, Judged]:
    found: dict[str, Judged] = {}
    for name, known in WORDS["classes"].items():
        found |= {word: Judged(name, f"即“{name}”", by_target=False) for word in known["words"]}
        found |= {word: Judged(name, f"即“{name}”", usual=True, by_target=False) for word in known["official"]}
    return found


def _bare(text: str) -> str:
    """A wording without what changes nothing around it: 已及时拨付 is 及时拨付."""
    for word in _BEFORE:
        if text.startswith(word) and len(text) > len(word):
            text = text[len(word) :]
            break
    for word in _AFTER:
        if text.endswith(word) and len(text) > len(word):
            return text[: -len(word)]
    return text


def happened_not(text: str) -> bool:
    """Whether an actual says that nothing happened: 无, 未发生, 未发生安全事故."""
    said = _folded(text)
    return _none_of(said) is not None and not said.startswith(tuple(WORDS["none"]["intended"]))


def says_not_applicable(actual: str) -> bool:
    """Whether an actual says that its indicator does not apply: 不适用, 本年度不适用."""
    return len(actual) <= LONGEST and _folded(actual) in _NOT_APPLICABLE


def _none_of(text: str) -> str | None:
    """What the text says did not happen ("": anything); None where it does not say so."""
    for word in _NONE:
        kind = text[len(word) :].removesuffix(WORDS["none"]["verb"])
        if text.startswith(word) and kind in ("", *WORDS["none"]["kinds"]):
            return kind
    return None


def _nothing_happened(target: str, actual: str) -> bool:
    """Whether the target wants something not to happen, and it did not."""
    kind = _none_of(target)
    return kind is not None and (
        re.fullmatch(r"0[^\d.]{0,4}", actual) is not None or _none_of(actual) in (kind, "")
    )


# ---- grades ----------------------------------------------------------------------------------------------


def _graded(target: str, actual: str) -> Judged | None:
    """Judge two texts on one scale that differ only in grade; the target's grade or a better one is met."""
    bare_target, bare_actual = _bare(target), _bare(actual)
    for grades in _SCALES:
        wanted = _grade(bare_target, grades)
        said = _grade(bare_actual, grades) if wanted else None
        if wanted and said and wanted[0] < len(grades) - 1 and said[1] in (wanted[1], ""):
            if said[0] <= wanted[0]:
                return Judged(MET, f"不低于指标值“{target}”")
            return Judged(None, f"低于指标值“{target}”")
    return None


def _grade(text: str, grades: list[list[str]]) -> tuple[int, str] | None:
    """The grade of the longest word that the text begins or ends with, and the rest of the text."""
    found = [
        (len(word), at, rest)
        for at, words in enumerate(grades)
        for word in words
        if word in text
        for rest in _without(text, word)
    ]
    _, at, rest = max(found, default=(0, 0, ""))
    return (at, rest) if found else None


def _without(text: str, word: str) -> list[str]:
    found = [text[: -len(word)]] if text.endswith(word) else []
    return [*found, text[len(word) :]] if text.startswith(word) else found


_SEPARATORS = pattern(r"[/、,，;；|或—–-]")
_NAMED_SCALES = {name.replace("|", ""): name.partition("|")[0] for name in WORDS["named_scales"]["ordered"]}
_NAMED_SCALES |= dict.fromkeys(WORDS["named_scales"]["open"], _OPEN)


def _on(best: str, target: str, actual: str) -> Judged:
    """Judge a grade against a target that only names the scale: nothing but the best one is sure."""
    if _bare(actual) == best:
        return Judged(MET, f"是“{target}”中最好的一档")
    return Judged(None, f"对照只列出了档次的指标值“{target}”")


# ---- bounds ----------------------------------------------------------------------------------------------


def _within_bounds(target: str, actual: str) -> Judged | None:
    """Judge a number against a target with two bounds: beyond them no rule says what it is worth."""
    bounds, said = parse_bounds(target), parse_target(actual)
    within = bounds.hold(said) if bounds and said else None
    if within is None:
        return None
    return (
        Judged(MET, f"在指标值“{target}”的范围内", by_number=True)
        if within
        else Judged(None, f"不在指标值“{target}”的范围内")
    )


# ---- dates -----------------------------------------------------------------------------------------------

DATES = vocabulary("dates")
_IN_TIME, _TARGETS = DATES["words"], DATES["targets"]
_END = tuple(_IN_TIME["end"])
_YEAR = r"(?:(?P<year>20\d\d|\d\d(?=年))[年./-]度?)?"
_DATE = pattern(
    rf"(?P<full>(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d))"
    r"|(?P<short>(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?!\d))"
    rf"|(?<![\d.]){_YEAR}(?P<month>1[0-2]|0?[1-9])月份?"
    rf"(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号]?|(?P<part>{any_of(DATES['parts'])}))?(?!\d)"
    r"|(?<![\d.])(?P<year2>20\d\d)[./-](?P<month2>1[0-2]|0?[1-9])(?:[./-](?P<day2>3[01]|[12]\d|0?[1-9])[日号]?)?(?![\d./%-])"
    rf"|(?:(?<!\d)(?P<year3>20\d\d)年?)?(?P<span>{any_of((*_IN_TIME['end_of_year'], *_END, *DATES['spans']))}"
    rf"|第?[{ONE_TO_TEN[:4]}1-4]{_IN_TIME['quarter']}{''.join(f'{word}?' for word in _END)})"
    r"|(?<!\d)(?P<year4>20\d\d)年度?(?!\d|[./-])"
)
_TORN = pattern(r"20\d\d\.1(?!\d)")  # January, or a number that lost the zero of October
_MONTHS = {word: n for n, word in enumerate((*ONE_TO_TEN, *(ONE_TO_TEN[-1] + one for one in ONE_TO_TEN[:2])), 1)}
_MONTH_IN_WORDS = pattern(f"({any_of(_MONTHS)})月")
_QUARTERS = {word: n for n, words in enumerate(zip(ONE_TO_TEN, "1234", strict=False)) for word in words}
_ABOUT_DATES = pattern(any_of(_TARGETS["plain"]))
_YEAR_OF_NONE = 2001  # where no year is stated anywhere


class _When(Struct, frozen=True):
    """A span of days (months and days) as it was written, and the `rest` of the text.

    `before`: 前 stands behind it. `sharp`: its last day is the deadline even then.
    """

    year: int | None
    first: tuple[int, int]
    last: tuple[int, int]
    sharp: bool
    rest: str = ""
    before: bool = False


def _in_time(target: str, actual: str, year: int | None) -> Judged:
    wanted, said = _when(target), _when(actual)
    if wanted is None or _TORN.search(target):
        return UNKNOWN
    task = _plain(wanted.rest)
    if said is None:  # 11月底完成100% / 100%
        return SAME if task == "100%" == _bare(actual) else UNKNOWN
    if re.search(r"[\d,;，；、]", task.replace("100%", "")) or _plain(said.rest) not in ("", "100%", task):
        return UNKNOWN
    years = _years(wanted, said, year)
    if years is None:
        return UNKNOWN
    sure, latest = _deadline(wanted, years[0])
    first, last = _day(years[1], said.first), _day(years[1], said.last)
    if last <= sure:
        return Judged(MET, f"不晚于指标值“{target}”")
    return Judged(None, f"晚于指标值“{target}”" if first > latest else "")


def _years(wanted: _When, said: _When, form: int | None) -> tuple[int, int] | None:
    """The years of both; the form's where none is stated, None where that would be a guess."""
    if wanted.year is None and said.year is None:
        return (form or _YEAR_OF_NONE,) * 2
    if wanted.year is None:
        return (form, said.year) if form and said.year else None
    if said.year is None:
        return (wanted.year,) * 2 if form in (None, wanted.year) else None
    return wanted.year, said.year


def _deadline(wanted: _When, year: int) -> tuple[datetime.date, datetime.date]:
    """The day by which the target is certainly met, and the one after which it is not; 12月前 may mean either."""
    first, last = _day(year, wanted.first), _day(year, wanted.last)
    return (first - datetime.timedelta(days=1) if wanted.before and not wanted.sharp else last), last


def _day(year: int, day: tuple[int, int]) -> datetime.date:
    """The day of a month, or the month's last day where the month is shorter."""
    month, number = day
    date = datetime.date(year, month, 1) + datetime.timedelta(days=number - 1)
    return date if date.month == month else date - datetime.timedelta(days=date.day)


def _when(text: str) -> _When | None:
    """The one date of a text; None where there is none, or more than one, or it is no deadline."""
    text = _MONTH_IN_WORDS.sub(lambda found: f"{_MONTHS[found[1]]}月", text)
    found = list(_DATE.finditer(text))
    if len(found) != 1 or any(word in text for word in _TARGETS["other"]):
        return None
    date, behind = found[0], text[found[0].end() :]
    rest, before = text[: date.start()] + behind, behind.startswith(tuple(_IN_TIME["before"]))
    return replace(_span(date), rest=rest, before=before)


def _span(date: re.Match[str]) -> _When:
    """The days that a date names."""
    if digits := date["full"] or date["short"]:
        return _of_digits(digits)
    stated = next(filter(None, date.group("year", "year2", "year3", "year4")), None)
    year = None if stated is None else int(stated) % 100 + 2000
    if _TORN.fullmatch(date.group()):
        return _When(year, (1, 1), (10, 31), sharp=False)
    if date["month"] or date["month2"]:
        return _in_month(date, year)
    months, sharp = _months(date["span"] or "")
    return _When(year, (months[0], 1), (months[1], 31), sharp)


def _of_digits(digits: str) -> _When:
    """A date written as 20231231 or 202312."""
    month, day = int(digits[4:6]), int(digits[6:] or 0)
    return _When(int(digits[:4]), (month, day or 1), (month, day or 31), sharp=bool(day))


def _in_month(date: re.Match[str], year: int | None) -> _When:
    month, day = int(date["month"] or date["month2"]), int(date["day"] or date["day2"] or 0)
    first, last = (day, day) if day else DATES["parts"].get(date["part"], (1, 31))
    return _When(year, (month, first), (month, last), bool(day) or date["part"] in _END)


def _months(span: str) -> tuple[tuple[int, int], bool]:
    """The months of a half, a quarter, the end of the year or (no word) the year."""
    if _IN_TIME["quarter"] in span:
        quarter = next(_QUARTERS[ch] for ch in span if ch in _QUARTERS)
        return (3 * quarter + 1, 3 * quarter + 3), span.endswith(_END)
    if span in DATES["spans"]:
        first, last = DATES["spans"][span]
        return (first, last), False
    return ((12, 12) if span else (1, 12)), span != ""


def _plain(text: str) -> str:
    """The text around a date, without words that do not change it."""
    return _ABOUT_DATES.sub("", text).strip("()（）" + _ENDS)

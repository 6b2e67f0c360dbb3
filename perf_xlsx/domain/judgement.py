"""Whether what was achieved, in words or as a date, meets a target that is no number.

The words are in vocabulary/judgements.toml. Where nothing there makes it sure, nobody judges but the unit.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from functools import cache

from msgspec import Struct

from perf_xlsx.domain.quantity import JUDGEMENTS, normalise
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

WORDS = vocabulary("judgements")
MET = JUDGEMENTS[0]
LONGEST = 100  # characters; a longer text is a report, which nobody grades by its words
_MIDNIGHT = pattern(r"(?<=\d) 00:00(?::00)?$")  # behind a day that another program wrote as text
_ENDS = "。.;；,，!！、 "


class Judged(Struct, frozen=True):
    """`judgement` is None where nothing is sure, `why` how it was understood, or what is against it: a clause.

    `usual` are the words of the forms themselves, which need no telling; `by_target` tells that the actual was
    held against its target, and does not speak for itself.
    """

    judgement: str | None = None
    why: str = ""
    usual: bool = False
    by_target: bool = True


UNKNOWN = Judged()


def judged(target: str, actual: str, year: int | None) -> Judged:
    """Judge an actual against its target, both as they are seen; `year` is the form's, for dates without one."""
    said, wanted = _folded(actual), _folded(target)
    if not said or max(len(said), len(wanted)) > LONGEST:
        return Judged(MET, "与指标值一致") if said and said == wanted else UNKNOWN
    known = _classes().get(said)
    if known and (known.usual or not wanted):
        return known
    graded = _graded(wanted, said)
    if known and graded is None:
        return known
    if not wanted:
        return UNKNOWN
    if _bare(said) == _bare(wanted):
        return Judged(MET, "与指标值一致")
    if (kind := _none_of(wanted)) is not None and _none_happened(kind, said):
        return Judged(MET, "与指标值一致")
    return graded or _in_time(wanted, said, year)


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
    for word in sorted(WORDS["plain"]["before"], key=len, reverse=True):
        if text.startswith(word) and len(text) > len(word):
            text = text[len(word) :]
            break
    for word in sorted(WORDS["plain"]["after"], key=len, reverse=True):
        if text.endswith(word) and len(text) > len(word):
            return text[: -len(word)]
    return text


def happened_not(text: str) -> bool:
    """Whether an actual says that nothing happened: 无, 未发生, 未发生安全事故."""
    said = _folded(text)
    return _none_of(said) is not None and not said.startswith(tuple(WORDS["none"]["intended"]))


def _none_of(text: str) -> str | None:
    """What is said not to have happened ("" of anything); None where the text does not say so."""
    for word in sorted((*WORDS["none"]["words"], *WORDS["none"]["intended"]), key=len, reverse=True):
        kind = text[len(word) :].removesuffix("发生")
        if text.startswith(word) and kind in ("", *WORDS["none"]["kinds"]):
            return kind
    return None


def _none_happened(kind: str, actual: str) -> bool:
    return re.fullmatch(r"0[^\d.]{0,4}", actual) is not None or _none_of(actual) in (kind, "")


# ---- grades ----------------------------------------------------------------------------------------------


def _graded(target: str, actual: str) -> Judged | None:
    """Both on one scale, and the same but for their grade; at the target's grade or above it is met."""
    for scale in WORDS["scales"]:
        grades = [*scale["grades"], scale["below"]]
        wanted, said = _grade(target, grades), _grade(actual, grades)
        if wanted and said and wanted[0] < len(grades) - 1 and said[1] in (wanted[1], ""):
            if said[0] <= wanted[0]:
                return Judged(MET, f"不低于指标值“{target}”")
            return Judged(None, f"低于指标值“{target}”")
    return None


def _grade(text: str, grades: list[list[str]]) -> tuple[int, str] | None:
    """The grade of the longest word that the text begins or ends with, and what else it says."""
    bare = _bare(text)
    found = [
        (len(word), at, rest) for at, words in enumerate(grades) for word in words for rest in _without(bare, word)
    ]
    _, at, rest = max(found, default=(0, 0, ""))
    return (at, rest) if found else None


def _without(text: str, word: str) -> list[str]:
    found = [text[: -len(word)]] if text.endswith(word) else []
    return [*found, text[len(word) :]] if text.startswith(word) else found


# ---- dates -----------------------------------------------------------------------------------------------

_YEAR = r"(?:(?P<year>20\d\d|\d\d(?=年))[年./-]度?)?"
_DATE = pattern(
    rf"(?P<full>(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d))"
    r"|(?P<short>(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?!\d))"
    rf"|(?<![\d.]){_YEAR}(?P<month>1[0-2]|0?[1-9])月份?(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号]?|(?P<part>底|末|初|上旬|中旬|下旬))?(?!\d)"
    r"|(?<![\d.])(?P<year2>20\d\d)[./-](?P<month2>1[0-2]|0?[1-9])(?:[./-](?P<day2>3[01]|[12]\d|0?[1-9])[日号]?)?(?![\d./%-])"
    r"|(?:(?<!\d)(?P<year3>20\d\d)年?)?(?P<span>年底|年末|年内|年终|底|末|上半年|下半年|第?[一二三四1-4]季度末?底?)"
    r"|(?<!\d)(?P<year4>20\d\d)年度?(?!\d|[./-])"
)
_TORN = pattern(r"20\d\d\.1(?!\d)")  # January, or a number that lost the zero of October
_MONTHS = {word: n for n, word in enumerate([*"一二三四五六七八九十", "十一", "十二"], 1)}
_MONTH_IN_WORDS = pattern("(十[一二]?|[一二三四五六七八九])月")
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_SPANS = {"上半年": (1, 6), "下半年": (7, 12)}
_QUARTERS = {word: n for n, words in enumerate(("一1", "二2", "三3", "四4")) for word in words}
_YEAR_OF_NONE = 2001  # where no year is stated anywhere


class _When(Struct, frozen=True):
    """A span of days as it was written; `sharp` where its last day is the deadline with 前, too."""

    year: int | None
    first: tuple[int, int]
    last: tuple[int, int]
    sharp: bool
    rest: str
    before: bool


def _in_time(target: str, actual: str, year: int | None) -> Judged:
    wanted, said = _when(target), _when(actual)
    if wanted is None or _TORN.search(target):
        return UNKNOWN
    task = _plain(wanted.rest)
    if said is None:  # 11月底完成100% / 100%
        return Judged(MET, "与指标值一致") if task == "100%" == _bare(actual) else UNKNOWN
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
    """The years of both, the form's where none is stated; None where that would be a guess."""
    if wanted.year is None and said.year is None:
        return (form or _YEAR_OF_NONE,) * 2
    if wanted.year is None:
        return (form, said.year) if form and said.year else None
    if said.year is None:
        return (wanted.year,) * 2 if form in (None, wanted.year) else None
    return wanted.year, said.year


def _deadline(wanted: _When, year: int) -> tuple[datetime.date, datetime.date]:
    """The day by which the target is met for certain, and the one after which it is not: 12月前 may mean both."""
    first, last = _day(year, wanted.first), _day(year, wanted.last)
    return (first - datetime.timedelta(days=1) if wanted.before and not wanted.sharp else last), last


def _day(year: int, day: tuple[int, int]) -> datetime.date:
    return datetime.date(year, day[0], min(day[1], monthrange(year, day[0])[1]))


def _when(text: str) -> _When | None:
    """The one date of a text; None where there is none, or more than one, or it is no deadline."""
    text = _MONTH_IN_WORDS.sub(lambda found: f"{_MONTHS[found[1]]}月", text)
    found = list(_DATE.finditer(text))
    if len(found) != 1 or any(word in text for word in WORDS["dates"]["other"]):
        return None
    date = found[0]
    rest = text[: date.start()] + text[date.end() :]
    after = text[date.end() :].startswith(("前", "之前", "以前"))
    stated = date["year"] or date["year2"] or date["year3"] or date["year4"]
    year = None if stated is None else int(stated) % 100 + 2000
    if full := date["full"]:
        year, at = int(full[:4]), (int(full[4:6]), int(full[6:]))
        return _When(year, at, at, True, rest, after)
    if short := date["short"]:
        year, number = int(short[:4]), int(short[4:])
        return _When(year, (number, 1), (number, 31), False, rest, after)
    if _TORN.fullmatch(date.group()):
        return _When(year, (1, 1), (10, 31), False, rest, after)
    if month := date["month"] or date["month2"]:
        day = date["day"] or date["day2"]
        begin, end = (int(day), int(day)) if day else _PARTS.get(date["part"], (1, 31))
        sharp = bool(day) or date["part"] in ("底", "末")
        return _When(year, (int(month), begin), (int(month), end), sharp, rest, after)
    months, sharp = _months(date["span"] or "")
    return _When(year, (months[0], 1), (months[1], 31), sharp, rest, after)


def _months(span: str) -> tuple[tuple[int, int], bool]:
    """The months of a half, a quarter, the end of the year or (no word) the year."""
    if "季度" in span:
        quarter = next(_QUARTERS[ch] for ch in span if ch in _QUARTERS)
        return (3 * quarter + 1, 3 * quarter + 3), span[-1] in "末底"
    if span in _SPANS:
        return _SPANS[span], False
    return ((12, 12) if span else (1, 12)), span != ""


def _plain(text: str) -> str:
    """What stands around a date, without words that leave it what it is."""
    words = sorted(WORDS["dates"]["plain"], key=len, reverse=True)
    return re.sub("|".join(map(re.escape, words)), "", text).strip("()（）" + _ENDS)

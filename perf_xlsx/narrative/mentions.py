"""The numbers of a paragraph: what they say, in which unit, and what is none (dates, document numbers)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from perf_xlsx.domain.quantity import MONEY_UNITS, parse_quantity
from perf_xlsx.domain.units import measure
from perf_xlsx.narrative.characters import Characters, characters
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, any_of, vocabulary

MentionType = Literal["number", "date", "document_number", "ordinal", "code", "range", "grade"]
UnitClass = Literal["money", "share", "points", "count", "none"]

_UNITS = vocabulary("units")
_NUMBER = r"(?<![\d.A-Za-z])[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?|\.\d+)(?![\d.]*\d)"
_NUMERALS = "一二三四五六七八九十百千万两"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正"
_NOT_DATES = ("document_number", "date", "code", "range")
_FOUND = {key: alternatives("report", "no_figure", key) for key in _NOT_DATES}
_BOUND, _ABOUT = (alternatives("report", "around", key) for key in ("bound", "about"))
_COUNTED = any_of(vocabulary("report")["counted"]["words"])
_IN_WORDS = any_of(vocabulary("report")["counted"]["in_words"])
_ORDINAL = pattern(
    r"^[(]?(\d{1,2})(?:[)、]|[.](?!\d))|\((\d{1,2})\)(?=[^\d])|第(\d{1,3})(?=[一-鿿])|(?<=[。;:])(\d{1,2})[.、](?!\d)"
)
_GRADE = pattern(
    r"(?<!分为)(?:(?:等级|等次|档次|评级)[^。;,0-9]{0,10}?|(?:评价结果|评价结论|自评结果|自评结论|结论|综合评价|评价|评定|自评)(?:等级)?[为是:])"
    r"([“\"'「]?(?:优秀|良好|中等|较差|优|良|中|差)(?!化|先|于|秀)[”\"'」]?)(?!、[“\"]?[优良中差])(?=$|[。;,、级等)])"
)
_GRADE_BEHIND = pattern(
    r"(?<=分)[,、(]?(?:等级)?(?:为|是|属)?([“\"'「](?:优秀|良好|中等|较差|优|良|中|差)[”\"'」])"
)
_IN_BRACKETS = pattern(r"\([^()]*\)$")
MOST = 5_000  # of one paragraph


class Mention(Struct, frozen=True):
    """A number in a paragraph, or what looks like one. `start` and `end` count its letters, not its characters.

    `unit` is "" where none is written, `extra` a second one behind it (%万元). `bound` and `about`: it says
    以上, or 约. A grade has its word as `unit`. `places` are the decimals that are written, `text` all of it.
    """

    start: int
    end: int
    type: MentionType
    number: Decimal | None = None
    unit: str = ""
    extra: str = ""
    bound: bool = False
    about: bool = False
    in_words: bool = False
    places: int = 0
    text: str = ""

    @property
    def unit_class(self) -> UnitClass:
        """What kind of role it can have."""
        return unit_class(self.unit)


@lru_cache(1 << 10)
def unit_class(unit: str) -> UnitClass:
    """Money, a share, points, or a count of things."""
    if not unit:
        return "none"
    if unit == "分":
        return "points"
    found = measure(unit)
    if found.name in MONEY_UNITS and not found.per:
        return "money"
    return "share" if found.dimension == "比率" else "count"


@lru_cache(1 << 10)
def unit_in_reports(unit: str) -> str:
    """The unit of a form as reports write it: 台, of 台（套）."""
    return _IN_BRACKETS.sub("", characters(unit).text) or unit


def _unit_words(own: Iterable[str]) -> str:
    """All units that may stand behind a number, the longest first."""
    known = {name for kind in _UNITS["kinds"] for sizes in kind["sizes"] for name in sizes}
    known |= {other for others in _UNITS["synonyms"].values() for other in others if not _is_one_letter(other)}
    known |= {*MONEY_UNITS, *vocabulary("report")["counted"]["words"], *own}
    words = sorted((word for word in known if word), key=len, reverse=True)
    return "|".join(
        re.escape(word) + ("(?![A-Za-z])" if word[-1:].isascii() and word[-1:].isalpha() else "") for word in words
    )


def _is_one_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii()


class MentionFinder:
    """Finds numbers with the shipped units and those of one form."""

    def __init__(self, own_units: Iterable[str] = ()) -> None:
        units = _unit_words(own_units)
        one = rf"(?:[余多]?(?:百(?!分)|[千万亿])?[余多]?(?:{units})(?:/(?:{units}))*|[百千]?[万亿](?![一-鿿]?元))"
        self._number = re.compile(
            rf"(?P<about>{_ABOUT})?(?P<number>{_NUMBER}|百分之[{_NUMERALS}\d.]+)(?:\([+-]\))?(?P<unit>{one})?"
            rf"(?P<extra>(?:(?<=%)(?:万元|元|亿元)|(?<=元)%))?(?:\([^()\d]{{1,10}}\))?(?P<bound>{_BOUND})?(?P<behind>左右|上下)?"
        )
        self._words = re.compile(
            rf"(?<![{_NUMERALS}第之])(?P<number>[{_NUMERALS}]{{1,7}})(?P<unit>{_IN_WORDS})(?!是|则|步)"
        )
        self._capitals = re.compile(rf"(?P<number>[{_CAPITALS}]{{4,30}}[元圆整正角分])")
        self._other = re.compile("|".join(f"(?P<{key}>{_FOUND[key]})" for key in _NOT_DATES))

    def find(self, letters: Characters) -> tuple[Mention, ...]:
        """The mentions of a paragraph in order; none lies inside another."""
        text = letters.text
        taken = bytearray(len(text) + 1)
        found: list[Mention] = []
        for mention in (*self._no_figures(text), *self._numbers(text), *self._in_words(text)):
            if not any(taken[mention.start : mention.end]) and len(found) < MOST:
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                found.append(mention)
        return tuple(sorted(found, key=lambda one: one.start))

    def _no_figures(self, text: str) -> Iterator[Mention]:
        for match in _ORDINAL.finditer(text):
            at = next(number for number in (1, 2, 3, 4) if match[number])
            yield Mention(match.start(at), match.end(at), "ordinal")
        for match in self._other.finditer(text):
            yield Mention(match.start(), match.end(), match.lastgroup or "code")  # type: ignore[arg-type]  # its name
        for words in (_GRADE, _GRADE_BEHIND):
            for match in words.finditer(text):
                yield Mention(match.start(1), match.end(1), "grade", unit=match[1].strip("“”\"'「」"))

    def _numbers(self, text: str) -> Iterator[Mention]:
        for match in self._number.finditer(text):
            unit, extra = match["unit"] or "", match["extra"] or ""
            quantity = parse_quantity(match["number"] + unit)
            if quantity is None or quantity.number is None:
                quantity = parse_quantity(match["number"])
            if quantity is None:
                continue
            end = match.end("extra") if extra else match.end("unit") if unit else match.end("number")
            written = match["number"].partition(".")[2]
            about = bool(match["about"] or match["behind"]) or any(word in unit for word in "余多")
            yield Mention(
                match.start("number"), end, "number", quantity.number, quantity.unit or unit, extra,
                bool(match["bound"]), about, False, len(written) if written.isdigit() else 0,
                text[match.start("number") : end],
            )  # fmt: skip

    def _in_words(self, text: str) -> Iterator[Mention]:
        for match in self._words.finditer(text):
            quantity = parse_quantity(match["number"])
            if quantity is not None and match["number"] != "一":  # 一户, 一次性: mostly no count
                yield Mention(match.start(), match.end(), "number", quantity.number, match["unit"], in_words=True)
        for match in self._capitals.finditer(text):
            quantity = parse_quantity(match["number"])
            if quantity is not None:
                yield Mention(match.start(), match.end(), "number", quantity.number, quantity.unit, in_words=True)

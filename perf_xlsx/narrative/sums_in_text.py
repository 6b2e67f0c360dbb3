"""P04: sums inside the text: parts that are more than their whole, and sums that do not come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import Literal

from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.observed import ReportRemark, figure_as_written
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.system.pattern import pattern

ADVICE = "请核对合计和各部分。"
MOST_PARTS = 40
WRONG = ("differs", "elsewhere")
NO_PARTS = frozenset(("balance", "change", "income", "plan", "share", "indicator_lost_points"))
CHANGED = ("initial", "adjustment")
POINTS = frozenset(("execution_points", "indicator_points", "unbound", "outside"))
_OF_WHICH = pattern(r"其中[:,]?")
_THING = pattern(r";[一-鿿]{1,20}(?:费|费用|经费|资金|补助|补贴|工程|项目)$")  # the next part of a list
_SUM = pattern(
    r"(?:^|[,。;:、)])(?:以上|上述|各|前述)?(?:([两二三四五六七八九十\d]{1,3})(?:项|批|笔|类|个|部分))?(?:资金|支出|经费|金额|部分)?"
    r"(?:合计|共计|总计)(?:为|是)?$"
)
_ITEM = pattern(r"^(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.]|第[一二三四五六七八九十\d]{1,3}[批笔次期]|[①-⑳])")
_STOPS = "。!?"
_BREAKS = ("其中", "占", "(", ")", "分别占")
LONGEST_LABEL = 12  # letters before an average
LONGEST_GAP = 25  # letters between two parts of a list


def sum_remarks(reads: Sequence[Read]) -> Iterator[ReportRemark]:
    """Parts above their whole, and sums of parts that are all in the text."""
    yield from _parts_above_their_whole(reads)
    yield from _wrong_sums(reads)


# ---- parts behind 其中


def _parts_above_their_whole(reads: Sequence[Read]) -> Iterator[ReportRemark]:
    """Where the parts behind 其中 are more than what they are parts of. Fewer may be a part of the list."""
    for number, read in enumerate(reads):
        parts = list(_parts(read, reads[number + 1 : number + MOST_PARTS])) if _has_parts(read) else []
        known = [one for one in (read, *parts) if one.verdict in WRONG]
        total, whole = _total(parts), _value(read)
        if read.bound.mention.unit_class == "count":  # parts of people overlap: 女性, 党员
            total = max(map(_value, parts), default=total)
        if len(parts) > 1 and not known and total > whole + _slack(read, parts):
            yield _remark(read, parts, "超过了")


def _has_parts(read: Read) -> bool:
    """Whether it is an amount, and no average, which is less than some of what it is made of."""
    start = read.bound.mention.start
    return _is_amount(read) and "均" not in read.scope.letters.text[max(0, start - LONGEST_LABEL) : start]


def _is_amount(read: Read) -> bool:
    mention = read.bound.mention
    counted = mention.type == "number" and mention.unit_class in ("money", "count") and not mention.about
    return counted and read.bound.role not in NO_PARTS and not read.bound.other_year


def _parts(whole: Read, after: Sequence[Read]) -> Iterator[Read]:
    """The figures behind 其中 that are parts of a figure, up to the end of the sentence of 其中.

    Nothing that could be the whole as well stands between: only comparisons and shares.
    """
    text, mention = whole.scope.letters.text, whole.bound.mention
    of_which = _OF_WHICH.search(text, mention.end)
    if of_which is None:
        return
    same = list(takewhile(lambda one: one.scope is whole.scope, after))
    between = [one for one in same if one.bound.mention.end <= of_which.start()]
    if any(_is_amount(one) and one.bound.mention.unit_class == mention.unit_class for one in between):
        return
    for read in _listed_behind(same[len(between) :], text, of_which):
        if read.bound.mention.unit == mention.unit and _may_be_a_part(read, whole) and _is_amount(read):
            yield read


def _listed_behind(reads: Iterable[Read], text: str, of_which: re.Match[str]) -> Iterator[Read]:
    """The figures of the list behind 其中: in its brackets or its sentence, until another list begins."""
    stops = ")" if text[of_which.start() - 1] == "(" else _STOPS
    end = min((at for stop in stops if (at := text.find(stop, of_which.end())) >= 0), default=len(text))
    at = of_which.end()
    for read in reads:
        mention = read.bound.mention
        if mention.start >= end or _ends_a_list(text[at : mention.start], mention):
            return
        yield read
        at = mention.end


def _ends_a_list(between: str, following: Mention) -> bool:
    """Whether a list ends between two figures; ; goes on with an amount of the next thing."""
    if any(one in between for one in ("其中", "(", *_STOPS)):
        return True
    return ";" in between and not (following.unit_class == "money" and _THING.search(between))


def _may_be_a_part(read: Read, whole: Read) -> bool:
    """Whether a figure has the role of a whole, or none; what there was at first and its change are no parts."""
    said, own = read.bound.word, whole.bound.word
    another = said is not None and said.role in CHANGED and (own is None or said.role != own.role)
    return read.bound.role == whole.bound.role or (read.bound.role == "outside" and not another)


# ---- sums of a list


def _wrong_sums(reads: Sequence[Read]) -> Iterator[ReportRemark]:
    """Where a list comes to something else than the sum that is written behind it."""
    for number, read in enumerate(reads):
        said = _said_of_a_sum(read) if _may_be_a_sum(read) else None
        if said is None:
            continue
        count = parse_quantity(said[1]) if said[1] else None
        before = reads[max(0, number - 4 * MOST_PARTS) : number]
        parts = _listed(before, read) if said.start() else _items(before, read)
        known = any(one.verdict in WRONG for one in (read, *parts))
        if len(parts) < 2 or known or (count is not None and count.number != len(parts)):
            continue
        difference = _value(read) - _total(parts)
        if abs(difference) > _slack(read, parts):
            yield _remark(read, parts, "不等于")


def _said_of_a_sum(read: Read) -> re.Match[str] | None:
    """The words 合计 and the like right before a figure; they begin at 0 only where the paragraph does."""
    start = read.bound.mention.start
    begin = max(0, start - LONGEST_GAP)
    return _SUM.search(("" if begin == 0 else "…") + read.scope.letters.text[begin:start])


def _may_be_a_sum(read: Read) -> bool:
    mention = read.bound.mention
    return mention.type == "number" and not mention.about and mention.unit_class in ("money", "points")


def _items(before: Sequence[Read], total: Read) -> list[Read]:
    """The first amount of each of the numbered paragraphs right above a sum; none where one has several."""
    above: list[tuple[Scope, list[Read]]] = []
    for read in reversed(before):
        if read.scope is total.scope:  # the number of parts: 三项合计
            continue
        if not above or above[-1][0] is not read.scope:
            if not _ITEM.match(read.scope.letters.text):
                break
            above.append((read.scope, []))
        if read.bound.mention.type == "number" and read.bound.mention.unit == total.bound.mention.unit:
            above[-1][1].append(read)
    adjacent = [total.scope, *(scope for scope, _ in above)]
    if any(low.paragraph.start - high.paragraph.end > 2 for low, high in pairwise(adjacent)):
        return []
    return [found[0] for _, found in reversed(above)] if all(len(found) == 1 for _, found in above) else []


def _listed(before: Sequence[Read], total: Read) -> list[Read]:
    """The amounts of a list right before a sum, in its sentence, with nothing but their names between."""
    text, unit = total.scope.letters.text, total.bound.mention.unit
    found: list[Read] = []
    end = text[: total.bound.mention.start].rfind("计")
    for read in reversed(before[-MOST_PARTS:]):
        mention = read.bound.mention
        gap = text[mention.end : end] if read.scope is total.scope else _STOPS
        if len(gap) > LONGEST_GAP or any(one in gap for one in (*_STOPS, *_BREAKS)):
            break
        if _said_of_a_sum(read):
            return []
        if (
            mention.type != "number"
            or mention.unit != unit
            or read.bound.role in NO_PARTS
            or read.bound.other_year
        ):
            return []
        found.insert(0, read)
        end = mention.start
    roles = {one.bound.role for one in found}
    return found if len(roles) <= 1 or roles <= POINTS else []


def _remark(total: Read, parts: list[Read], what: str) -> ReportRemark:
    """The remark, at the part that a usual slip of the hand explains, else at the sum and all of its parts."""
    difference = _value(total) - _total(parts)
    slips = [(one, _slip(_value(one), _value(one) + difference)) for one in parts]
    turned, changed = ([one for one, slip in slips if slip == kind] for kind in ("turned", "changed"))
    slipped = turned if len(turned) == 1 else turned + changed  # a difference that turned digits explain is theirs
    given, shown = figure_as_written(total), _shown(_total(parts), total)
    message = f"“{given}”的各部分（{'、'.join(map(figure_as_written, parts))}）合计{shown}，{what}{given}。"
    if len(slipped) == 1:
        (part,) = slipped
        right = _shown(_value(part) + difference, part)
        message += f"“{figure_as_written(part)}”可能应为{right}。"
        return ReportRemark("P04", part.start, part.end, "合计", message, ADVICE, figure_as_written(part), right)
    those = [one for one in (total, *parts) if one.scope is total.scope]
    start, end = min(one.start for one in those), max(one.end for one in those)
    return ReportRemark("P04", start, end, "合计", message, ADVICE, given, shown)


def _slip(given: Fraction, right: Fraction) -> Literal["", "turned", "changed"]:
    """Whether two numbers differ in two digits that changed places, or in one digit."""
    one, other = (f"{float(value):.4f}".replace(".", "") for value in (given, right))
    if right <= 0 or len(one) != len(other):
        return ""
    at = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]:
        return "turned"
    return "changed" if len(at) == 1 else ""


# ---- numbers


def _value(read: Read) -> Fraction:
    return Fraction(read.bound.mention.number or 0)


def _total(parts: Sequence[Read]) -> Fraction:
    return sum(map(_value, parts), Fraction(0))


def _slack(total: Read, parts: Sequence[Read]) -> Fraction:
    """What rounding may make of a sum: half of the last place of each part, and of the sum."""
    places = max((one.bound.mention.places for one in parts), default=0)
    return Fraction(len(parts), 2 * 10**places) + Fraction(1, 2 * 10**total.bound.mention.places)


def _shown(value: Fraction, like: Read) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.10g}{like.bound.mention.unit}"

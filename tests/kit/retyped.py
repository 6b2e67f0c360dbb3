"""The ways in which another bureau would have printed the same form; each keeps track of where every value went."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tests.kit.published_tables import Cell, Part, Sheet, fold
from tests.kit.synonyms import HEAD, INDICATORS, LINES, MONEY, TOTAL_ROW

Words = Mapping[str, tuple[Sequence[str], Sequence[str]]]
Change = Callable[[Sheet, random.Random], None]
_NUMBER = re.compile(r"\s*([≥≤=＝＞＜><]{0,2}\s*-?[\d.,]+)\s*(%|[^\d\s%，。、（）()-]{1,4})\s*")


def _moved(sheet: Sheet, place: Callable[[Cell], Cell]) -> None:
    """Move every cell; what two cells are moved to is a mistake of the test."""
    sheet.cells = {place(at): value for at, value in sheet.cells.items()}
    sheet.origin = {place(at): was for at, was in sheet.origin.items()}


def other_order(sheet: Sheet, chance: random.Random) -> None:
    """The columns of values of both tables in another order."""
    for part in filter(None, (sheet.form.indicators, sheet.form.money)):
        _reorder(sheet, part, chance)


def _reorder(sheet: Sheet, part: Part, chance: random.Random) -> None:
    groups = part.groups
    mixed = chance.sample(groups, len(groups))
    slots, to = sorted(column for group in groups for column in group), {}
    for slot, column in zip(slots, (column for group in mixed for column in group), strict=True):
        to[column] = slot
    rows = range(part.head[0], part.last + 1)
    _moved(sheet, lambda at: (at[0], to.get(at[1], at[1])) if at[0] in rows else at)
    sheet.merges = [_reordered(merge, rows, to) for merge in sheet.merges]


def _reordered(merge: tuple[int, int, int, int], rows: range, to: Mapping[int, int]) -> tuple[int, int, int, int]:
    top, left, bottom, right = merge
    if top not in rows:
        return merge
    if left in to:
        return top, min(to.get(c, c) for c in range(left, right + 1)), bottom, max(
            to.get(c, c) for c in range(left, right + 1)
        )  # fmt: skip
    kept = [column for column in range(left, right + 1) if column not in to]
    return top, left, bottom, max(kept)


def synonyms_in(unlisted: Callable[[str], bool]) -> Change:
    """Every header and label by another word, one for which `unlisted` holds."""

    def change(sheet: Sheet, chance: random.Random) -> None:
        form = sheet.form
        heads: list[tuple[range, Words]] = [
            (range(form.indicators.head[0], form.indicators.head[1] + 1), INDICATORS)
        ]
        if form.money:
            heads.append((range(form.money.head[0], form.money.head[1] + 1), MONEY))
            heads.append((range(form.money.head[1] + 1, form.money.last + 1), LINES))
        used = {row for rows, _ in heads for row in rows}
        last = max((row for row, _ in sheet.cells), default=0)
        top = form.indicators.head[1]
        heads.append((range(top + 1, last + 1), {"total_row": TOTAL_ROW}))
        heads.append((range(1, last + 1), HEAD))
        for at, text in list(sheet.cells.items()):
            for rows, words in heads:
                if at[0] in rows and (words is not HEAD or (at[0] not in used and at[0] < top)):
                    sheet.cells[at] = text = _other(text, words, unlisted, chance)

    return change


def _other(text: Any, words: Words, unlisted: Callable[[str], bool], chance: random.Random) -> Any:
    for labels, others in words.values():
        for label in labels:
            own, colon, value = fold(text).partition(":") if isinstance(text, str) else ("", "", "")
            if own == fold(label):
                free = [other for other in others if unlisted(other)]
                return chance.choice(free) + (("：" + value) if colon else "") if free else text
    return text


def other_header_rows(sheet: Sheet, chance: random.Random) -> None:
    """A header of two rows in one; one of one row in two, with a heading over two columns."""
    if sheet.form.indicators.head[0] < sheet.form.indicators.head[1]:
        _into_one(sheet)
        return
    _into_two(
        sheet, "indicators", INDICATORS, (("weight", "claimed", "评分情况"), ("target", "actual", "指标完成对照"))
    )
    if sheet.form.money:
        _into_two(sheet, "money", MONEY, (("initial", "adjusted", "预算安排"), ("executed", "rate", "预算执行")))


def _into_one(sheet: Sheet) -> None:
    """ "预期指标值" over "符号" becomes "预期指标值（符号）"; the second row goes."""
    part = sheet.form.indicators
    top, bottom = part.head
    below = [column for row, column in sheet.cells if row == bottom]
    heads = {column: [str(sheet.cells[at]) for at in sheet.header_of(column, part)] for column in below}
    for column, texts in heads.items():
        sheet.cells[top, column] = (
            f"{texts[0]}（{texts[-1]}）" if len(texts) > 1 and texts[0] != texts[-1] else texts[-1]
        )
    sheet.cells = {at: value for at, value in sheet.cells.items() if at[0] != bottom}
    sheet.origin = {at: was for at, was in sheet.origin.items() if at[0] != bottom}
    sheet.merges = [m for m in sheet.merges if not (m[0] == top and m[2] >= top and m[1] > 1)]
    _shift(sheet, bottom, -1)
    sheet.form = replace(sheet.form, indicators=Part((top, top), part.last - 1, part.columns))


def _into_two(sheet: Sheet, key: str, words: Words, headings: Sequence[tuple[str, str, str]]) -> None:
    part: Part = getattr(sheet.form, key)
    top, roles = part.head[0], sheet.roles(part, words)
    pairs = [
        (min(roles[one], roles[other]), text)
        for one, other, text in headings
        if one in roles and other in roles and abs(roles[one] - roles[other]) == 1
    ][:1]
    if not pairs:
        return
    _shift(sheet, top + 1, 1)
    left, text = pairs[0]
    own = [column for row, column in sheet.cells if row == top]
    for column in own:
        if column in (left, left + 1):
            sheet.cells[top + 1, column] = sheet.cells.pop((top, column))
        elif not any(m[0] == top and m[1] == column for m in sheet.merges):
            sheet.merges.append((top, column, top + 1, column))
        else:
            old = next(m for m in sheet.merges if m[0] == top and m[1] == column)
            if old[2] == top:
                sheet.merges.remove(old)
                sheet.merges.append((top, old[1], top + 1, old[3]))
    sheet.cells[top, left] = text
    sheet.merges.append((top, left, top, left + 1))
    changed = {key: Part((top, top + 1), part.last + 1, part.columns)}
    if key == "money":
        below = sheet.form.indicators
        if below.head[0] > top:
            changed["indicators"] = Part((below.head[0] + 1, below.head[1] + 1), below.last + 1, below.columns)
    elif sheet.form.money and sheet.form.money.head[0] > top:
        below = sheet.form.money
        changed["money"] = Part((below.head[0] + 1, below.head[1] + 1), below.last + 1, below.columns)
    sheet.form = replace(sheet.form, **changed)


def _shift(sheet: Sheet, row: int, by: int) -> None:
    """Rows from `row` on move down, or up."""
    _moved(sheet, lambda at: (at[0] + by, at[1]) if at[0] >= row else at)
    sheet.merges = [
        (top + by if top >= row else top, left, bottom + by if bottom >= row else bottom, right)
        for top, left, bottom, right in sheet.merges
    ]


def own_unit_column(sheet: Sheet, chance: random.Random) -> None:
    """The units of targets and actual values in a column of their own, right of the target."""
    part = sheet.form.indicators
    roles = sheet.roles(part, INDICATORS)
    if "unit" in roles or "target" not in roles:
        return
    target, actual = roles["target"], roles.get("actual")
    if any(target in group and len(group) > 1 for group in part.groups):
        return
    at = target + 1
    _moved(sheet, lambda cell: (cell[0], cell[1] + 1) if cell[1] >= at else cell)
    sheet.merges = [
        (top, left + (left >= at), bottom, right + (right >= at)) for top, left, bottom, right in sheet.merges
    ]
    columns = (target, actual + (actual >= at) if actual else None)
    for row in range(part.head[1] + 1, part.last + 1):
        _split(sheet, row, columns, at)
    sheet.cells[part.head[0], at] = "计量单位"
    indicators = replace(part, columns=_inserted(part.columns, at))
    money = sheet.form.money and replace(
        sheet.form.money, columns=_inserted(sheet.form.money.columns, at, new=False)
    )
    sheet.form = replace(sheet.form, indicators=indicators, money=money)


def _inserted(columns: str, at: int, new: bool = True) -> str:
    """Columns as "D E F:G" after one was inserted, which is one of them if `new`."""
    from openpyxl.utils import column_index_from_string as number_of
    from openpyxl.utils import get_column_letter as letter

    moved = (
        ":".join(letter(number_of(one) + (number_of(one) >= at)) for one in group.split(":"))
        for group in columns.split()
    )
    return " ".join(sorted({*moved, *([letter(at)] if new else [])}))


def _split(sheet: Sheet, row: int, columns: Sequence[int | None], at: int) -> None:
    found = [(column, _NUMBER.fullmatch(str(sheet.cells.get((row, column), "")))) for column in columns if column]
    read = [(column, match) for column, match in found if match]
    units = {match[2] for _, match in read}
    if len(units) != 1 or read[0][0] != columns[0]:
        return
    for column, match in read:
        sheet.cells[row, column] = match[1]
    sheet.cells[row, at] = units.pop()

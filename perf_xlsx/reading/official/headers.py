"""The headers of tables: which rows they are, and the role of each column by its words and its contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import AMOUNTS as _AMOUNTS
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.assignment import best_assignment
from perf_xlsx.reading.official.contents import (
    Column,
    columns_below,
    contradicts,
    shown_by_contents,
    shown_by_partner,
)
from perf_xlsx.reading.official.labels import Row, bracketed, core
from perf_xlsx.reading.official.likeness import CERTAIN, Roles

Needs = Sequence[Sequence[str]]

LIKELY = 100  # rank of a role that no known label gives
_WIDEST = 60  # texts of a row that may be a header
_LEAST = 3  # columns of a table whose labels are not known
_CLOSE = 60.0  # scores of two roles that are nearly as good
_MOST_ROWS = 3  # of a header
_FULL = Decimal(100)
_PARTNERS = {"actual": "target", "target": "actual", "claimed_points": "weight", "weight": "claimed_points"}


class Leaf(Struct, frozen=True):
    """The lowest text of a header above one column, the heading above it, and the columns that it spans.

    `values` is the one of them that holds the values.
    """

    row: int
    column: int
    right: int
    text: str
    heading: str = ""
    values: int = 0

    def over(self, values: int) -> Leaf:
        """The same with the column of its values."""
        return replace(self, values=values)


class Search:
    """Looks for the headers of one kind of table on a sheet; `ends` are the words of rows of sums, `headings` those
    of parts of the form."""

    def __init__(
        self, sheets: Sheets, sheet: int, rows: Mapping[int, Row], boxes: Sequence[Box], block: str,
        ends: Sequence[str], headings: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.sheets, self.sheet, self.rows, self.ends, self.headings = sheets, sheet, rows, ends, headings
        self.roles, self.kinds = Roles(block, boxes), {box.key: box.kind for box in boxes}
        self.merged = {(top, left): (bottom, right) for top, left, bottom, right in sheets.grids[sheet].merges}

    def headers(self, needs: Needs, likely: bool) -> list[Header]:
        """Every header that has what the table needs, from top to bottom.

        Labels that no form knows are taken for those of a table only if asked for, and no header has known ones.
        """
        if (found := self._headers(needs, certain=True)) or not likely:
            return found
        found = self._headers(needs, certain=False)
        return [header for header in found if header.titles == found[0].titles]

    def _headers(self, needs: Needs, certain: bool) -> list[Header]:
        found: list[Header] = []
        for row in self.rows:
            if found and row <= found[-1].bottom:
                continue
            if header := self._header(row, needs, certain):
                found.append(header)
        return found

    def _header(self, row: int, needs: Needs, certain: bool) -> Header | None:
        """The header that begins in this row, of as many rows as show most of its columns."""
        if not self._may_begin(row, certain):
            return None
        found: list[Header] = []
        for leaves in self._rows_of_leaves(row):
            header = self._of(row, leaves)
            below = self._of(row + 1, self._leaves(row + 1)) if header and any(leaf.row > row for leaf in leaves) else None
            if header and (below is None or below.columns.keys() < header.columns.keys()):
                found.append(header)
        fit = [header for header in found if _has(_known(header) if certain else header.columns, needs)]
        fit = [header for header in fit if not self._is_refuted(header)]
        return max(fit, key=lambda header: len(header.columns), default=None)

    def _may_begin(self, row: int, certain: bool) -> bool:
        texts = self.rows[row].values()
        if len(texts) > _WIDEST:
            texts = [text for text in texts if self.roles.certain(text)]
        if certain:
            below = self.rows.get(row + 1, {}).values()
            return any(map(self.roles.certain, texts)) and sum(map(bool, map(self.roles.certain, (*texts, *below)))) > 1
        return sum(any(self.roles.likely(text)) for text in texts) >= _LEAST

    # ---- rows of a header ------------------------------------------------------------------------------------

    def _rows_of_leaves(self, top: int) -> Iterable[list[Leaf]]:
        """The columns of the header if it has one row, two, or three."""
        leaves = self._leaves(top)
        yield leaves
        for row in range(top + 1, top + _MOST_ROWS):
            below = self._below(row, leaves)
            if len(below) < 2:
                return
            under = {leaf.column for leaf in below}
            kept = [leaf for leaf in leaves if not any(leaf.column <= column <= leaf.right for column in under)]
            leaves = sorted((*kept, *below), key=lambda leaf: leaf.column)
            yield leaves

    def _leaves(self, row: int) -> list[Leaf]:
        return [self._leaf(row, column, text) for column, text in self._labels_in(row).items()]

    def _labels_in(self, row: int) -> Row:
        """The texts of a row but for headings at its side, which are merged down past any header."""
        texts = self.rows.get(row, {})
        if len(texts) > _WIDEST:
            texts = {column: text for column, text in texts.items() if self.roles.certain(text)}
        return {
            column: text
            for column, text in texts.items()
            if self.roles.certain(text)
            or (self.merged.get((row, column), (row, 0))[0] < row + _MOST_ROWS and core(text) not in self.headings)
        }

    def _leaf(self, row: int, column: int, text: str, heading: str = "") -> Leaf:
        return Leaf(row, column, self.merged.get((row, column), (row, column))[1], text, heading)

    def _below(self, row: int, leaves: Sequence[Leaf]) -> list[Leaf]:
        """The labels of a further row: below headings over several columns, or where the row above has none."""
        texts = self._labels_in(row)
        found = []
        for column, text in texts.items():
            above = next((leaf for leaf in reversed(leaves) if leaf.column <= column), None)
            if above is None or self._covers(above, row, column):
                continue
            split = sum(above.column <= other <= above.right for other in texts) > 1
            if above.column == column and not split:
                continue
            heading = above.text if split and column <= above.right else ""
            if self.roles.certain(text) or self.roles.likely(text, heading):
                found.append(self._leaf(row, column, text, heading))
        return found

    def _covers(self, above: Leaf, row: int, column: int) -> bool:
        """Whether the label above is merged over this cell."""
        bottom, right = self.merged.get((above.row, above.column), (above.row, above.column))
        return above.row <= row <= bottom and above.column <= column <= right

    @cached_property
    def _cells(self) -> Mapping[int, Mapping[int, Cell]]:
        """The cells of the sheet by row and column, in order."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.sheets.grids[self.sheet].cells.items()):
            found.setdefault(row, {})[column] = cell
        return found

    def _is_refuted(self, header: Header) -> bool:
        """Whether no column of amounts has amounts: 预算数 | 6.84 | 执行数 | 6.84 are labels next to their values."""
        columns = [header.columns[role] for role in _AMOUNTS if role in header.columns]
        if not columns or "name" in header.columns:
            return False
        contents = columns_below(self._cells, header.bottom, sorted(columns), self.ends)
        return all(contradicts("", "number", contents[column]) for column in columns)

    # ---- columns ---------------------------------------------------------------------------------------------

    def _of(self, top: int, leaves: Sequence[Leaf]) -> Header | None:
        """The header of these columns, each with its best role."""
        leaves = _told_apart(leaves)
        scores = [dict(self.roles.likely(leaf.text, leaf.heading)) for leaf in leaves]
        contents = self._contents(max(leaf.row for leaf in leaves), leaves, scores) if leaves else {}
        leaves = [leaf.over(_value_column(leaf, contents)) for leaf in leaves]
        _drop_contradicted(scores, leaves, contents, self.kinds)
        ranked = [
            {role: score - number / 1000 for role, score in found.items() if role}
            for number, found in enumerate(scores)
        ]
        roles = [
            role if role is None or found[role] > found.get("", 0.0) else None
            for role, found in zip(best_assignment(ranked), scores, strict=True)
        ]
        return _Columns(self, top, leaves, scores, contents, roles).header()

    def _contents(
        self, bottom: int, leaves: Sequence[Leaf], scores: Sequence[Mapping[str, float]]
    ) -> Mapping[int, Column]:
        """The contents of the columns, where a label is not known or spans several columns."""
        spans = any(leaf.right > leaf.column for leaf in leaves)
        if not spans and all(max(found.values(), default=0.0) > CERTAIN - LIKELY for found in scores):
            return {}
        columns = sorted({column for leaf in leaves for column in range(leaf.column, min(leaf.right, leaf.column + 9) + 1)})
        return columns_below(self._cells, bottom, columns, self.ends)


def _told_apart(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Labels that differ only in their brackets are sublabels of one heading: 预期指标值（符号）, 预期指标值（值）."""
    cores = [core(leaf.text) for leaf in leaves]
    return [
        replace(leaf, text=inner, heading=word)
        if cores.count(word) > 1 and (inner := bracketed(leaf.text))
        else leaf
        for leaf, word in zip(leaves, cores, strict=True)
    ]


def _value_column(leaf: Leaf, contents: Mapping[int, Column]) -> int:
    """Of the columns that a label is merged over the one with its numbers: 预算数 | 6.84 below one heading."""
    first = contents.get(leaf.column)
    if leaf.right == leaf.column or first is None or not first.texts or first.numbers:
        return leaf.column
    spanned = (column for column in range(leaf.column, leaf.right + 1) if column in contents)
    return next((column for column in spanned if contents[column].number_share > _HALF), leaf.column)


def _drop_contradicted(
    scores: Sequence[dict[str, float]], leaves: Sequence[Leaf], contents: Mapping[int, Column],
    kinds: Mapping[str, str],
) -> None:  # fmt: skip
    """Take away roles that the words allow and the contents do not; known labels keep theirs."""
    for found, leaf in zip(scores, leaves, strict=True):
        for role, score in list(found.items()):
            column = contents.get(leaf.values)
            if role and column and score <= CERTAIN - LIKELY and contradicts(role, kinds[role], column):
                del found[role]


class _Columns:
    """Makes a header of columns and their roles."""

    def __init__(
        self, search: Search, top: int, leaves: Sequence[Leaf], scores: Sequence[Mapping[str, float]],
        contents: Mapping[int, Column], roles: Sequence[str | None],
    ) -> None:  # fmt: skip
        self.search, self.top, self.leaves = search, top, leaves
        self.scores, self.contents = scores, contents
        self.roles = list(roles)
        self.doubts: list[tuple[Address, str, str]] = []

    def header(self) -> Header | None:
        if sum(role is not None for role in self.roles) >= _LEAST:
            self._by_contents()
        used = {role: number for number, role in enumerate(self.roles) if role}
        if not used:
            return None
        self._close_calls()
        columns = {role: self.leaves[number].values for role, number in used.items()}
        titles = {role: core(self._title(number)) for role, number in used.items()}
        ranks = {role: self._rank(role, number) for role, number in used.items()}
        doubled, unread = self._rest(used)
        bottom = self._bottom(used.values())
        unread += self._beneath(bottom)
        return Header(
            self.search.sheet, self.top, bottom, columns, titles, ranks, tuple(doubled), tuple(unread),
            doubts=tuple(self.doubts),
        )  # fmt: skip

    def _bottom(self, used: Iterable[int]) -> int:
        """The last row of the labels, merged cells included."""
        leaves, merged = [self.leaves[number] for number in used], self.search.merged
        ends = (merged.get((leaf.row, leaf.column), (leaf.row, 0))[0] for leaf in leaves)
        return max(*(min(end, self.top + _MOST_ROWS - 1) for end in ends), *(leaf.row for leaf in self.leaves))

    def _title(self, number: int) -> str:
        leaf = self.leaves[number]
        generic = leaf.heading and not self.search.roles.certain(leaf.text)
        return f"{leaf.heading}·{leaf.text}" if generic else leaf.text

    def _rank(self, role: str, number: int) -> int:
        score = self.scores[number].get(role, 0.0)
        return round(CERTAIN - score) if score > CERTAIN - LIKELY else LIKELY

    def _by_contents(self) -> None:
        """Roles that no word gives and the contents prove."""
        for number, leaf in enumerate(self.leaves):
            column = self.contents.get(leaf.values)
            if column and self.roles[number] is None and not self.scores[number]:
                role = shown_by_contents(column)
                if role in self.search.kinds and role not in self.roles:
                    self._take(number, role)
        for role, partner in _PARTNERS.items():
            if role in self.search.kinds and role not in self.roles and partner in self.roles:
                beside = self.contents.get(self.leaves[self.roles.index(partner)].values)
                fits = [n for n in self._open() if beside and self._fits(role, n, beside)]
                if len(fits) == 1:
                    self._take(fits[0], role)

    def _open(self) -> Iterable[int]:
        """The columns whose words say nothing."""
        return (n for n, role in enumerate(self.roles) if role is None and not self.scores[n])

    def _fits(self, role: str, number: int, partner: Column) -> bool:
        column = self.contents.get(self.leaves[number].values)
        return column is not None and shown_by_partner(role, column, partner, _FULL)

    def _take(self, number: int, role: str) -> None:
        self.roles[number] = role
        own, text = self.search.roles.titles[role], self._title(number)
        message = f"没有认出“{text}”一栏的名称，按其中的内容作为“{own}”读取。"
        self.doubts.append((self._at(number), text, message))

    def _close_calls(self) -> None:
        """Tell where another role is nearly as likely as the one taken."""
        for number, role in enumerate(self.roles):
            found = self.scores[number]
            score = found.get(role or "", 0.0)
            if role is None or score > CERTAIN - LIKELY or not score:
                continue
            close = [
                other
                for other, rival in found.items()
                if other not in ("", role) and rival > score - _CLOSE and other not in self.roles
            ]
            if close:
                titles, text = self.search.roles.titles, self._title(number)
                others = "、".join(f"“{titles[other]}”" for other in close)
                message = f"“{text}”一栏按“{titles[role]}”读取，也可能是{others}。"
                self.doubts.append((self._at(number), text, message))

    def _at(self, number: int) -> Address:
        return self.search.sheet, self.leaves[number].row, self.leaves[number].column

    def _rest(self, used: Mapping[str, int]) -> tuple[list[tuple[str, Address]], list[str]]:
        """Labels of a role that another column has with the same right, and labels left unread."""
        doubled: list[tuple[str, Address]] = []
        unread: list[str] = []
        first = min(self.leaves[number].column for number in used.values())
        for number, leaf in enumerate(self.leaves):
            if self.roles[number] is not None:
                continue
            known = self.search.roles.certain(leaf.text)
            rival = used.get(known[1]) if known else None
            if known and rival is not None and self._rank(known[1], rival) == known[0]:
                doubled.append((core(leaf.text), self._at(number)))
            elif known or leaf.column > first:  # a text before the first column is a heading of the table
                unread.append(core(self._title(number)))
        return doubled, unread

    def _beneath(self, bottom: int) -> list[str]:
        """Texts in the rows of the header that are no labels of its columns."""
        used = {(leaf.row, leaf.column) for leaf in self.leaves}
        rows = self.search.rows
        return [
            core(text)
            for row in range(self.top + 1, bottom + 1)
            for column, text in rows.get(row, {}).items()
            if (row, column) not in used
        ]


_HALF = 0.5


def _known(header: Header) -> set[str]:
    """The roles that a header has by known labels."""
    return {role for role, rank in header.ranks.items() if rank < LIKELY}


def _has(columns: Iterable[str], needs: Needs) -> bool:
    known = set(columns)
    return all(any(key in known for key in group) for group in needs)

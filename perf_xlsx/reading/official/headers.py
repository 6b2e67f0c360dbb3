"""The headers of tables: which rows of a sheet they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import PackageError
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.column_contents import ColumnContents, SheetContents, contradicts, names_a_level
from perf_xlsx.reading.official.columns import LEAST, LIKELY, Columns, certain_roles, unknown
from perf_xlsx.reading.official.labels import Leaf, TextRow
from perf_xlsx.reading.official.leaves import HeaderRows, leaves_told_apart
from perf_xlsx.reading.official.likeness import roles_of

Needs = Sequence[Sequence[str]]

_TRIED = 60  # rows that look like headers of unknown labels, and are none
_SPANNED = 9  # columns that a label is merged over and that are looked at
_LABEL, _WORD = 20, 5  # what a label of a row that may be a header costs, and a text that may be one, in cells


class Effort:
    """How many cells may be looked at for the headers of one workbook, so that no workbook costs minutes.

    Raises PackageError beyond that: what was not looked through to the end is not read at all.
    """

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, cells: int, where: str) -> None:
        """Count what was looked at on the sheet that is called so."""
        self._left -= cells
        if self._left < 0:
            raise PackageError("too_large", f"工作表“{where}”中像表头的行过多，没有查找完")


class Search:
    """Looks for the headers of one kind of table on a sheet.

    `ends` are the words of rows of sums, `headings` those of parts of the form. `money` are the columns of
    amounts, by which a table of money is told from the one that is sought.
    """

    def __init__(
        self, sheets: Sheets, sheet: int, rows: Mapping[int, TextRow], boxes: Sequence[Box], block: str,
        ends: Sequence[str], headings: Sequence[str], money: Sequence[Box],
        effort: Effort, contents: SheetContents,
    ) -> None:  # fmt: skip
        self.sheet, self.name, self.labelled = sheet, sheets.names[sheet], block != "indicators"
        self.effort, self.contents = effort, contents
        self.ends = frozenset(headings if self.labelled else ends)
        self.roles, self.kinds = roles_of(block, tuple(boxes)), {box.key: box.kind for box in boxes}
        self.rows = HeaderRows(sheets, sheet, rows, self.roles, headings)
        self.money = roles_of("funds", tuple(money)) if money else None
        self._may: dict[int, bool] = {}
        self._certain: dict[tuple[tuple[str, ...], ...], list[Header]] = {}
        self._words: set[str] = set()

    def headers(self, needs: Needs, likely: bool) -> list[Header]:
        """Every header that has what the table needs, from top to bottom.

        Labels that no form knows are taken for those of a table only if asked for, and no header has known ones.
        """
        key = tuple(map(tuple, needs))
        if key not in self._certain:
            self._certain[key] = self._headers(needs, certain=True)
        if (found := self._certain[key]) or not likely:
            return found
        found = self._headers(needs, certain=False)
        return [header for header in found if header.titles == found[0].titles]

    def _headers(self, needs: Needs, certain: bool) -> list[Header]:
        found: list[Header] = []
        tried = 0
        for row in self._begun_by_known if certain else filter(self._is_likely, self.rows.rows):
            if found and row <= found[-1].bottom:
                continue
            if header := self._header(row, needs, certain):
                found.append(header)
            tried += 1
            if not certain and tried - len(found) >= _TRIED:
                break
        return found

    def _header(self, row: int, needs: Needs, certain: bool) -> Header | None:
        """The header that begins in this row, of as many rows as show most of its columns."""
        found: list[Header] = []
        for leaves in self.rows.deeper(row):
            header = self._of(leaves, needs if certain else ())
            if (
                header
                and _has(_known(header) if certain else header.columns, needs)
                and self._adds(header, leaves)
            ):
                found.append(header)
        fit = [header for header in found if not self._is_refuted(header)]
        return max(fit, key=_shown, default=None)

    def _adds(self, header: Header, leaves: Sequence[Leaf]) -> bool:
        """Whether the first of several rows adds columns to those of the next row, and takes none."""
        if all(leaf.row == header.top for leaf in leaves):
            return True
        headed = {(leaf.row, leaf.column): leaf for leaf in leaves}
        below = self._of([headed.get((leaf.row, leaf.column), leaf) for leaf in self.rows.leaves(header.top + 1)])
        return below is None or {*below.columns.values()} < {*header.columns.values()}

    @cached_property
    def _begun_by_known(self) -> Sequence[int]:
        """The rows with known labels, more than one here and in the row below."""
        known = {row: count for row in self.rows.rows if (count := self._known_in(row))}
        return [row for row, count in known.items() if count + known.get(row + 1, 0) > 1]

    def _known_in(self, row: int) -> int:
        """How many known labels a row has."""
        return sum(self.roles.certain(text) is not None for text in self.rows.texts(row).values())

    def _is_likely(self, row: int) -> bool:
        """Whether enough texts of the row may be labels, though no form knows them."""
        if len(self.rows.texts(row)) < 2:  # most rows of a long list
            return False
        if row not in self._may:
            self._may[row] = self._has_likely_labels(row)
        return self._may[row]

    def _has_likely_labels(self, row: int) -> bool:
        texts = [*self.rows.labels_in(row).values()]
        new = {*texts} - self._words
        self._words |= new
        self.effort.spend(_WORD * len(new), self.name)
        likely = sum(self._may_be_a_column(text) for text in texts)
        if self.kinds.keys() & {"level1"} and any(map(names_a_level, texts)):
            return False  # an indicator
        enough = likely >= min(LEAST, max(2, len(texts) - 1)) or self._is_above_levels(row, len(texts))
        return enough and not self._is_of_money(texts)

    def _may_be_a_column(self, text: str) -> bool:
        """Whether the words of a text are those of a column: of amounts also of one that is not read."""
        roles = self.roles.likely(text)
        return bool(roles) if self.labelled else any(roles)

    def _is_above_levels(self, row: int, labels: int) -> bool:
        """Whether the first indicator is below: a row of labels that nobody knows is above 产出指标 | 数量指标."""
        if "level1" not in self.kinds or labels < LEAST:
            return False
        return any(map(names_a_level, self.rows.texts(row + 1).values()))

    def _is_of_money(self, texts: Sequence[str]) -> bool:
        """Whether labels are those of amounts, in a search for a table that has none."""
        found = (max(likely, key=likely.__getitem__) for text in texts if (likely := self._as_money(text)))
        return len({role for role in found if role in AMOUNTS}) > 1

    def _as_money(self, text: str) -> Mapping[str, float]:
        return self.money.likely(text) if self.money else {}

    def _of(self, leaves: Sequence[Leaf], needs: Needs = ()) -> Header | None:
        """The header of these columns, each with its best role; None where known labels lack what it `needs`."""
        if not leaves:
            return None
        leaves = self.roles.of_values(leaves_told_apart(leaves))
        self.effort.spend(_LABEL * len(leaves), self.name)
        scores = [dict(self.roles.likely(leaf.text, leaf.heading)) for leaf in leaves]
        if not _has(certain_roles(scores), needs):  # contents only take certain roles away
            return None
        wide = any(leaf.right > leaf.column for leaf in leaves)
        contents = self._contents(leaves) if wide or unknown(scores) else {}
        return Columns(self.sheet, self.rows, self.kinds, leaves, scores, contents).header()

    def _contents(self, leaves: Sequence[Leaf]) -> Mapping[int, ColumnContents]:
        """The contents of every column that a label is over."""
        spans = (range(leaf.column, min(leaf.right, leaf.column + _SPANNED) + 1) for leaf in leaves)
        columns = sorted({column for span in spans for column in span})
        return self._below(max(leaf.row for leaf in leaves), columns)

    def _below(self, bottom: int, columns: Sequence[int]) -> Mapping[int, ColumnContents]:
        found = self.contents.below(bottom, columns, self.ends, self.labelled)
        self.effort.spend(sum(len(column.texts) for column in found.values()), self.name)
        return found

    def _is_refuted(self, header: Header) -> bool:
        """Whether no column of amounts has amounts: 预算数 | 6.84 | 执行数 | 6.84 are labels with values."""
        columns = [header.columns[role] for role in AMOUNTS if role in header.columns]
        if not columns or "name" in header.columns:
            return False
        contents = self._below(header.bottom, sorted(columns))
        return all(contradicts("", "number", contents[column]) for column in columns)


def _shown(header: Header) -> tuple[int, int]:
    """How many columns a header shows by labels of their own, and how few it leaves without one."""
    return len(header.columns) - header.unlabelled, -header.nameless


def _known(header: Header) -> set[str]:
    """The roles that a header has by known labels."""
    return {role for role, rank in header.ranks.items() if rank < LIKELY}


def _has(columns: Iterable[str], needs: Needs) -> bool:
    known = set(columns)
    return all(any(key in known for key in group) for group in needs)

"""Required boxes that nobody filled, counted by formulas; the reader's rule says which rows are entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from perf_xlsx.domain.model import TABLES, columns_of
from perf_xlsx.forms import Box, Line, Rows, typed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.template.fixed_words import NOTES, REMARKS, TOTALS
from perf_xlsx.template.prompts import NONE, bare, begins, blank, idle, listed

PART = "其中"  # begins a row that is a part of the one above it
HEADS = ("level1", "level2", "title")  # only say what a row belongs to
POINTS = "px_points"  # the indicators' points, from the header to well below the table
WEIGHTS = "px_weights"  # the hidden cell that adds up the indicators' weights
BELOW = 40  # rows below a table that are looked at, too


def counter_name(position: int) -> str:
    """The name of the counter on the form's sheet at that position."""
    return f"px_counter_{position + 1}"


def entries_name(block: str) -> str:
    """The name of the hidden cell that counts a table's entries."""
    return f"px_entries_{block}"


def owed_name(block: str) -> str:
    """The name of the hidden cell that counts what they lack."""
    return f"px_owed_{block}"


def rate_amounts(rulebook: Rulebook) -> tuple[str, str]:
    """The columns of a line that its execution rate is made of."""
    return "executed", rulebook.word("execution.base")


def required_amounts(line: Line, total: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The columns that a line of money must have; of the total also those that points are given for."""
    return line.required + (rate_amounts(rulebook) if line.key == total else ())


def missing_cell(cell: str) -> str:
    """1 where the cell is empty, as a formula."""
    return f"--{blank(cell)}"


class Table(Struct, frozen=True):
    """A table of free rows on its sheet: its columns' letters by their keys, and its rows with the header's."""

    block: Rows
    sheet: str
    letters: Mapping[str, str]
    header: int
    last: int

    @property
    def required(self) -> bool:
        """Whether its entries owe anything."""
        return any(box.required for box in self.block.columns)

    def hidden(self) -> dict[str, str]:
        """What the hidden sheet counts of it, by name."""
        found = {entries_name(self.block.key): self.entries(), owed_name(self.block.key): self.owed()}
        return found | ({WEIGHTS: self.summed("weight")} if "weight" in self.letters else {})

    def span(self, key: str) -> str:
        """A column from its header, which is locked and stays, to well below its last row."""
        letter = self.letters[key]
        return f"'{self.sheet}'!${letter}${self.header}:${letter}${self.last + BELOW}"

    def entries(self) -> str:
        """How many rows are entries."""
        return f"=SUMPRODUCT({self._entry()}*1)"

    def owed(self) -> str:
        """How many required boxes of them are empty."""
        lacking = "+".join(blank(self.span(box.key)) for box in typed(self.block.columns) if box.required)
        return f"=SUMPRODUCT({self._entry()}*({lacking}))"

    def summed(self, key: str) -> str:
        """The sum of a column of numbers over the entries."""
        return f"=ROUND(SUMPRODUCT({self._entry()}*1,{self.span(key)}),2)"

    def _boxes(self) -> list[Box]:
        """The columns that tell what a row is: not those that only the form knows, Excel's formulas are short."""
        return [box for box in typed(self.block.columns) if box.key in columns_of(TABLES[self.block.key])]

    def _entry(self) -> str:
        """1 for each row that is an entry: in use, and no sum, part or remark; the header is none."""
        used = f"(1-{idle(self._joined(box for box in self._boxes() if box.key not in HEADS), (NONE,))})"
        other = "+".join((self._total(), self._remark(), self._bare_sum()))
        key = self._boxes()[0].key
        below = f"(ROW({self.span(key)})>ROW('{self.sheet}'!${self.letters[key]}${self.header}))"
        return f"({below}*{used}*(({other})=0))"

    def _joined(self, boxes: Iterable[Box]) -> str:
        return "&".join(self.span(box.key) for box in boxes)

    def _names(self) -> list[str]:
        """The columns that say what a row is."""
        boxes = self._boxes()
        named = next((box.key for box in boxes if box.required), boxes[0].key)
        return [self.span(box.key) for box in boxes if box.key in (*HEADS, named)]

    def _total(self) -> str:
        """A row that sums up others or is a part of the one above, which has no values of its own."""
        valued = [box for box in self._boxes() if box.kind == "value" or (box.kind == "choice" and box.strict)]
        worded = "+".join(begins(name, TOTALS) for name in self._names())
        parts = "+".join(f'ISNUMBER(FIND("|{PART}","|"&{bare(name)}))' for name in self._names())
        found = f"({worded}+({parts})*(1-{idle(self._joined(self._numbers()))})>0)"
        return f"{found}*{idle(self._joined(valued))}" if valued else found

    def _remark(self) -> str:
        """A row that begins with the word of a remark and has no number."""
        found = []
        for name in self._names():
            found.append(begins(name, REMARKS))
            found.append(listed(f"LEFT({bare(name)},2)", NOTES))
        return f"(({'+'.join(found)})>0)*{idle(self._joined(self._numbers()))}"

    def _bare_sum(self) -> str:
        """The last row of numbers, which has no words and adds up those above."""
        numbers = [self.span(box.key) for box in self._numbers() if box.kind == "number"]
        others = [box for box in self._boxes() if box.kind != "number"]
        sums = [f'ISNUMBER({n})*ISNUMBER(FIND("|"&{n}&"|","|"&SUMIF({n},"<1E+99")/2&"|"))' for n in numbers]
        pairs = list(zip(numbers, sums, strict=True))
        fitting = "*".join(f"(({blank(number)}+{sum_})>0)" for number, sum_ in pairs)
        many = "+".join(f"{sum_}*(COUNT({number})>2)*{_is_last(number)}" for number, sum_ in pairs)
        return f"{fitting}*(({many})>0)*{idle(self._joined(others))}"

    def _numbers(self) -> list[Box]:
        return [box for box in self._boxes() if box.kind in ("number", "percent")]


def _is_last(numbers: str) -> str:
    """Whether each row of a range is the last with a number."""
    return f"(ROW({numbers})=SUMPRODUCT(MAX(ISNUMBER({numbers})*ROW({numbers}))))"

"""Required boxes that nobody filled, counted by formulas; the reader's rule decides which rows are entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perf_xlsx.domain.model import TABLES, columns_of
from perf_xlsx.forms import Box, Line, Rows, typed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.template.conditions import bare, begins, blank, idle, listed
from perf_xlsx.template.steps import Steps
from perf_xlsx.template.word_lists import NOTES, REMARKS, TOTALS
from perf_xlsx.vocabulary import vocabulary

NONE, NOTHING = "无", '""'
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


def missing_name(block: str) -> str:
    """The name of the hidden cell that counts their empty required boxes."""
    return f"px_owed_{block}"


def rate_amounts(rulebook: Rulebook) -> tuple[str, str]:
    """The columns of a line that its execution rate is made of."""
    return "executed", rulebook.word("execution.base")


def required_amounts(line: Line, total: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The columns that a line of money must have; of the total also those that points are given for."""
    return line.required + (rate_amounts(rulebook) if line.key == total else ())


def is_required(box: Box, rulebook: Rulebook) -> bool:
    """Whether a box must be filled in; the points of budget execution only where the rulebook gives it some."""
    return box.required and (box.key != "claimed_execution_points" or bool(rulebook.number("execution.weight")))


def missing_cell(cell: str) -> str:
    """1 where the cell is empty, as a formula."""
    return f"--{blank(cell)}"


class TableRange:
    """A table of free rows on its sheet, from its header to well below its last row, and what is counted of it.

    `letters` are its columns by their keys. Each step gives a value for each row of the range.
    """

    def __init__(self, block: Rows, sheet: str, letters: Mapping[str, str], header: int, last: int) -> None:
        self.block, self.steps = block, Steps(f"{block.key}_all", {}, {})
        self.cells = {
            key: f"'{sheet}'!${letter}${header}:${letter}${last + BELOW}" for key, letter in letters.items()
        }
        known = columns_of(TABLES[block.key])  # columns that only the form knows do not decide what a row is
        self.boxes = [box for box in typed(block.columns) if box.key in known]
        self.header = f"'{sheet}'!${letters[self.boxes[0].key]}${header}"

    @property
    def required(self) -> list[Box]:
        """The columns that every entry must have."""
        return [box for box in typed(self.block.columns) if box.required]

    def counts(self) -> dict[str, str]:
        """The number of entries, of their empty required boxes, the sum of weights: formulas by their names."""
        entry, key = self.steps.step("entry", self._entry()), self.block.key
        lacking = map(self._blank, self.required)
        found = {
            entries_name(key): f"SUMPRODUCT({entry}*1)",
            missing_name(key): f"SUMPRODUCT({entry}*({'+'.join(lacking)}))",
        }
        weight = next((box for box in self.boxes if box.key == "weight"), None)
        summed = {WEIGHTS: f"ROUND(SUMPRODUCT({entry}*1,{self._span(weight)}),2)"} if weight else {}
        return found | summed

    def _blank(self, box: Box) -> str:
        return self.steps.step(f"{box.key}_blank", blank(self._span(box)))

    def _span(self, box: Box) -> str:
        return self.steps.step(f"_{box.key}", self.cells[box.key])

    def _entry(self) -> str:
        """1 for each row that is an entry: in use, and no sum, part or remark; the header is none."""
        used = self._is_idle("in_use", (box for box in self.boxes if box.key not in HEADS), NONE)
        others = "+".join((self._total(), self._remark(), self._bare_sum()))
        below = f"(ROW({self._span(self.boxes[0])})>ROW({self.header}))"
        return f"{below}*(1-{used})*(({others})=0)"

    def _is_idle(self, name: str, boxes: Iterable[Box], *nothing: str) -> str:
        joined = "&".join(map(self._span, boxes)) or NOTHING
        return self.steps.step(f"{name}_idle", idle(self.steps.step(f"{name}_joined", joined), *nothing))

    def _names(self) -> list[str]:
        """The columns that say what a row is."""
        named = next((box.key for box in self.boxes if box.required), self.boxes[0].key)
        return [self._span(box) for box in self.boxes if box.key in (*HEADS, named)]

    def _no_numbers(self) -> str:
        return self._is_idle("numbers", (box for box in self.boxes if box.kind in ("number", "percent")))

    def _total(self) -> str:
        """A row that sums up others or is a part of the one above, which has no values of its own."""
        worded = "+".join(begins(name, TOTALS) for name in self._names())
        words = vocabulary("rows")["part"]["words"]
        parts = "+".join(f'ISNUMBER(FIND("|{word}","|"&{bare(name)}))' for name in self._names() for word in words)
        part = f"({self.steps.step('part', parts)})*(1-{self._no_numbers()})"
        found = f"({self.steps.step('total_word', worded)}+{part}>0)"
        valued = [box for box in self.boxes if box.kind == "value" or (box.kind == "choice" and box.strict)]
        return self.steps.step("total", f"{found}*{self._is_idle('values', valued)}" if valued else found)

    def _remark(self) -> str:
        """A row that begins with the word of a remark and has no number."""
        worded = "+".join(begins(name, REMARKS) for name in self._names())
        noted = "+".join(listed(f"LEFT({bare(name)},2)", NOTES) for name in self._names())
        words = f"({self.steps.step('remark_word', worded)}+{self.steps.step('note', noted)}>0)"
        return self.steps.step("remark", f"{words}*{self._no_numbers()}")

    def _bare_sum(self) -> str:
        """The last row of numbers, which has no words and adds up those above."""
        numbers = [box for box in self.boxes if box.kind == "number"]
        fitting = "*".join(f"(({self._blank(box)}+{self._sum(box)})>0)" for box in numbers)
        many = "+".join(
            f"{self._sum(box)}*(COUNT({self._span(box)})>2)*{_is_last(self._span(box))}" for box in numbers
        )
        wordless = self._is_idle("words", (box for box in self.boxes if box.kind != "number"))
        return self.steps.step("bare_sum", f"{fitting}*(({many})>0)*{wordless}")

    def _sum(self, box: Box) -> str:
        """Numbers that are half of their column's sum: the sum of the others."""
        span = self._span(box)
        formula = f'ISNUMBER({span})*ISNUMBER(FIND("|"&{span}&"|","|"&SUMIF({span},"<1E+99")/2&"|"))'
        return self.steps.step(f"{box.key}_sum", formula)


def _is_last(numbers: str) -> str:
    """Whether each row of a range is the last with a number."""
    return f"(ROW({numbers})=SUMPRODUCT(MAX(ISNUMBER({numbers})*ROW({numbers}))))"

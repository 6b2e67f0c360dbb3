"""Required boxes that nobody filled, counted by formulas; the reader's rule decides which rows are entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from perf_xlsx.domain.model import TABLES, columns_of
from perf_xlsx.forms import Box, Line, Rows, typed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets.fixed_texts import Prompt
from perf_xlsx.template.conditions import bare, begins, cell_is_blank, is_listed, nothing_in
from perf_xlsx.template.steps import Steps, cases, formula_text
from perf_xlsx.template.word_lists import NOTES, REMARKS, TOTALS
from perf_xlsx.vocabulary import vocabulary

NONE, NOTHING = "无", '""'
HEADS = ("level1", "level2", "title")  # only say what a row belongs to
POINTS = "px_points"  # the indicators' points, from the header to well below the table
WEIGHTS = "px_weights"  # the hidden cell that adds up the indicators' weights
ROWS = 2_000_000  # more than a sheet has
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


def first_name(block: str) -> str:
    """The name of the hidden cell with the row of the first of these boxes; 0 where there is none."""
    return f"px_first_{block}"


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
    return f"--{cell_is_blank(cell)}"


class TableRange:
    """A table of free rows on its sheet, from its header to well below its last row, and what is counted of it.

    `letters` are its columns by their keys. Each step gives a value for each row of the range.
    """

    def __init__(self, block: Rows, sheet: str, letters: Mapping[str, str], header: int, last: int) -> None:
        self.block, self.steps = block, Steps(f"{block.key}_all", {}, {})
        self.sheet, self.letters = sheet, letters
        self.cells = {
            key: f"'{sheet}'!${letter}${header}:${letter}${last + BELOW}" for key, letter in letters.items()
        }
        known = columns_of(TABLES[block.key])  # columns that only the form knows do not decide what a row is
        self.boxes = [box for box in typed(block.columns) if box.key in known]
        left, right = (letters[self.boxes[end].key] for end in (0, -1))
        self.header, self.first = f"'{sheet}'!${left}${header}", header + 1
        self.typed = f"'{sheet}'!${left}${self.first}:${right}${last + BELOW}"

    @property
    def last_filled(self) -> str:
        """A formula for the number of the last row in which anything was typed; 0 where nothing was."""
        return f'IFERROR(SUMPRODUCT(MAX(({self.typed}<>"")*ROW({self.typed}))),0)'

    @property
    def required(self) -> list[Box]:
        """The columns that every entry must have."""
        return [box for box in typed(self.block.columns) if box.required]

    @cached_property
    def entry(self) -> str:
        """1 for each row that is an entry."""
        return self.steps.step("entry", self._entry())

    @property
    def entries(self) -> str:
        """The number of entries."""
        return entries_name(self.block.key)

    @property
    def owed(self) -> str:
        """The number of their empty required boxes."""
        return missing_name(self.block.key)

    @property
    def rows(self) -> str:
        """The numbers of the rows."""
        return f"ROW({self._span(self.boxes[0])})"

    def span(self, key: str) -> str:
        """The cells of a column."""
        return self.steps.step(f"_{key}", self.cells[key])

    def bare(self, key: str) -> str:
        """The texts of a column without blanks."""
        return self.steps.step(f"{key}_bare", bare(self.span(key)))

    def is_blank(self, key: str) -> str:
        """Whether each cell of a column is empty."""
        return self.steps.step(f"{key}_blank", cell_is_blank(self.span(key)))

    def summed(self, key: str) -> str:
        """The sum of the entries' numbers in a column."""
        return f"SUMPRODUCT({self.entry}*1,{self.span(key)})"

    def texts(self, keys: Iterable[str]) -> str:
        """For each row, how many of these columns hold something that is no number."""
        return "+".join(f"(1-{self.is_blank(key)})*(1-ISNUMBER({self.span(key)}))" for key in keys)

    def broken(self) -> str:
        """For each row, how many of its boxes hold an error."""
        below = f"(ROW({self._span(self.boxes[0])})>ROW({self.header}))"
        return f"{below}*({'+'.join(f'ISERROR({self.span(box.key)})' for box in typed(self.block.columns))})"

    def begins(self, key: str, text: str) -> str:
        """Whether each cell of a column begins with a text."""
        return f'(LEFT({self.span(key)})="{text}")'

    def negative(self, keys: Iterable[str]) -> str:
        """For each row, how many of these columns hold a number below zero."""
        return "+".join(f"ISNUMBER({self.span(key)})*({self.span(key)}<0)" for key in keys)

    def asked_for_unit(self) -> str:
        """Whether each row's rate asks for the unit of its amounts."""
        return f"({self.span('reference_rate')}={formula_text(Prompt.UNIT)})"

    def unbudgeted(self) -> str:
        """Whether money was spent in each row without a budget."""
        budget, spent = self.span("adjusted"), self.span("executed")
        return f"ISNUMBER({spent})*({spent}>0)*ISNUMBER({budget})*({budget}=0)"

    def place(self) -> str:
        """Where the first empty required box is, in words."""
        row = first_name(self.block.key)
        named = cases(
            *(
                (f"SUMPRODUCT(({self.rows}={row})*{self.is_blank(box.key)})>0", formula_text(box.label))
                for box in self.required[:-1]
            ),
            otherwise=formula_text(self.required[-1].label),
        )
        return f'"第"&{row}&"行 "&{named}'

    def counts(self) -> dict[str, str]:
        """The number of entries, of their empty required boxes, the sum of weights: formulas by their names."""
        entry, key = self.entry, self.block.key
        summed = "+".join(map(self._blank, self.required))
        found = {
            entries_name(key): f"SUMPRODUCT({entry}*1)",
            missing_name(key): f"SUMPRODUCT({entry}*({summed}))",
            first_name(key): first_row(f"{entry}*(({summed})>0)", self.rows),
        }
        weight = next((box for box in self.boxes if box.key == "weight"), None)
        weights = {WEIGHTS: f"ROUND(SUMPRODUCT({entry}*1,{self._span(weight)}),2)"} if weight else {}
        return found | weights

    def _blank(self, box: Box) -> str:
        return self.is_blank(box.key)

    def _span(self, box: Box) -> str:
        return self.span(box.key)

    def _entry(self) -> str:
        """1 for each row that is an entry: in use, and no sum, part or remark; the header is none."""
        used = self._is_idle("in_use", (box for box in self.boxes if box.key not in HEADS), NONE)
        others = "+".join((self._total(), self._remark(), self._bare_sum()))
        below = f"(ROW({self._span(self.boxes[0])})>ROW({self.header}))"
        return f"{below}*(1-{used})*(({others})=0)"

    def _is_idle(self, name: str, boxes: Iterable[Box], *nothing: str) -> str:
        joined = "&".join(map(self._span, boxes)) or NOTHING
        return self.steps.step(f"{name}_idle", nothing_in(self.steps.step(f"{name}_joined", joined), *nothing))

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
        noted = "+".join(is_listed(f"LEFT({bare(name)},2)", NOTES) for name in self._names())
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


def first_row(flags: str, rows: str) -> str:
    """The number of the first row with a flag; 0 where none has one."""
    return f"IF(SUMPRODUCT(({flags})*1)=0,0,{ROWS}-SUMPRODUCT(MAX((({flags})*1>0)*({ROWS}-{rows}))))"


def _is_last(numbers: str) -> str:
    """Whether each row of a range is the last with a number."""
    return f"(ROW({numbers})=SUMPRODUCT(MAX(ISNUMBER({numbers})*ROW({numbers}))))"

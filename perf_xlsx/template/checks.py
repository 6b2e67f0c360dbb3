"""The live checks: one table of them, shown at the head of each sheet and together on the guide.

Each is a sentence that begins with ✔, ✖ (wrong), △ (to be looked at) or 还差 (not filled in yet), and names its
two numbers and the place. It is one named cell of the hidden sheet; whatever shows it refers to that cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.approval import approved_number
from perf_xlsx.domain.model import AMOUNTS, Approved
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box, Boxes, Form, FormSheet, Line, typed
from perf_xlsx.forms.case import FormattedNumber, in_unit
from perf_xlsx.rulebook import OTHERS, Rulebook
from perf_xlsx.sheets.fixed_texts import DONE, DOUBTED, IDLE, OWED, WRONG, Prompt
from perf_xlsx.template import live
from perf_xlsx.template import word_lists as words
from perf_xlsx.template.conditions import (
    bare,
    cell_is_blank,
    is_implausible,
    is_listed,
    number_step,
    plain_number,
)
from perf_xlsx.template.missing import TableRange, first_row
from perf_xlsx.template.steps import PREFIX, Case, Steps, cases, formula_text

LITERAL, NAMED = 200, 60  # characters of a text in a formula, which takes 255; and of names in a sentence
MOST_APPROVED = 300  # indicators that one formula can name
CHECKS = "check"  # the table of their steps: pxl_check_…
OTHER_UNIT = f"{PREFIX}{CHECKS}_other_unit"  # whether a line's amounts are in different units
# Checks by the block that they are shown with.
OF_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "basics": ("values",),
    "goal": ("goals",),
    "funds": ("total", "parts", "across", "within", "listed"),
    "projects": ("listed", "projects"),
    "indicators": ("weights", "claims", "rows", "levels", "approved"),
    "claimed": ("execution", "claimed_total", "grade"),
    "passages": ("passages",),
}
LONGEST = ("approved", "levels", "weights", "claims")  # whose sentences are the longest, beside a table of names


def shown_on(
    sheet: FormSheet, number_of_sheet: int, form: Form, rulebook: Rulebook, approved: Sequence[Approved]
) -> list[str]:
    """The keys of a sheet's checks, from top to bottom; that of its empty boxes is the first.

    `approved` are the approved indicators.
    """
    found, compared = [f"missing{number_of_sheet}"], 0 < len(approved) <= MOST_APPROVED
    for block in sheet.blocks:
        keys = (key for key in OF_BLOCKS.get(block.key, ()) if compared or key != "approved")
        found += [key for key in keys if _applies(key, form, rulebook)]
    return found


def _applies(key: str, form: Form, rulebook: Rulebook) -> bool:
    """Whether a form has what a check compares."""
    match key:
        case "listed":
            return form.project_line is not None and form.has("projects")
        case "parts":
            return any(_parts_typed(form))
        case "levels":
            return bool(rulebook.weight_sets(form.name))
        case "passages":
            return bool(_passages(form, rulebook))
        case "goals":
            return bool(_goals(form, rulebook))
        case "execution":
            return bool(rulebook.number("execution.weight"))
    return True


def check_name(key: str) -> str:
    """The name of the hidden cell that holds a check."""
    return f"pxl_{CHECKS}_{key}"


class Sources(Struct, frozen=True):
    """What the checks look at: amounts by line and column, single boxes by key, tables by key.

    `made` are the lines that the sheet adds up by itself, `approved` the approved indicators.
    """

    amounts: Steps
    boxes: Steps
    tables: Mapping[str, TableRange]
    made: frozenset[str]
    total_made: bool
    approved: tuple[Approved, ...] = ()


class Checks:
    """The formulas of all checks but those of empty boxes; afterwards `steps` holds them by their names."""

    def __init__(self, form: Form, rulebook: Rulebook, sources: Sources) -> None:
        self.form, self.rulebook, self.of = form, rulebook, sources
        self.steps = Steps(CHECKS, {}, {})
        self.edge = plain(rulebook.number("thresholds.tolerance"))
        self.lines = form.lines("funds")
        self.columns = {box.key: box.label for box in self.lines.columns}
        known, sheets = sources.approved, enumerate(form.sheets, 1)
        keys = {key for n, sheet in sheets for key in shown_on(sheet, n, form, rulebook, known)}
        asked = [condition for line in self._typed_lines() for condition, _ in self._other_unit(line)]
        self.steps.formulas[OTHER_UNIT] = f"OR({','.join(asked)})"
        for key in sorted(keys):
            if not key.startswith("missing"):
                awaited = formula_sentence(OWED, "公式错误改好后核对")
                self.steps.step(key, f"IFERROR({getattr(self, f'_{key}')()},{awaited})")

    def _sum(self, key: str, column: str) -> str:
        """The cell with the sum of the entries' numbers in a column of a table."""
        return self.steps.step(f"{key}_{column}", self.of.tables[key].summed(column))

    def _of_line(self, key: str, line: Line, found: Sequence[Case]) -> Case:
        """What is said of one line, as a case; it has a cell of its own, so that no formula becomes long."""
        step = self.steps.step(f"{key}_{line.key}", cases(*found, otherwise='""'))
        return f'{step}<>""', step

    def _differ(self, one: str, other: str) -> str:
        return f"ROUND(ABS(({one})-({other})),6)>{self.edge}"

    # ---- single boxes

    def _values(self) -> str:
        asked = [case for box in self._basics() for case in self._value(box)]
        return cases(*asked, otherwise=formula_sentence(DONE, "各格填写规范"))

    def _basics(self) -> Iterator[Box]:
        for block in self.form.blocks:
            if isinstance(block, Boxes) and block.key != "claimed":
                yield from (box for box in typed(block.boxes) if box.key in self.of.boxes.cells)

    def _value(self, box: Box) -> Iterator[Case]:
        cell = self.of.boxes.cells[box.key]
        if box.kind == "number":
            yield f'{number_step(self.of.boxes, box.key)}="?"', formula_sentence(WRONG, f"请填数字：{box.label}")
        elif box.kind == "choice" and box.strict:
            known = f"|{'|'.join(word for choice in box.choices for word in choice.words)}|"
            unknown = f"AND(NOT({cell_is_blank(cell)}),NOT({is_listed(bare(cell), formula_text(known))}))"
            yield unknown, formula_sentence(WRONG, f"请从下拉列表中选择：{box.label}")

    # ---- money

    def _amount(self, line: str, column: str) -> str:
        return self.of.amounts.cells[f"{line}_{column}"]

    def _total(self) -> str:
        """The total: of unreadable parts only the name is said; a typed one is compared with its parts."""
        key = self.form.total_line
        line = next(one for one in self.lines.lines if one.key == key)
        budget, spent = self._amount(key, "adjusted"), self._amount(key, "executed")
        asked = [] if key in self.of.made else [self._of_line("sum", line, [*self._sum_cases(line)])]
        base = self.rulebook.word("execution.base")
        none = f"AND(ISNUMBER({self._amount(key, base)}),{self._amount(key, base)}=0)"
        return cases(
            *self._unread(),
            *asked,
            (
                f"OR(NOT(ISNUMBER({budget})),NOT(ISNUMBER({spent})))",
                formula_sentence(OWED, f"{line.label}的各部分"),
            ),
            (none, formula_sentence(WRONG, f"{line.label}的{self.columns[base]}是0，执行率算不出来")),
            otherwise=formula_sentence(
                DONE, f"{line.label}：全年预算数", amount(budget), "，全年执行数", amount(spent)
            ),
        )

    def _unread(self) -> list[Case]:
        """What is said of the lines with an amount that is no plain number."""
        return [
            self._of_line("unread", line, [
                case for column in self._amounts_() for case in _asked(self.of.amounts, f"{line.key}_{column}")
            ])
            for line in self._typed_lines()
        ]  # fmt: skip

    def _awaited(self, compared: str) -> Case:
        """Nothing is compared while the line of the total asks for an amount."""
        return f"OR({','.join(unread for unread, _ in self._unread())})", formula_sentence(
            OWED, compared, "：金额改好后核对"
        )

    def _parts(self) -> str:
        """Typed sums and their parts, where all of them are known."""
        lines = _parts_typed(self.form)
        found = [self._of_line("sum", line, [*self._sum_cases(line)]) for line in lines]
        equations = [f"{self._sum_of(line)}＝{line.label}" for line in lines]
        parts = [
            self._amount(part, column) for line in lines for part in line.parts for column in self._amounts_()
        ]
        nothing = (f"COUNT({','.join(parts)})=0", formula_sentence(IDLE, "；".join(equations), "：没有分列"))
        shown = self._shown_sum(lines[0], "adjusted"), "，", self._shown_sum(lines[0], "executed")
        awaited = self._awaited("；".join(equations))
        return cases(
            awaited, *found, nothing, otherwise=formula_sentence(DONE, "；".join(equations), "：", *shown)
        )

    def _amounts_(self) -> list[str]:
        """The columns of amounts."""
        return [column for column in AMOUNTS if column in self.columns]

    def _sum_of(self, line: Line) -> str:
        return "＋".join(self._label(part) for part in line.parts)

    def _sum_of_parts(self, line: Line, column: str) -> str:
        return f"SUM({','.join(self._amount(part, column) for part in line.parts)})"

    def _shown_sum(self, line: Line, column: str) -> Worth:
        """The sum of a line's parts in a column; a dash where none is typed, because 0 would not be their sum."""
        parts = ",".join(self._amount(part, column) for part in line.parts)
        return Worth(f'IF(COUNT({parts})=0,"—",ROUND({self._sum_of_parts(line, column)},2))')

    def _label(self, key: str) -> str:
        return next(one.label for one in self.lines.lines if one.key == key)

    def _sum_cases(self, line: Line) -> Iterator[Case]:
        """One case for each column in which a line is not the sum of its parts."""
        for column in self._amounts_():
            total, parts = self._amount(line.key, column), [self._amount(part, column) for part in line.parts]
            summed, known = self._sum_of_parts(line, column), f"AND(ISNUMBER({total}),COUNT({','.join(parts)})>0)"
            wrong = f"IF({known},{self._differ(total, summed)},FALSE)"
            yield wrong, formula_sentence(
                WRONG, f"{self._sum_of(line)}＝", amount(summed), f"，{line.label}填", amount(total), "，差",
                amount(f"{total}-{summed}"), f"（{self.columns[column]}）",
            )  # fmt: skip

    def _across(self) -> str:
        """年初＋调整＝全年 of each typed line."""
        found: list[Case] = []
        for line in self._typed_lines():
            initial, change, adjusted = (self._amount(line.key, column) for column in AMOUNTS[:3])
            summed = f"{initial}+{change}"
            known = f"COUNT({initial},{change},{adjusted})=3"
            wrong = f"IF({known},{self._differ(adjusted, summed)},FALSE)"
            told = formula_sentence(
                WRONG, f"{line.label}：年初＋调整＝", amount(summed), "，全年预算数填", amount(adjusted), "，差",
                amount(f"{adjusted}-({summed})"),
            )  # fmt: skip
            found.append(self._of_line("across", line, [(wrong, told)]))
        equation = "＋".join(self.columns[column] for column in AMOUNTS[:2]) + f"＝{self.columns['adjusted']}"
        complete = [
            f"(COUNT({','.join(self._amount(line.key, column) for column in AMOUNTS[:3])})=3)"
            for line in self._typed_lines()
        ]
        lines = self.steps.step("across_lines", "+".join(complete))
        nothing = (f"{lines}=0", formula_sentence(IDLE, equation, "：没有填全三个数的行"))
        shown = formula_sentence(DONE, equation, "：", Worth(lines), "行相符")
        return cases(self._awaited(equation), *found, nothing, otherwise=shown)

    def _typed_lines(self) -> list[Line]:
        return [line for line in self.lines.lines if line.key not in self.of.made]

    def _within(self) -> str:
        """No amount below zero, none spent without a budget; more than the budget is to be looked at."""
        lines = self._typed_lines()
        wrong = [
            self._of_line("wrong", line, [*self._impossible(line), *self._other_unit(line)]) for line in lines
        ]
        doubted = [self._of_line("more", line, [self._overspent(line)]) for line in lines]
        key, words_ = self.form.total_line, "全年执行数不超过全年预算数"
        budget, spent = self._amount(key, "adjusted"), self._amount(key, "executed")
        nothing = (f"COUNT({budget},{spent})<2", formula_sentence(IDLE, words_))
        shown = ("：合计", amount(spent), "，", amount(budget), "，结余", amount(f"{budget}-{spent}"))
        return cases(
            self._awaited(words_), *wrong, *doubted, nothing, otherwise=formula_sentence(DONE, words_, *shown)
        )

    def _impossible(self, line: Line) -> Iterator[Case]:
        for column in (column for column in self._amounts_() if column != "adjustment"):
            cell = self._amount(line.key, column)
            negative = f"IF(ISNUMBER({cell}),{cell}<0,FALSE)"
            yield negative, formula_sentence(WRONG, f"{line.label}的{self.columns[column]}是负数")
        budget, spent = self._amount(line.key, "adjusted"), self._amount(line.key, "executed")
        without = f"IF(ISNUMBER({spent}),AND({spent}>0,OR({cell_is_blank(budget)},{budget}=0)),FALSE)"
        yield without, formula_sentence(WRONG, f"{line.label}没有全年预算数，却有全年执行数", amount(spent))

    def _other_unit(self, line: Line) -> Iterator[Case]:
        """More was spent than anybody spends: the amounts are not in one unit (F10)."""
        spent = self._amount(line.key, "executed")
        for column in dict.fromkeys(("adjusted", self.rulebook.word("execution.base"))):
            budget = self._amount(line.key, column)
            told = (f"{line.label}的全年执行数", amount(spent), f"，{self.columns[column]}", amount(budget), "：")
            yield (
                is_implausible(spent, budget),
                formula_sentence(WRONG, *told, self._guessed_unit, "，请核对金额单位"),
            )

    @property
    def _guessed_unit(self) -> Worth:
        """Which unit an amount that is far too large seems to be in, by that of the form."""
        return Worth(f'IF({bare(self._box("money_unit"))}="元","疑似元与万元混填","疑似按元填写")')

    def _overspent(self, line: Line) -> Case:
        budget, spent = self._amount(line.key, "adjusted"), self._amount(line.key, "executed")
        more = f"IF(COUNT({budget},{spent})=2,ROUND({spent}-{budget},6)>{self.edge},FALSE)"
        told = (f"{line.label}：全年执行数", amount(spent), "超过全年预算数", amount(budget), "，请核对")
        return more, formula_sentence(DOUBTED, *told)

    # ---- projects

    def _listed(self) -> str:
        """项目明细 and the line of projects, in budget and spending."""
        table, key = self.of.tables["projects"], self.form.project_line or ""
        label = self._label(key)
        entries = table.entries
        nothing = ",".join(f"IF(ISNUMBER({cell}),{cell}>{self.edge},FALSE)" for cell in self._project_amounts(key))
        found: list[Case] = [
            (f"AND({entries}=0,OR({nothing}))", formula_sentence(WRONG, f"{label}有数，项目明细没有项目"))
        ]
        sums = {column: self._sum("projects", column) for column in ("adjusted", "executed")}
        for column, summed in sums.items():
            cell = self._amount(key, column)
            unsummed = f"AND({entries}>0,{cell_is_blank(cell)},{summed}>{self.edge})"
            words = f"{label}的{self.columns[column]}没有填，项目明细合计"
            lacking = formula_sentence(WRONG, words, amount(summed))
            found.append((unsummed, lacking))
            wrong = f"IF(AND({entries}>0,ISNUMBER({cell})),{self._differ(cell, summed)},FALSE)"
            found.append((wrong, formula_sentence(
                WRONG, f"{self.columns[column]}：项目明细合计", amount(summed), f"，{label}", amount(cell), "，差",
                amount(f"{summed}-{cell}"),
            )))  # fmt: skip
        both = formula_sentence(
            DONE,
            f"项目明细合计＝{label}：全年预算数",
            amount(sums["adjusted"]),
            "，全年执行数",
            amount(sums["executed"]),
        )
        none = (f"{entries}=0", formula_sentence(IDLE, f"项目明细和{label}都没有数"))
        return cases(*found, none, otherwise=both)

    def _project_amounts(self, key: str) -> list[str]:
        return [self._amount(key, column) for column in ("adjusted", "executed")]

    def _projects(self) -> str:
        """Rows of projects with an amount that is none, is below zero, or was spent without a budget."""
        table = self.of.tables["projects"]
        return cases(
            self._in_table(table, "unread", table.texts(("initial", "adjusted", "executed")), "金额不是数字"),
            self._in_table(
                table, "unit", table.asked_for_unit(), "全年执行数", self._guessed_unit, "，请核对金额单位"
            ),
            self._in_table(table, "asking", table.begins("reference_rate", live.ASKING), "金额不是数字"),
            self._in_table(table, "negative", table.negative(("initial", "adjusted", "executed")), "金额是负数"),
            self._in_table(table, "unbudgeted", table.unbudgeted(), "没有全年预算数，却有全年执行数"),
            (f"{table.entries}=0", formula_sentence(IDLE, "没有填项目")),
            otherwise=formula_sentence(DONE, Worth(table.entries), "个项目，金额填写规范"),
        )

    def _in_table(self, table: TableRange, key: str, flags: str, *what: str) -> Case:
        """A case for the first row of a table with a flag."""
        row = self.steps.step(f"{table.block.key}_{key}", first_row(f"{table.entry}*({flags})", table.rows))
        return f"{row}>0", formula_sentence(WRONG, "第", Worth(row), "行", *what)

    # ---- indicators

    def _weights(self) -> str:
        table, full = self.of.tables["indicators"], self.rulebook.number("total.points")
        execution = self.rulebook.number("execution.weight")
        given = self.steps.step("weights_given", f"ROUND({table.summed('weight')}+{plain(execution)},2)")
        rest = self.steps.step("weights_rest", f"ROUND({plain(full)}-{given},2)")
        inside = f"（含预算执行率{plain(execution)}）" if execution else ""
        shown = ("分值合计", Worth(given), f"{inside}，应为{plain(full)}，")
        return cases(
            (f"ABS({rest})<={self.edge}", formula_sentence(DONE, "分值合计", Worth(given), inside)),
            (f"{rest}<0", formula_sentence(WRONG, *shown, "多", Worth(f"0-{rest}"))),
            (
                f"OR({table.owed}>0,{table.entries}=0)",
                formula_sentence(
                    OWED, "分值", Worth(rest), "：合计", Worth(given), f"{inside}，应为{plain(full)}"
                ),
            ),
            otherwise=formula_sentence(WRONG, *shown, "还差", Worth(rest)),
        )

    def _claims(self) -> str:
        """The sums of claimed and computed points, once every row has both; each may differ by the tolerance."""
        table = self.of.tables["indicators"]
        claimed, computed = self._sum("indicators", "claimed_points"), self._sum("indicators", "reference_points")
        apart = f"ROUND({claimed}-{computed},2)"
        shown = ("自评得分合计", amount(claimed), "，参考得分合计", amount(computed))
        return cases(
            (f"OR({table.owed}>0,{table.entries}=0)", formula_sentence(OWED, "若干格，已填的", *shown)),
            (
                f"{self._without_points(table)}>0",
                formula_sentence(OWED, "若干行的参考得分，各行改好后核对自评得分合计"),
            ),
            (f"ABS({apart})>{self.edge}*{table.entries}", formula_sentence(WRONG, *shown, "，差", Worth(apart))),
            otherwise=formula_sentence(DONE, *shown),
        )

    def _without_points(self, table: TableRange) -> str:
        """The step that counts the rows whose points wait for a correction: their sum is no sum yet."""
        points = table.span("reference_points")
        waiting = f"(1-ISNUMBER({points}))*({points}<>{formula_text(Prompt.NOT_APPLICABLE)})"
        return self.steps.step("claims_waiting", f"SUMPRODUCT({table.entry}*{waiting})")

    def _rows(self) -> str:
        """Rows that ask for something other than an empty box."""
        table = self.of.tables["indicators"]
        hints = table.span("reference_hint")
        waiting = f'({hints}="{DONE}")+(LEFT({hints},2)="{OWED}")'
        asking = self.steps.step("rows_asking", f"SUMPRODUCT({table.entry}*(({waiting})=0))")
        row = self.steps.step("rows_first", first_row(f"{table.entry}*(({waiting})=0)", table.rows))
        sheet = table.sheet
        letter = table.letters["reference_hint"]
        hint = f"INDEX('{sheet}'!${letter}:${letter},{row})"
        return cases(
            (
                f"{asking}>0",
                formula_sentence(
                    WRONG,
                    Worth(asking),
                    "行要改：第",
                    Worth(row),
                    "行",
                    Worth(f'IF({hint}="","没有公式，请从上一行向下填充",{hint})'),
                ),
            ),
            (f"OR({table.owed}>0,{table.entries}=0)", formula_sentence(OWED, "若干格，各行填齐后核对")),
            otherwise=formula_sentence(DONE, "各行都得满分，或写了偏差原因和改进措施"),
        )

    def _levels(self) -> str:
        """Each level's weights beside the rulebook's, of the first of its sets that fits."""
        sets = self.rulebook.weight_sets(self.form.name)
        fits = [self._set_fits(one) for one in sets]
        shown: list[str] = []
        for level, points in sets[0].items():
            name = "其他" if level == OTHERS else level.removesuffix("指标")
            shown += ["、" if shown else "", name, Worth(self._level_sum(level, sets[0])), f"／{plain(points)}"]
        return cases(
            (f"OR({','.join(fits)})", formula_sentence(DONE, *shown)),
            otherwise=formula_sentence(DOUBTED, "一级指标分值：", *shown),
        )

    def _set_fits(self, ruled: Mapping[str, Decimal]) -> str:
        pairs = (
            f"NOT({self._differ(self._level_sum(level, ruled), plain(points))})" for level, points in ruled.items()
        )
        return f"AND({','.join(pairs)})"

    def _level_sum(self, level: str, ruled: Mapping[str, Decimal]) -> str:
        """The weights of a level; of all others, what the named ones leave."""
        table = self.of.tables["indicators"]
        execution = self.rulebook.number("execution.weight")
        inside = f"+{plain(execution)}" if level == self.rulebook.execution_level else ""
        if level == OTHERS:
            named = "+".join(self._level_sum(one, ruled) for one in ruled if one != OTHERS) or "0"
            return f"ROUND({self._sum('indicators', 'weight')}-({named}),2)"
        word = level.removesuffix("指标")
        key = f"levels_{list(ruled).index(level)}_{sum(map(ord, level))}"
        flag = f"ISNUMBER(FIND({formula_text(word)},{table.span('level1')}))"
        return self.steps.step(key, f"ROUND(SUMPRODUCT({table.entry}*{flag},{table.span('weight')}){inside},2)")

    def _approved(self) -> str:
        """The approved indicators that are no longer there as approved, by their names; and any in addition."""
        table, approved = self.of.tables["indicators"], self.of.approved
        lost = [self.steps.step(f"approved_{n}", self._lost(one)) for n, one in enumerate(approved)]
        names = self.steps.step("approved_lost", f"LEFT({'&'.join(lost)},{NAMED})")
        return cases(
            (f'{names}<>""', formula_sentence(WRONG, "批复的", Worth(names), "改动了，请按批复恢复")),
            (f"{table.entries}>{len(approved)}", formula_sentence(
                DOUBTED, "填了", Worth(table.entries), f"项指标，批复的只有{len(approved)}项")),
            otherwise=formula_sentence(DONE, f"批复的{len(approved)}项指标没有改动"),
        )  # fmt: skip

    def _lost(self, approved: Approved) -> str:
        """A formula: the name of an approved indicator where no row holds all that was approved, else ""."""
        table = self.of.tables["indicators"]
        same = (
            f"(LEFT({table.bare(key)},{LITERAL})={formula_text(text)})"
            for key, text in _as_typed(approved).items()
            if key in table.letters
        )
        name = formula_text(f"“{approved.values['name'][:LITERAL]}”")
        return f'IF(IFERROR(SUMPRODUCT({"*".join(same)}*1),0)=0,{name},"")'

    # ---- conclusion

    def _box(self, key: str) -> str:
        return self.of.boxes.cells[key]

    def _execution(self) -> str:
        claimed, computed = self._box("claimed_execution_points"), self._box("reference_execution_points")
        shown = ("预算执行率得分", amount(claimed), "，参考", amount(computed))
        return cases(
            *_asked(self.of.boxes, "claimed_execution_points"),
            (f"NOT(ISNUMBER({claimed}))", formula_sentence(OWED, "预算执行率得分")),
            (f"NOT(ISNUMBER({computed}))", formula_sentence(OWED, "预算执行情况，填齐后核对预算执行率得分")),
            (
                self._differ(claimed, computed),
                formula_sentence(WRONG, *shown, "，差", amount(f"{claimed}-{computed}")),
            ),
            otherwise=formula_sentence(DONE, *shown),
        )

    def _claimed_total(self) -> str:
        """The sum of the claims; so must be the total, also one that the sheet made: it may be typed over."""
        total, summed = self._box("claimed_total"), live.CLAIMED_SUM
        shown = ("自评总分", amount(total), "＝预算执行率得分＋各项自评得分")
        typed_wrong = (
            self._differ(total, summed),
            formula_sentence(WRONG, "自评总分填", amount(total), "，各项之和", amount(summed), "，差",
                 amount(f"{total}-{summed}")),
        )  # fmt: skip
        asked = [] if self.of.total_made else [*_asked(self.of.boxes, "claimed_total")]
        owed = f"OR(NOT(ISNUMBER({total})),NOT(ISNUMBER({summed})))"
        return cases(
            *asked,
            (owed, formula_sentence(OWED, "若干项，填齐、改好后显示自评总分")),
            typed_wrong,
            otherwise=formula_sentence(DONE, *shown),
        )

    def _grade(self) -> str:
        """The grade beside that of the claimed and of the reference total."""
        grade, computed = self._box("claimed_grade"), self._box("reference_grade")
        expected = self.steps.step("grade_expected", live.grade_of(self._box("claimed_total"), self.rulebook))
        same = f'ISNUMBER(FIND({expected}&"〈"&{bare(grade)}&"〉",{words.GRADES}))'
        return cases(
            (cell_is_blank(grade), formula_sentence(OWED, "自评等级")),
            (f'OR({expected}="",{computed}="")', formula_sentence(OWED, "若干格，各表填齐后核对等级")),
            (
                f"NOT({same})",
                formula_sentence(WRONG, "自评等级填", Worth(grade), "，按自评总分应为", Worth(expected)),
            ),
            (
                f"{expected}<>{computed}",
                formula_sentence(WRONG, "自评等级", Worth(expected), "，参考等级", Worth(computed)),
            ),
            otherwise=formula_sentence(DONE, "自评等级与总分相符：", Worth(expected)),
        )

    def _goals(self) -> str:
        owed = [
            (cell_is_blank(self._box(key)), formula_sentence(DOUBTED, f"请写“{self._named(key)}”"))
            for key in _goals(self.form, self.rulebook)
        ]
        return cases(*owed, otherwise=formula_sentence(DONE, "年度总体目标已填写"))

    def _named(self, key: str) -> str:
        return next(box.label for box in self.form.single_boxes if box.key == key)

    def _passages(self) -> str:
        table = self.of.tables["passages"]
        found: list[Case] = []
        for title in _passages(self.form, self.rulebook):
            flag = f"ISNUMBER(FIND({formula_text(title)},{table.span('title')}))*(1-{table.is_blank('text')})"
            there = self.steps.step(f"passage_{len(found)}", f"SUMPRODUCT({flag}*1)")
            found.append((f"{there}=0", formula_sentence(DOUBTED, f"请写“{title}”")))
        return cases(*found, otherwise=formula_sentence(DONE, "规定的文字说明已填写"))


def _parts_typed(form: Form) -> list[Line]:
    """The lines that a person types although they have parts."""
    return [line for line in form.lines("funds").lines if line.parts and not form.is_made(line)]


def _goals(form: Form, rulebook: Rulebook) -> list[str]:
    """The boxes that the rulebook requires a text in."""
    titles = rulebook.words(f"passages.{form.name}")
    return [box.key for box in form.single_boxes if box.kind == "long_text" and box.label in titles]


def _passages(form: Form, rulebook: Rulebook) -> list[str]:
    """The passages that the rulebook requires."""
    labels = {box.label for box in form.single_boxes}
    titles = [title for title in rulebook.words(f"passages.{form.name}") if title not in labels]
    return titles if form.has("passages") else []


def _as_typed(approved: Approved) -> dict[str, str]:
    """What was approved as a formula reads it from the cells: without blanks, and no longer than it can hold."""
    values = dict(approved.values)
    number_, unit = approved_number("target", values.get("target", "")), values.get("unit")
    if number_ is not None:
        typed_ = in_unit(number_, unit)
        values["target"] = plain(typed_.value) if isinstance(typed_, FormattedNumber) else plain(number_)
    return {key: re.sub(r"\s", "", text)[:LITERAL] for key, text in values.items()}


def _asked(steps: Steps, key: str) -> Iterator[Case]:
    """What a box is asked for that holds no plain number."""
    for condition, prompt in plain_number(steps, key):
        yield condition, f"{formula_text(f'{WRONG} ')}&{prompt}"


class Worth(str):
    """A part of a sentence that is worked out: a formula."""


def formula_sentence(mark: str, *parts: str) -> str:
    """A sentence as a formula: its mark, and texts and formulas."""
    pieces = [
        f"({part})" if isinstance(part, Worth) else formula_text(part) for part in (f"{mark} ", *parts) if part
    ]
    return "&".join(pieces)


def amount(formula: str) -> Worth:
    """An amount, points or a weight in a sentence."""
    return Worth(f"ROUND({formula},2)")


def verdict(missing: Sequence[str], broken: Sequence[str], shown: Sequence[str]) -> tuple[Steps, str]:
    """One verdict on the whole form: of the numbers of empty boxes, of boxes with an error, and of the checks."""
    steps = Steps("verdict", {}, {})
    owed = steps.step("owed", "+".join(missing))
    errors = [f'({name}<>"")' for name in broken]
    wrong = steps.step("wrong", "+".join([*errors, *(f'(LEFT({name})="{WRONG}")' for name in shown)]))
    waiting = steps.step("waiting", "+".join(f'(LEFT({name},2)="{OWED}")' for name in shown))
    return steps, cases(
        (f"{owed}>0", f'"{OWED} "&{owed}&" 格"&IF({wrong}>0,"，"&{wrong}&" 处不符","")'),
        (f"{wrong}>0", f'"{WRONG} "&{wrong}&" 处不符"'),
        (f"OR({waiting}>0,NOT(ISNUMBER(px_reference_total)))", f'"{OWED} 参考总分："&px_reference_total'),
        otherwise=formula_text(f"{DONE} 可以报送"),
    )

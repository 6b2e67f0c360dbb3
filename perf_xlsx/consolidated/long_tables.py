"""The long tables: which columns they have, and the rows that one return gives to each. Sheets and files alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from msgspec import Struct

from perf_xlsx.consolidated.line_sums import ADJUSTMENT, EXECUTION, pairs
from perf_xlsx.consolidated.returns import (
    MISSING,
    ReturnIdentity,
    counts_years_money,
    is_read,
    line_name,
    recorded_amount,
    recorded_decimal,
    returned_file_name,
    with_unit,
)
from perf_xlsx.consolidated.roster_status import COLUMNS, RosterStatus
from perf_xlsx.consolidated.troubled_store import Troubled
from perf_xlsx.domain.model import AMOUNTS, STANDINGS, Standing
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, what_to_do
from perf_xlsx.findings.asked import ACROSS, WRONG_UNIT
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.findings.office import at_terminal
from perf_xlsx.receipts.receipt import receipt_of
from perf_xlsx.results.comparison import tally, word
from perf_xlsx.results.record import FindingRecord, Record
from perf_xlsx.results.result_in_words import TO_MEND, UNDECIDED, kept_open, must_correct, outcome

ColumnType = Literal["text", "word", "count", "points", "gap", "money", "percent", "link"]
UNREAD, CHECKED, WHOLE, PROVISIONAL = (
    "读不出",
    "仅核对",
    "完整",
    "暂定",
)  # what 状态 of 单位得分 holds, besides others
TableValue = str | int | Decimal | None
LongTableRow = tuple[TableValue, ...]
BECOMES = {TO_MEND: "退回", "读不出来": "退回", UNDECIDED: UNDECIDED}  # of a return, by its outcome
OPEN = "还不能定分，须核对："
UNASKED, ASKED = "没有要求", "要求更正"  # whether the return before was to be changed so
EMPTY = "（空）"  # of a value that was deleted or is new


class TableColumn(Struct, frozen=True):
    """Header, width in column units, and how its values look; "text" and "word" may hold anything typed."""

    head: str
    width: float
    type: ColumnType = "text"

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers (or missing)."""
        return self.type not in ("text", "word", "link")


class Return(Struct, frozen=True):
    """One record with its identity, in short and with its file where another of the same form came (`undecided`),
    and the link to its scored copy."""

    record: Record
    who: ReturnIdentity
    named: ReturnIdentity
    undecided: bool = False
    link: str | None = None


def no_rows(_: Return) -> Iterator[LongTableRow]:
    """Of a table whose rows are not in the order of the returns."""
    return iter(())


class LongTable(Struct, frozen=True):
    """A long table. `rows` gives the rows of one return; `key` is its count in the statistics."""

    key: str
    name: str
    columns: tuple[TableColumn, ...]
    rows: Callable[[Return], Iterator[LongTableRow]] = no_rows

    def position(self, head: str) -> int:
        """Which column has this head, counted from 0."""
        return [column.head for column in self.columns].index(head)


def _difference(claimed: Decimal | None, total: Decimal | None) -> Decimal | None:
    """Of points as they are shown, with two decimals."""
    return None if claimed is None or total is None else half_up(claimed) - half_up(total)


def unit_rows(one: Return) -> Iterator[LongTableRow]:
    """One row: unit, claimed and computed totals, rate, findings, state, link."""
    record, who = one.record, one.named
    claimed, total = recorded_decimal(record.claimed_total), recorded_decimal(record.total)
    found = [finding.standing for finding in record.findings]
    yield (
        who.code, who.unit, who.project, _state(one), who.year, claimed, total,
        _difference(claimed, total) if record.complete else None,
        record.claimed_grade or "", record.grade or "",
        recorded_decimal(record.execution.rate if record.execution else None),
        found.count("error"), found.count("warning"), _since(record), found.count("notice"), found.count("waived"),
        (record.round or 1) if is_read(record) else None, who.form, who.supervisor,
        record.rulebook or "",
        one.link or returned_file_name(record.file or ""),
    )  # fmt: skip


def _state(one: Return) -> str:
    """How it was scored, and what becomes of it: 退回 where it has errors, 待核定 where another one came."""
    state, what = _standing(one.record), BECOMES.get(outcome(one.record, one.undecided))
    if what:
        state = f"{what}（{state}）"
    marks = state, "含自评" if one.record.claimed_rows else "", "重复" if one.undecided else ""
    return "，".join(filter(None, marks))


def _standing(record: Record) -> str:
    if not is_read(record):
        return UNREAD
    if record.total is None:
        return CHECKED
    return WHOLE if record.complete else PROVISIONAL


def _since(record: Record) -> str:
    """What became of the findings of the return before."""
    if not (since := record.since):
        return ""
    counts = (*tally(record).named(), ("另有改动", since.changes))
    return "，".join(f"{name}{count}" for name, count in counts if count)


def change_rows(one: Return) -> Iterator[LongTableRow]:
    """A row a value that the unit changed since its return before, those that nobody asked for first."""
    who, record = one.who, one.record
    if not (since := record.since):
        return
    for changes, count, asked in (
        (since.changed, since.changes, UNASKED),
        (since.asked, since.asked_changes, ASKED),
    ):
        head, tail = (who.code, who.unit, who.project, record.round or 1), (asked, who.form, who.year)
        for change in changes:
            values = change.was or EMPTY, change.now or EMPTY
            yield *head, change.cell, change.box or change.place, *values, *tail
        if more := count - len(changes):
            yield *head, "", f"另有{more}处没有列出", "", "", *tail


def changes_listed(record: Record) -> int:
    """How many rows it has in 改动."""
    if not (since := record.since):
        return 0
    kinds = ((since.changed, since.changes), (since.asked, since.asked_changes))
    return sum(len(changes) + (count > len(changes)) for changes, count in kinds)


def mending_in_words(record: Record) -> str:
    """Each error with its cells, a line a kind: "分值合计不是满分（W01）：绩效指标!K8"; of what comparing with
    other returns found, in its own words, which name their files. Then what keeps points or money open: beside
    errors, which leave points open too, only amounts in doubt."""
    errors = [found for found in record.findings if found.standing == "error"]
    alone = not must_correct(errors)
    others = [one for one in kept_open(record) if one.standing == "warning" and (alone or one.code == WRONG_UNIT)]
    return "\n".join((*_by_kind(errors), *(f"{OPEN}{line}" for line in _by_kind(others))))


def _by_kind(findings: list[FindingRecord]) -> list[str]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for found in findings:
        across = found.message.removesuffix("。") if found.code.startswith(ACROSS) else ""
        kinds[found.code].append(across or found.cell_address or "整个文件")
    return [f"{code_title(code)}（{code}）：{'、'.join(cells)}" for code, cells in kinds.items()]


def fund_rows(one: Return) -> Iterator[LongTableRow]:
    """A row a fund line, in 万元."""
    unit, form = one.record.money_unit, one.record.form
    for fund in one.record.funds if counts_years_money(one.record) else ():
        known = pairs(fund)  # no rate of amounts that are in doubt
        yield (
            one.who.code, one.who.unit, one.who.project, line_name(form, fund),
            *(recorded_amount(getattr(fund, amount), unit) for amount in AMOUNTS),
            recorded_decimal(fund.adjustment_rate if ADJUSTMENT in known else None),
            recorded_decimal(fund.execution_rate if EXECUTION in known else None), unit or MISSING, one.who.form,
            one.who.year,
        )  # fmt: skip


def indicator_rows(one: Return) -> Iterator[LongTableRow]:
    """A row an indicator."""
    who = one.who
    for row in one.record.indicators or ():
        points, claimed, unit = recorded_decimal(row.points), recorded_decimal(row.claimed), row.unit
        yield (
            who.code, who.unit, who.project, row.level1 or "", row.level2 or "", row.name or "",
            with_unit(row.target, unit, row.sign), with_unit(row.actual, unit), recorded_decimal(row.completion),
            recorded_decimal(row.weight), claimed, points,
            _difference(claimed, points), row.method or "", row.why,
            row.basis or "", "!".join(filter(None, (row.sheet, row.cell))), who.form, who.year, who.supervisor,
        )  # fmt: skip


TABLE_NAMES = {"funds": "资金", "projects": "项目明细", "indicators": "绩效指标", "passages": "文字说明"}


def extra_rows(one: Return) -> Iterator[LongTableRow]:
    """A row a box that only its form knows, as it was filled in."""
    who = one.who
    for extra in one.record.extras:
        table = TABLE_NAMES.get(extra.table or "", "")
        yield (
            who.code,
            who.unit,
            who.project,
            table,
            extra.row or "",
            extra.label,
            extra.given,
            who.form,
            who.year,
        )


def finding_rows(one: Return) -> Iterator[LongTableRow]:
    """A row a finding, the gravest first, else as the eye goes over the form."""
    who = one.who
    for found in sorted(one.record.findings, key=lambda found: STANDINGS.index(found.standing)):
        yield (
            who.code, who.unit, who.project, standing_word(found.standing), found.code,
            found.cell_address or "整个文件", found.message, at_terminal(what_to_do(found)),
            found.given or "", found.expected or "", found.difference or "",
            word(found, since) if (since := one.record.since) else "",
            code_title(found.code), who.form, who.year,
        )  # fmt: skip


def receipt_rows(one: Return) -> Iterator[LongTableRow]:
    """A row a scored copy: what 回执.jsonl says of it, without inputs and rulebook's digest."""
    receipt, who = receipt_of(one.record), one.named
    if receipt is not None:
        yield (
            who.unit, who.form, who.year, who.project, recorded_decimal(receipt.total),
            receipt.grade or (PROVISIONAL if one.record.complete is False else ""),
            receipt.check_code, receipt.rulebook, receipt.name, receipt.sha256, receipt.output_sha256,
            receipt.content,
        )  # fmt: skip


def troubled_row(one: Troubled, link: str | None) -> LongTableRow:
    """A row a return with findings; `link` is the path of its scored copy from the consolidated workbook."""
    who, (*counts, waived) = one.who, one.counts
    known = *counts, sum(one.counts), waived
    return who.code, who.unit, who.project, one.errors, *known, who.form, who.year, link or one.file


def outstanding_rows(roster: RosterStatus) -> Iterator[LongTableRow]:
    """A row for each that did not return, for each file that names its unit in its name alone or not at all, for
    each unit not listed, and for each return of another year."""
    empty = ("",) * (len(COLUMNS) - 1)
    for one in roster.missing:
        yield "未报送", *(one[key] for key in COLUMNS), "", ""
    for unit, file in roster.unread_of:
        yield "收到、须退回", unit, *empty, file, ""
    for file in roster.unread:
        yield "读不出单位", "", *empty, file, ""
    for unit in roster.unlisted:
        yield "不在名单上", unit, *empty, "", ""
    for unit, how in roster.of_other_years:
        yield "年度与名单不同", unit, *empty, "", how


def standing_word(how: Standing) -> str:
    """The standing in sign and word."""
    return f"{STANDING_SIGNS[how]} {STANDING_NAMES[how]}"


@cache
def code_title(code: str) -> str:
    """The title of a code; "" if this version does not know it."""
    entry = catalogue().get(code)
    return entry.title if entry else ""


def _columns(*columns: tuple[Any, ...]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(*column) for column in columns)


UNITS = LongTable(
    "units", "单位得分",
    _columns(
        ("单位编码", 9, "word"), ("单位", 14), ("项目", 14), ("状态", 13, "word"), ("年度", 6, "word"),
        ("自评总分", 8, "points"),
        ("计算总分", 8, "points"), ("差额", 7, "gap"), ("自评等级", 7, "word"), ("计算等级", 7, "word"),
        ("预算执行率", 9, "percent"), ("错误", 5, "count"), ("警告", 5, "count"), ("与上次比", 10.3, "word"),
        ("提示", 5, "count"), ("已豁免", 6, "count"), ("报送次数", 5, "count"),
        ("表种", 15, "word"), ("主管部门", 30), ("评分办法", 14, "word"), ("工作簿", 44, "link"),
    ),
    unit_rows,
)  # fmt: skip
FUNDS = LongTable(
    "funds", "资金明细",
    _columns(
        ("单位编码", 9, "word"), ("单位", 18), ("项目", 17), ("资金类别", 13), ("年初预算数", 12.5, "money"),
        ("调整数", 12, "money"), ("全年预算数", 12.5, "money"), ("全年执行数", 12.5, "money"),
        ("预算调整率", 9, "percent"), ("预算执行率", 9, "percent"), ("原表单位", 9, "word"),
        ("表种", 15, "word"), ("年度", 6, "word"),
    ),
    fund_rows,
)  # fmt: skip
INDICATORS = LongTable(
    "indicators", "指标明细",
    _columns(
        ("单位编码", 9, "word"), ("单位", 14), ("项目", 14), ("一级指标", 8, "word"), ("二级指标", 9, "word"),
        ("三级指标", 14), ("指标值", 9, "word"), ("实际完成值", 10, "word"), ("完成率", 8, "percent"),
        ("分值", 6.5, "points"), ("自评得分", 7, "points"), ("计算得分", 7, "points"), ("差额", 7, "gap"),
        ("计分方法", 12, "word"), ("计算过程", 80), ("依据", 60), ("单元格", 14, "word"), ("表种", 15, "word"),
        ("年度", 6, "word"), ("主管部门", 30),
    ),
    indicator_rows,
)  # fmt: skip
EXTRAS = LongTable(
    "extras", "自定内容",
    _columns(
        ("单位编码", 9, "word"), ("单位", 18), ("项目", 18), ("所在表", 12, "word"), ("行", 16),
        ("栏目", 16, "word"), ("填报内容", 36), ("表种", 15, "word"), ("年度", 6, "word"),
    ),
    extra_rows,
)  # fmt: skip
FINDINGS = LongTable(
    "findings", "问题清单",
    _columns(
        ("单位编码", 9, "word"), ("单位", 18), ("项目", 18), ("严重程度", 8, "word"), ("编号", 5, "word"),
        ("位置", 9.5), ("问题", 30), ("整改意见", 27), ("填报内容", 20), ("应为", 20), ("相差", 10),
        ("与上次比", 9, "word"), ("类别", 40), ("表种", 15, "word"), ("年度", 6, "word"),
    ),
    finding_rows,
)  # fmt: skip
CHANGES = LongTable(
    "changes", "改动",
    _columns(
        ("单位编码", 9, "word"), ("单位", 15), ("项目", 15), ("报送次数", 5, "count"), ("位置", 14, "word"),
        ("栏目", 22), ("上次", 16), ("这次", 16), ("上次是否要求", 9, "word"), ("表种", 15, "word"),
        ("年度", 6, "word"),
    ),
    change_rows,
)  # fmt: skip
RECEIPTS = LongTable(
    "receipts", "回执",
    _columns(
        ("单位", 27), ("表种", 15, "word"), ("年度", 6, "word"), ("项目", 23), ("计算总分", 9, "points"),
        ("计算等级", 9, "word"), ("校验码", 16, "word"), ("评分办法", 12, "word"),
        ("报送件", 44), ("报送件的SHA-256", 74), ("评分后工作簿的SHA-256", 74), ("填报内容的SHA-256", 74),
    ),
    receipt_rows,
)  # fmt: skip
TROUBLED = LongTable(
    "troubled", "问题按单位",
    _columns(
        ("单位编码", 9, "word"), ("单位", 20), ("项目", 20), ("须更正的", 50), ("错误", 6, "count"),
        ("警告", 6, "count"), ("提示", 6, "count"), ("合计", 6, "count"), ("已豁免", 7, "count"),
        ("表种", 15, "word"), ("年度", 6, "word"), ("工作簿", 36, "link"),
    ),
)  # fmt: skip
REPORTS = LongTable(
    "reports", "报告核对",
    _columns(
        ("单位编码", 9, "word"), ("单位", 14), ("报告", 14), ("核对情况", 10, "word"),
        ("严重程度", 8, "word"), ("编号", 5, "word"), ("段落", 14), ("原文", 24), ("问题", 27),
        ("数字", 6, "count"), ("一致", 6, "count"), ("不一致", 6, "count"),
        ("表中没有", 6, "count"), ("认不出", 6, "count"), ("认不出占比", 8, "percent"),
        ("报告写", 10), ("应为", 10), ("自评表位置", 13), ("整改意见", 26), ("类别", 20),
        ("年度", 6, "word"), ("带批注的副本", 30, "link"),
    ),
)  # fmt: skip
OUTSTANDING = LongTable(
    "outstanding", "未报送",
    _columns(
        ("类别", 12, "word"), ("单位", 32), ("单位编码", 13, "word"), ("表种", 15, "word"), ("项目", 28),
        ("年度", 8, "word"), ("联系人、电话", 26), ("文件", 26), ("情况", 40),
    ),
)  # fmt: skip
ALWAYS = (UNITS, FUNDS, INDICATORS, TROUBLED, FINDINGS)
WHERE_ANY = (EXTRAS, CHANGES, RECEIPTS, REPORTS, OUTSTANDING)  # what only some form knows, or only some run has


def tables_of(rows: Counter[str]) -> tuple[LongTable, ...]:
    """The long tables that there are, by their numbers of rows."""
    return (*ALWAYS, *(table for table in WHERE_ANY if rows[table.key]))

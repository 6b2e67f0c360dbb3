"""The results of a run for people: a short table, the findings with advice, and a last line with the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.batch.repeated import Outcomes
from perf_xlsx.cli.screen import Part, Screen, ScreenCell, ScreenColumn
from perf_xlsx.domain.model import STANDINGS
from perf_xlsx.domain.rounding import percent
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, what_to_do
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.findings.office import at_terminal
from perf_xlsx.pipeline import UNWRITTEN
from perf_xlsx.results.comparison import ComparedReturns, unasked_in_words
from perf_xlsx.results.record import FindingRecord, Record
from perf_xlsx.results.result_in_words import OPEN_OR_WRONG, TO_MEND, outcome, total_in_words
from perf_xlsx.results.together import together
from perf_xlsx.system.safe_text import one_line
from perf_xlsx.system.streams import say

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan", "waived": "dim"}
DETAILED = 20  # forms that are shown with every finding; of more, only what stops or connects them
LINES = 100  # of each list at the end
NAMED = 10  # cells of one message; the others are counted, and listed in the workbook
COLUMNS = (
    ScreenColumn("文件", folds=True),
    ScreenColumn("单位", folds=True),
    ScreenColumn("执行率", right=True),
    ScreenColumn("得分", right=True),
    ScreenColumn("自评", right=True),
    ScreenColumn("等级"),
    ScreenColumn("问题"),
)


class Summary:
    """Collects the records of a run for its end; keeps no more of them than it will show."""

    def __init__(self) -> None:
        self.screen = Screen()
        self.outcomes = Outcomes()
        self.compared = ComparedReturns()
        self.checked = self.workbooks = self.unchanged = self.outputs = self.related = self.unwritten = 0
        self.first_output = ""
        self.first: list[Record] = []
        self.unread: list[Record] = []
        self.across: list[Record] = []

    def add(self, record: Record, output: str | None = None, fresh: bool = True, part: int = 0) -> None:
        """Take in a record, where its scored copy was written, and whether it was done now.

        `part` is 0 for the first form of a workbook: workbooks and copies are counted there.
        """
        kind = self.outcomes.add(record)
        self.compared.add(record)
        self.checked += record.status == "checked"
        self.unwritten += any(found.code == UNWRITTEN for found in record.findings)
        if part == 0 and kind != "未报送":
            self.workbooks += 1
            self.unchanged += not fresh
        if output and part == 0:
            self.first_output = self.first_output or output
            self.outputs += 1
        self._keep(record, kind)

    def _keep(self, record: Record, kind: str) -> None:
        """Keep the record for the lists at the end that have room for it."""
        if kind != "未报送" and self.forms <= DETAILED:
            self.first.append(record)
        if kind == "读不出来" and len(self.unread) < LINES:
            self.unread.append(record)
        across = tuple(found for found in record.findings if found.code.startswith("B"))
        self.related += bool(across)
        if across and len(self.across) < LINES:
            self.across.append(replace(record, findings=across))

    @property
    def counts(self) -> Counter[str]:
        """Forms by outcome."""
        return self.outcomes.counts

    @property
    def forms(self) -> int:
        """How many forms there were; one that cannot be read counts."""
        return self.counts.total() - self.counts["未报送"]

    def show(self) -> None:
        """Up to 20 forms: print a table and every finding. More: only unreadable files and findings between
        workbooks. Always end with a summary line.
        """
        if self.forms <= DETAILED:
            self.screen.table(COLUMNS, list(map(_row, self.first)))
            for record in self.first:
                if record.findings:
                    self._show_findings(record)
            missing = [record for record in self.across if outcome(record) == "未报送"]
            self._list("没有报送的单位", missing, self.counts["未报送"])
        else:
            self._list("读不出来的文件", self.unread, self.counts["读不出来"])
            self._list("各份之间、与名单对照", self.across, self.related)
        self._show_changes()
        self.screen.line((one_line(self._closing()), "bold"))

    def _show_findings(self, record: Record) -> None:
        self._line((_called(record), "bold"))
        for found, others in together(record.findings):
            self._line(*_head(found), (f"  {found.cell_address}  ", "dim"), (found.message, ""))
            if others:
                cells = "、".join(other.cell_address for other in others[:NAMED])
                self._line((f"      同样的还有{len(others)}处：{cells}{'等' if len(others) > NAMED else ''}", ""))
            self._line(_advice(found))
        say("")

    def _show_changes(self) -> None:
        """What became of the findings of earlier rounds, and what units changed unasked."""
        if self.forms <= DETAILED:
            for record in self.first:
                if record.since and record.since.changed:
                    words = f"另有{record.since.changes}处上次没有要求的改动：{unasked_in_words(record.since)}"
                    self._line((f"{_called(record)}  第{record.round}次报送，{words}", ""))
        compared = self.compared
        changes = f"；其中{compared.changes_in_words}，见汇总工作簿的“改动”" if compared.changed else ""
        if compared.count:
            self._line((f"{compared.findings_in_words}{changes}。", ""))

    def _list(self, title: str, records: Sequence[Record], total: int) -> None:
        """A line a workbook, by kind of finding; the same advice is given once."""
        if not records:
            return
        self._line((f"【{title}】", "bold"))
        for group in _kinds(records):
            first = group[0][1]
            self._line(*_head(first), (f"  {catalogue()[first.code].title}", ""))
            for at, (record, found) in enumerate(group):
                self._line((f"      {_called(record)}  {found.message}", ""))
                if at + 1 == len(group) or what_to_do(group[at + 1][1]) != what_to_do(found):
                    self._line(_advice(found))
            say("")
        if total > len(records):
            self._line((f"  另有{total - len(records)}条没有列出，加 --json 可以看到全部。", "dim"))
            say("")

    def _line(self, *parts: Part) -> None:
        self.screen.line(*((one_line(text), style) for text, style in parts))

    def _reused(self) -> str:
        """How many were done now, and how many are as an earlier run scored them."""
        if not self.unchanged:
            return ""
        fresh = self.workbooks - self.unchanged
        counted = "份" if self.forms == self.workbooks else "个工作簿"
        counts = f"本次处理{fresh}{counted}，其余{self.unchanged}{counted}" if fresh else "都"
        return f"（{counts}没有变化，沿用上次的评分）"

    def _closing(self) -> str:
        troubles = (
            (self.counts[TO_MEND], f"份{OPEN_OR_WRONG}，须退回更正"),
            (self.counts["读不出来"], "份读不出来，须重新报送"),
            (self.counts["待核定"], "份待核定（同一张表报送了几份等，见上），定下以前不退回"),
            (self.unwritten, "份已评分但没有写出，须重新评分"),
            (self.checked, "份没有分值或是监控表，只核对，不计分"),
            (self.counts["未报送"], "份没有报送"),
        )
        several = f"（在{self.workbooks}个工作簿里）" if self.forms != self.workbooks else ""
        parts = [f"共{self.forms}份{several}{self._reused()}"]
        parts += [f"{count}{words}" for count, words in troubles if count]
        return "，".join(parts) + "。" + self._where()

    def _where(self) -> str:
        """Where the scored copies are."""
        if self.outputs == 1:
            return f"评分后的工作簿：{self.first_output}（打开即为“评分汇总”，逐项问题见“问题清单”）"
        if self.outputs:
            return f"评分后的工作簿{self.outputs}份，第一份：{self.first_output}"
        if self.counts["读不出来"] or self.unwritten:
            return ""
        return "只检查，没有写出文件；要写出评分后的工作簿请用 perf-xlsx score 文件 -o 文件夹"


def _called(record: Record) -> str:
    """The file, and which of its forms; the unit where there is no file."""
    return (record.file or record.unit or "") + record.which


def _row(record: Record) -> list[ScreenCell]:
    counts = _counts(record)
    if not record.is_read or record.execution is None:
        cells: Sequence[str | Part] = [record.listed_unit or "", "", ("读不出来", "red"), "", ""]
    else:
        cells = _scored_cells(record, record.execution.rate)
    texts = ((cell, "") if isinstance(cell, str) else cell for cell in (_called(record), *cells))
    return [*([(one_line(text), style)] for text, style in texts), counts]


def _scored_cells(record: Record, rate: str | None) -> Sequence[str | Part]:
    """Unit, execution rate, total, claimed total and grade of a scored workbook."""
    return [
        record.unit or record.listed_unit or "（未填）",
        percent(Decimal(rate)) if rate is not None else "—",
        total_in_words(record),
        record.claimed_total if record.claimed_total is not None else "—",
        record.grade or "—",
    ]


def _counts(record: Record) -> ScreenCell:
    counts = Counter(found.standing for found in record.findings)
    parts = [(f"{STANDING_SIGNS[kind]}{counts[kind]} ", COLOURS[kind]) for kind in STANDINGS if counts[kind]]
    return parts or [("没有问题", "green")]


def _kinds(records: Iterable[Record]) -> list[list[tuple[Record, FindingRecord]]]:
    """Each finding with its record, by kind, heaviest first; those with the same advice follow one another."""
    kinds: dict[tuple[int, str], dict[str, list[tuple[Record, FindingRecord]]]] = {}
    for record in records:
        for found in record.findings:
            kind = kinds.setdefault((STANDINGS.index(found.standing), found.code), {})
            kind.setdefault(what_to_do(found), []).append((record, found))
    return [[one for alike in kinds[key].values() for one in alike] for key in sorted(kinds)]


def _head(found: FindingRecord) -> tuple[Part, ...]:
    kind = found.standing
    return ("  ", ""), (f"{STANDING_SIGNS[kind]} {STANDING_NAMES[kind]} {found.code}", COLOURS[kind])


def _advice(found: FindingRecord) -> Part:
    return f"      → {at_terminal(what_to_do(found))}", "dim"

"""Results as people read them on the terminal: a short table, the findings with advice, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perf_xlsx.domain.model import STANDINGS, Standing
from perf_xlsx.domain.rounding import percent
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, waiver_text
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.foreign import POINTERS
from perf_xlsx.pipeline import UNWRITTEN
from perf_xlsx.system.output_files import printable_path
from perf_xlsx.system.safe_text import one_line

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan", "waived": "dim"}
TOGETHER = 3  # from so many on, the same message over many cells is told once
DETAILED = 20  # workbooks that are shown with every finding; of more, only what stops or connects them
LINES = 100  # of each list at the end
NAMED = 10  # cells of one message; the rest is counted, and listed in the workbook

Record = Mapping[str, Any]  # as report.as_record gives


def outcome(record: Record) -> str:
    """In a word: 没有错误, 有错误, 读不出来 or 未报送."""
    if record["status"] == "outstanding":
        return "未报送"
    if record["status"] != "scored":
        return "读不出来"
    wrong = any(standing(found) == "error" and found["code"] != UNWRITTEN for found in record["findings"])
    return "有错误" if wrong else "没有错误"


def plain(data: Any) -> Any:
    """A record, or a part of it, with each text in one line, and nothing that a terminal obeys."""
    match data:
        case str():
            return one_line(data)
        case dict():
            return {key: plain(value) for key, value in data.items()}
        case list():
            return [plain(value) for value in data]
    return data


class Summary:
    """What is said at the end of a run; keeps no more of the records than it will show."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept = self.outputs = self.related = self.unwritten = 0
        self.first_output = ""
        self.first: list[Record] = []
        self.unread: list[Record] = []
        self.across: list[Record] = []

    def add(self, record: Record, output: str | None = None, fresh: bool = True) -> None:
        """Take in a record, where its scored copy was written, and whether it was done now."""
        kind = outcome(record)
        self.counts[kind] += 1
        self.kept += not fresh
        self.unwritten += any(found["code"] == UNWRITTEN for found in record["findings"])
        if output:
            self.first_output = self.first_output or output
            self.outputs += 1
        if kind != "未报送" and self.workbooks <= DETAILED:
            self.first.append(record)
        if kind == "读不出来" and len(self.unread) < LINES:
            self.unread.append(record)
        across = [found for found in record["findings"] if found["code"].startswith("B")]
        self.related += bool(across)
        if across and len(self.across) < LINES:
            self.across.append({**record, "findings": across})

    @property
    def workbooks(self) -> int:
        """How many workbooks there were."""
        return self.counts.total() - self.counts["未报送"]

    def show(self, console: Console) -> None:
        """Print a table and every finding of a few workbooks, of many what stops or connects them; a last line."""
        across = [plain(record) for record in self.across]
        if self.workbooks <= DETAILED:
            first = [plain(record) for record in self.first]
            console.print(_table(first))
            for record in first:
                if record["findings"]:
                    _show_findings(record, console)
            missing = [record for record in across if outcome(record) == "未报送"]
            _list("没有报送的单位", missing, self.counts["未报送"], console)
        else:
            unread = [plain(record) for record in self.unread]
            _list("读不出来的文件", unread, self.counts["读不出来"], console)
            _list("各份之间、与名单对照", across, self.related, console)
        console.print(self._closing())

    def _stands(self) -> str:
        """How many were done now, and how many stand as an earlier run left them."""
        if not self.kept:
            return ""
        fresh = self.workbooks - self.kept
        counts = f"本次处理{fresh}份，其余{self.kept}份" if fresh else "都"
        return f"（{counts}没有变化，沿用上次的评分）"

    def _closing(self) -> Text:
        parts = [f"共{self.workbooks}份{self._stands()}"]
        parts += [f"{self.counts['有错误']}份有错误，须退回更正"] if self.counts["有错误"] else []
        parts += [f"{self.counts['读不出来']}份读不出来，须重新报送"] if self.counts["读不出来"] else []
        parts += [f"{self.unwritten}份已评分但没有写出，须重新评分"] if self.unwritten else []
        parts += [f"{self.counts['未报送']}个单位没有报送"] if self.counts["未报送"] else []
        line = "，".join(parts) + "。"
        if self.outputs == 1:
            line += f"评分后的工作簿：{self.first_output}（打开即为“评分汇总”，逐项问题见“问题清单”）"
        elif self.outputs:
            line += f"评分后的工作簿{self.outputs}份，第一份：{self.first_output}"
        elif not self.counts["读不出来"] and not self.unwritten:
            line += "只检查，没有写出文件；要写出评分后的工作簿请用 perf-xlsx score 文件 -o 文件夹"
        return Text(one_line(line), style="bold")


def _names(files: Sequence[str]) -> str:
    return "、".join(printable_path(Path(file)) for file in files[:NAMED]) + ("等" if len(files) > NAMED else "")


def not_taken(files: Sequence[str]) -> str:
    """Which files were not read for their suffix, and what to do if one of them is a return after all."""
    pointing = [file for file in files if Path(file).suffix.lower() in POINTERS]
    files = [file for file in files if file not in pointing]
    told = ""
    if files:
        told += f"另有{len(files)}个文件因后缀不是工作簿而没有读：{_names(files)}。"
        told += "其中如有自评表，压缩包请先解压，其余请改为或另存为 .xlsx，再运行一次。"
    if pointing:
        told += f"另有{len(pointing)}个文件只是快捷方式或在线表格的链接，里面没有表格：{_names(pointing)}。"
        told += "请打开它们指向的表格，另存或下载为 .xlsx，放进来再运行一次。"
    return told


def outside(links: Sequence[str]) -> str:
    """Which links to folders were not followed, for they lead out of what was asked for."""
    if not links:
        return ""
    return (
        f"另有{len(links)}个链接指向别处的文件夹，没有跟进去：{_names(links)}。"
        "要评其中的工作簿，请在命令中直接写那个文件夹。"
    )


def results(folders: Sequence[str]) -> str:
    """Which folders were not entered for their name, and what to do if there are returns in one of them."""
    if not folders:
        return ""
    return f"没有读 {_names(folders)}：里面应是以前的评分结果。要评其中的工作簿，请在命令中直接写这个文件夹。"


def not_ours(files: Sequence[str]) -> str:
    """Which workbooks lie in the output folder that this run did not write, and what to do about them."""
    if not files:
        return ""
    return (
        f"输出文件夹中另有{len(files)}个工作簿不是本次评分写出的：{_names(files)}。"
        "如是以前的副本、原件已经移走的，请删去，以免误发。"
    )


def show(records: Iterable[Record], console: Console) -> None:
    """Print a few results in full."""
    summary = Summary()
    for record in records:
        summary.add(record, record["output"])
    summary.show(console)


def _table(records: Iterable[Record]) -> Table:
    """What is theirs stands in it as Text: rich would make signs of ":skull:" in a str, and styles of "[red]"."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("文件", overflow="fold")
    table.add_column("单位", overflow="fold")
    for name in ("执行率", "得分", "自评"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("等级", no_wrap=True)
    table.add_column("问题", no_wrap=True)
    for record in records:
        table.add_row(
            *(Text(cell) if isinstance(cell, str) else cell for cell in (record["file"], *_cells(record)))
        )
    return table


def _cells(record: Record) -> list[str | Text]:
    if record["status"] != "scored":
        return ["", "", Text("读不出来", style="red"), "", "", _counts(record)]
    rate = record["execution"]["rate"]
    return [
        record["unit"] or "（未填）",
        percent(Decimal(rate)) if rate is not None else "—",
        record["total"] + ("" if record["complete"] else "（暂定）"),
        record["claimed_total"] if record["claimed_total"] is not None else "—",
        record["grade"] or "—",
        _counts(record),
    ]


def standing(found: Record) -> Standing:
    """How a finding counts: its severity, or that it was waived."""
    word: Standing = "waived" if found.get("waived") else found["severity"]
    return word


def _counts(record: Record) -> Text:
    counts = Counter(map(standing, record["findings"]))
    text = Text()
    for kind in STANDINGS:
        if counts[kind]:
            text.append(f"{STANDING_SIGNS[kind]}{counts[kind]} ", style=COLOURS[kind])
    return text or Text("没有问题", style="green")


def _show_findings(record: Record, console: Console) -> None:
    console.print(Text(record["file"] or record["unit"], style="bold"))
    for found, others in together(record["findings"]):
        console.print(_head(found).append(f"  {where(found)}  ", "dim").append(found["message"]))
        if others:
            cells = "、".join(map(where, others[:NAMED])) + ("等" if len(others) > NAMED else "")
            console.print(Text(f"      同样的还有{len(others)}处：{cells}"))
        console.print(_advice(found))
    console.print()


def _list(title: str, records: Sequence[Record], total: int, console: Console) -> None:
    """One thing of many workbooks: by kind of finding, a line a workbook, what asks for the same told once."""
    if not records:
        return
    console.print(Text(f"【{title}】", style="bold"))
    for group in _kinds(records):
        first = group[0][1]
        console.print(_head(first).append(f"  {catalogue()[first['code']].title}"))
        for at, (record, found) in enumerate(group):
            console.print(Text(f"      {record['file'] or record['unit']}  {found['message']}"))
            if at + 1 == len(group) or _advice(group[at + 1][1]) != _advice(found):
                console.print(_advice(found))
        console.print()
    if total > len(records):
        console.print(Text(f"  另有{total - len(records)}条没有列出，加 --json 可以看到全部。\n", style="dim"))


def _kinds(records: Iterable[Record]) -> list[list[tuple[Record, Record]]]:
    """Each finding with its record, heaviest first, by kind; what has the same advice stands together."""
    kinds: dict[tuple[int, str], dict[str, list[tuple[Record, Record]]]] = {}
    for record in records:
        for found in record["findings"]:
            kind = kinds.setdefault((STANDINGS.index(standing(found)), found["code"]), {})
            kind.setdefault(_advice(found).plain, []).append((record, found))
    return [[one for alike in kinds[key].values() for one in alike] for key in sorted(kinds)]


def _head(found: Record) -> Text:
    kind = standing(found)
    return Text("  ").append(f"{STANDING_SIGNS[kind]} {STANDING_NAMES[kind]} {found['code']}", COLOURS[kind])


def _advice(found: Record) -> Text:
    waived = found.get("waived")
    advice = waiver_text(waived["reason"], waived["by"], waived["until"]) if waived else found["advice"]
    return Text(f"      → {advice}", style="dim")


def together(findings: Iterable[Record]) -> list[tuple[Record, list[Record]]]:
    """Findings, heaviest first; those that ask for the same thing in many cells as the first with the others."""
    groups: dict[object, list[Record]] = {}
    for found in sorted(findings, key=lambda f: STANDINGS.index(standing(f))):  # the rest is in the eye's order
        alike = (standing(found), *(found[key] for key in ("code", "sheet", "field", "advice")))
        groups.setdefault(alike, []).append(found)
    told: list[tuple[Record, list[Record]]] = []
    for group in groups.values():
        told += [(group[0], group[1:])] if len(group) >= TOGETHER else [(found, []) for found in group]
    return told


def where(found: Record) -> str:
    """The place within its workbook: "绩效指标!C7", or "" for the whole file."""
    return "!".join(part for part in (found["sheet"], found["cell"]) if part)

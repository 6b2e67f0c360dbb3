"""Results as people read them on the terminal: a short table, the findings with advice, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from perf_xlsx.model import STANDINGS, Finding, Result
from perf_xlsx.numerals import percent, plain, points
from perf_xlsx.pipeline import UNWRITTEN, unwritten
from perf_xlsx.signs import STANDING_SIGNS, label, what_to_do

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan", "waived": "dim"}
TOGETHER = 3  # from so many on, the same message over many cells is told once


def show(results: Sequence[Result], console: Console) -> None:
    """Print everything: a table of the results, the findings of each, a closing line."""
    console.print(_table(results))
    for result in results:
        if result.findings:
            _show_findings(result, console)
    console.print(_closing(results))


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("文件", overflow="fold")
    table.add_column("单位", overflow="fold")
    for name in ("执行率", "得分", "自评"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("等级", no_wrap=True)
    table.add_column("问题", no_wrap=True)
    for result in results:
        table.add_row(escape(result.evaluation.workbook if result.evaluation else result.file), *_cells(result))
    return table


def _cells(result: Result) -> list[str | Text]:
    form, scores = result.evaluation, result.scores
    if form is None or scores is None:
        return ["", "", Text("读不出来", style="red"), "", "", _counts(result)]
    rate = scores.execution.completion
    claimed = form.claimed.total.value
    return [
        escape(form.unit or "（未填）"),
        percent(rate) if rate is not None else "—",
        points(scores.total) + ("" if scores.complete else "（暂定）"),
        plain(claimed) if claimed is not None else "—",
        scores.grade,
        _counts(result),
    ]


def _counts(result: Result) -> Text:
    counts = Counter(found.standing for found in result.findings)
    text = Text()
    for standing in STANDINGS:
        if counts[standing]:
            text.append(f"{STANDING_SIGNS[standing]}{counts[standing]} ", style=COLOURS[standing])
    return text or Text("没有问题", style="green")


def _show_findings(result: Result, console: Console) -> None:
    console.print(Text(result.file, style="bold"))
    for found, others in together(result.findings):
        head = Text("  ")
        head.append(f"{label(found)} {found.code}", COLOURS[found.standing])
        head.append(f"  {where(found)}  ", "dim")
        head.append(found.message)
        console.print(head)
        if others:
            cells = "、".join(where(other) for other in others)
            console.print(Text(f"      同样的还有{len(others)}处：{cells}"))
        console.print(Text(f"      → {what_to_do(found)}", style="dim"))
    console.print()


def together(findings: Iterable[Finding]) -> list[tuple[Finding, list[Finding]]]:
    """Findings, heaviest first; those that ask for the same thing in many cells as the first with the others."""
    groups: dict[object, list[Finding]] = {}
    for found in sorted(findings, key=lambda f: (STANDINGS.index(f.standing), f.place, f.code)):
        alike = (found.standing, found.code, found.place.sheet, found.field, found.advice, found.waived)
        groups.setdefault(alike, []).append(found)
    told: list[tuple[Finding, list[Finding]]] = []
    for group in groups.values():
        told += [(group[0], group[1:])] if len(group) >= TOGETHER else [(found, []) for found in group]
    return told


def where(found: Finding) -> str:
    """The place within its workbook: "绩效指标!C7", or "" for the whole file."""
    return "!".join(part for part in (found.place.sheet, found.place.cell or "") if part)


def _closing(results: Sequence[Result]) -> Text:
    unreadable = sum(result.scores is None for result in results)
    outputs = [result.output for result in results if result.output]
    lost = sum(map(unwritten, results))
    wrong = sum(_to_correct(result) for result in results)
    parts = [f"共{len(results)}份"]
    parts += [f"{wrong}份有错误，须退回更正"] if wrong else []
    parts += [f"{unreadable}份读不出来，须重新报送"] if unreadable else []
    parts += [f"{lost}份已评分但没有写出，须重新评分"] if lost else []
    line = "，".join(parts) + "。"
    if len(outputs) == 1:
        line += f"评分后的工作簿：{outputs[0]}（打开即为“评分汇总”，逐项问题见“问题清单”）"
    elif outputs:
        line += f"评分后的工作簿{len(outputs)}份，第一份：{outputs[0]}"
    elif not unreadable and not lost:
        line += "只检查，没有写出文件；要写出评分后的工作簿请用 perf-xlsx score 文件 -o 文件夹"
    return Text(line, style="bold")


def _to_correct(result: Result) -> bool:
    """Whether the unit has something to correct in a form that was read."""
    wrong = any(found.severity == "error" and found.code != UNWRITTEN for found in result.findings)
    return wrong and result.scores is not None

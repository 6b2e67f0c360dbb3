"""Whether a receipt says of the points what its own check code and the scored copy say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perf_xlsx.domain.check_code import check_code
from perf_xlsx.receipts.receipt import Receipt
from perf_xlsx.system.pattern import pattern

NONE = "不计分"
_CODE = pattern(r"校验码[:：\s]{0,3}([2-9A-HJ-NP-Z]{12})")
_STATED = pattern(r"总分([0-9]{1,24}\.[0-9]{2})，(?:等级([^，。；（）]{1,30}))?")


def disagreements(receipt: Receipt, lines: Iterable[str]) -> Iterator[str]:
    """What does not agree; `lines` are those of the scored copy that state a check code."""
    if check_code(receipt.content, receipt.total, receipt.rules, receipt.version) != receipt.check_code:
        yield f"回执所记的总分、内容、评分办法与它自己的校验码 {receipt.check_code} 不符，回执改过。"
    lines = list(lines)
    codes = dict.fromkeys(code for line in lines for code in codes_in(line))
    if codes and receipt.check_code not in codes:
        yield f"自评表上的校验码是 {'、'.join(codes)}，不是回执的 {receipt.check_code}。"
    own = receipt.total or NONE, receipt.grade or ""
    stated = [_points(line) for line in lines if receipt.check_code in line]
    for total, grade in dict.fromkeys(points for points in stated if points != own):
        yield f"回执上是{_said(*own)}，评分表上是{_said(total, grade)}。"


def codes_in(line: str) -> list[str]:
    """The check codes that a line of ours states."""
    return _CODE.findall(line)


def _points(line: str) -> tuple[str, str]:
    """The total and the grade that a line of 自评表 states."""
    found = _STATED.search(line)
    return (found[1], found[2] or "") if found else (NONE, "")


def _said(total: str, grade: str) -> str:
    return total if total == NONE else f"总分{total}（{f'等级{grade}' if grade else '不评等级'}）"

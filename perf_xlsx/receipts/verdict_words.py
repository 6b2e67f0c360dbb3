"""A verdict on a workbook in words, the same on the terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.receipts.changes import EMPTY, UNTOLD
from perf_xlsx.receipts.verification import Verdict

LONGEST = 60  # characters of a cell's content
LIMITS = (
    "核对只说明文件与回执是否一致；不能证明是谁、什么时候填报或修改的，也不能证明填报的数字真实。不是电子签章。"
)
UNSIGNED = "没有核对签名：能改工作簿的人也可能改了回执。请用自己保存的回执，或用 --key 核对签名。"
SIGNATURES = {
    "good": "回执的签名有效。",
    "bad": "回执的签名无效：回执改过，或不是用这把钥匙签的。",
    "none": "回执没有签名。",
}


def verdict_in_words(one: Verdict, state: str = "") -> Iterator[str]:
    """What a verdict rests on. `state` is what became of the receipt's signature, a key of SIGNATURES."""
    yield from one.told
    for change in one.changes:
        field = f"（{change.field}）" if change.field else ""
        yield f"{change.sheet}!{change.cell}{field}：原为{_quoted(change.then)}，现为{_quoted(change.now)}"
    if one.receipt is not None:
        receipt = one.receipt
        what = f"总分{receipt.total}，" if receipt.total else ""
        grade = f"等级{receipt.grade}，" if receipt.grade else ""
        yield f"回执：{receipt.name}，{what}{grade}校验码 {receipt.check_code}，评分办法 {receipt.rulebook}"
    if state:
        yield SIGNATURES[state]


def _quoted(text: str) -> str:
    if text in (EMPTY, UNTOLD):
        return text
    return f"“{text}”" if len(text) <= LONGEST else f"“{text[:LONGEST]}…”"

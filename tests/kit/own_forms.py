"""Forms of a bureau's own, made of the shipped ones, and what came of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import Result

from perf_xlsx import pipeline
from tests.kit.layouts import HEADS

FORMS = Path(pipeline.__file__).parent / "forms"


def records(result: Result) -> list[dict[str, Any]]:
    """The records that a command printed, a line each."""
    return [json.loads(line) for line in result.stdout.splitlines()]


COLUMNS = {
    "indicators": '''
    [[sheets.blocks.columns]]
    key = "explained"
    label = "指标解释"
    kind = "long_text"
    width = 20
    help = "这个指标怎么算。"

    [[sheets.blocks.columns]]
    key = "share"
    label = "覆盖比例"
    kind = "percent"
    width = 8
''',
    "funds": '''
    [[sheets.blocks.columns]]
    key = "frozen"
    label = "冻结数"
    kind = "number"
    width = 12
''',
    "basics": '''
    [[sheets.blocks.boxes]]
    key = "policy"
    label = "政策文号"
    required = true
    width = 60
    help = "设立依据的文件号。"
''',
    "projects": '''
    [[sheets.blocks.columns]]
    key = "owner"
    label = "责任科室"
    width = 12
''',
}  # fmt: skip
BEFORE = {"indicators": "reason", "funds": "claimed_rate", "basics": "filled_on", "projects": "benefit"}


def written_out(text: str) -> str:
    """A form's TOML with what it takes from common.toml in its place: a file that stands alone."""
    common = (FORMS / "common.toml").read_text("utf-8")
    lists, *blocks = re.split(r"^\[blocks\.\w+\]\n", common.partition("[lists]\n")[2], flags=re.M)
    names = re.findall(r"^\[blocks\.(\w+)\]", common, flags=re.M)
    text = text.replace('common = ["asides", "guide_before"]\n', lists.rstrip() + "\n")
    for name, block in zip(names, blocks, strict=True):
        head, *members = re.split(r"\n(?=  \[\[)", block.rstrip() + "\n")
        own = re.search(
            rf'common = "{name}"\n((?:  \w[^\n]*\n)*)(.*?)(?=\n  \[\[sheets\.blocks\]\]|\n\[\[sheets\]\]|\Z)',
            text,
            re.S,
        )
        assert own
        own_keys = re.findall(r"^ *(\w+) =", own[1], flags=re.M)
        heads = [line for line in head.splitlines() if line and line.partition(" =")[0] not in own_keys]
        joined = re.sub(rf"\[\[blocks\.{name}\.", "[[sheets.blocks.", "\n".join(members))
        joined = "\n".join("  " + line if line else line for line in joined.splitlines())
        ours = re.sub(r'    before = ".*"\n', "", own[2])
        text = text.replace(own[0], "\n  ".join(heads) + "\n" + f"{own[1].rstrip()}\n\n{ours}\n{joined}\n")
    return text


def own_form(base: str = "project", *, name: str = "transfer", title: str = "转移支付", extra: bool = True) -> str:
    """A form like a shipped one, with a box and columns that no other form has."""
    text = written_out((FORMS / f"{base}.toml").read_text("utf-8")).replace(f'name = "{base}"', f'name = "{name}"')
    text = re.sub("(项目|部门（单位）整体|部门整体)支出绩效自评", f"{title}绩效自评", text)
    for block, added in COLUMNS.items() if extra else ():
        at = re.search(rf'\n    \[\[sheets\.blocks\.\w+\]\]\n    key = "{BEFORE[block]}"', text)
        text = text[: at.start()] + "\n" + added.rstrip() + "\n" + text[at.start() :] if at else text
    return text


def shown(path: Path, sheet: str) -> list[str]:
    """The rows of a sheet, each as one text."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return ["|".join(str(value) for value in row if value is not None) for row in rows]


def official(title: str, extra: bool) -> openpyxl.Workbook:
    """An official layout of such a form, with a column that only it has, or without."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"{title}绩效自评表"])
    sheet.append(["（2024年度）"])
    sheet.append(["项目名称", "饮水工程"])
    sheet.append(["主管部门", "示例县水利局", None, "实施单位", "示例县水利局"])
    sheet.append(["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"])
    sheet.append([None, "年度资金总额", 100, 100, 100, 10, "100%", 10])
    sheet.append([*HEADS, "指标解释"] if extra else [*HEADS])
    row = ["产出指标", "数量指标", "改造工程", "≥12处", "12处", 90, 90, None]
    sheet.append([*row, "通水的工程"] if extra else row)
    sheet.append(["总分", None, None, None, None, 100, 100])
    return book


KINDS = {
    "text": ("字", "字"), "long_text": ("长", "长"), "number": (5, "5"), "value": ("约三成", "约三成"),
    "percent": ("55%", "0.55"), "date": ("2025-01-02", "2025-01-02"), "choice": ("乙", "乙"),
}  # fmt: skip


CHOICES = 'choices = ["甲", "乙"]'


def added(table: str, number: int, more: str = "") -> str:
    """As many boxes or columns, of each kind in turn."""
    kinds = [*KINDS] * number
    return "".join(
        f'    [[sheets.blocks.{table}]]\n    key = "x{at}"\n    label = "附加{table[:2]}{at}"\n    kind = "{kinds[at]}"\n'
        f"    {CHOICES if kinds[at] == 'choice' else ''}\n    {more}\n\n"
        for at in range(number)
    )


def with_added(number: int, more: str = "") -> str:
    text = own_form(extra=False)
    for table, before in (("boxes", "filled_on"), ("columns", "reason")):
        head = f'    [[sheets.blocks.{table}]]\n    key = "{before}"'
        text = text.replace(head, added(table, number, more) + head)
    for block in (
        '  [[sheets.blocks]]\n  kind = "boxes"\n  key = "goal"',
        '  [[sheets.blocks]]\n  kind = "rows"\n  key = "passages"',
    ):
        before, _, after = text.partition(block)
        text = before + (after[after.index("\n[[sheets]]") :] if "\n[[sheets]]" in after else "")
    return text

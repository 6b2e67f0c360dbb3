"""Sheets renamed, hidden, moved and copied; labels typed anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kit.damage.bench import INDICATORS, NAMES, SHEETS, Bench, damage
from tests.kit.damage.structure import drop_names, rename

# ---- sheets -----------------------------------------------------------------------------------------------------


@damage("工作表改名", NAMES)
def sheets_renamed(bench: Bench) -> None:
    for old, new in ((INDICATORS, "指标（终稿）"), (bench.funds.title, "钱"), ("基本信息", "Sheet1")):
        if old in bench.book:  # it may have been renamed before
            rename(bench.book, old, new)


@damage("工作表改名（名称没有跟着变）", NAMES)
def sheets_renamed_without_names(bench: Bench) -> None:
    for old, new in ((INDICATORS, "指标（终稿）"), ("基本信息", "Sheet1")):
        if old in bench.book:
            bench.book[old].title = new


@damage("工作表隐藏", SHEETS, tells=("R22",))
def sheet_hidden(bench: Bench) -> None:
    bench.book[INDICATORS].sheet_state = "hidden"


@damage("工作表换了顺序", SHEETS)
def sheets_moved(bench: Bench) -> None:
    bench.book.move_sheet(INDICATORS, -3)
    bench.book.move_sheet("基本信息", 3)


def copy_sheet(bench: Bench, title: str, first: bool = False) -> Any:
    """A copy of a sheet as Excel names it, at the end or in front."""
    copied = bench.book.copy_worksheet(bench.book[title])
    copied.title = f"{title} (2)"
    if first:
        bench.book.move_sheet(copied, -len(bench.book.sheetnames) + 1)
    return copied


@damage("绩效指标复制了一份", SHEETS, tells=("R06",))
def sheet_copied(bench: Bench) -> None:
    copy_sheet(bench, INDICATORS)


@damage("绩效指标复制了一份，改过，放在前面，名称丢失", SHEETS, tells=("R06",))
def sheet_copied_and_changed(bench: Bench) -> None:
    drop_names(bench.book)
    copied = copy_sheet(bench, INDICATORS, first=True)
    copied["I6"], copied["K6"] = 77, 3


@damage("绩效指标复制了一份，原表改名，名称丢失", SHEETS, reads=False, tells=("R06",))
def sheet_copied_and_original_renamed(bench: Bench) -> None:
    drop_names(bench.book)
    copied = copy_sheet(bench, INDICATORS, first=True)
    bench.book[INDICATORS].title = "旧"
    copied["I6"], copied["K6"] = 77, 3


def copy_form(bench: Bench) -> list[Any]:
    """All sheets of the form once more, of another unit."""
    titles = [title for title in bench.book.sheetnames if title not in ("_perf_xlsx", "填报说明")]
    copied = [copy_sheet(bench, title) for title in titles]
    for sheet in copied:
        for row in sheet.iter_rows(min_row=5, min_col=3):
            for cell in row:
                if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                    cell.value += 1
                elif cell.value == bench.value("boxes.unit"):
                    cell.value = "另一个单位"
    return copied


@damage("两个单位的表放在一个工作簿", SHEETS)
def two_forms(bench: Bench) -> None:
    copy_form(bench)


@damage("两个单位的表放在一个工作簿，名称丢失", SHEETS)
def two_forms_without_names(bench: Bench) -> None:
    copy_form(bench)
    drop_names(bench.book)


@damage("两个单位的表交错放置，名称丢失", SHEETS, tells=("R06",))
def two_forms_mixed(bench: Bench) -> None:
    copied = copy_form(bench)
    drop_names(bench.book)
    for sheet in copied[::2]:
        bench.book.move_sheet(sheet, -bench.book.index(sheet))


# ---- labels -----------------------------------------------------------------------------------------------------


HEADS = {"预算执行": (5,), "项目资金": (5,), "项目明细": (5,), INDICATORS: (5,), "自评结论": (14,)}  # header rows
LABELLED = {
    "基本信息": 99,
    "预算执行": 99,
    "项目资金": 99,
    "自评结论": 13,
}  # rows up to which column B holds labels


def relabel(bench: Bench, change: Callable[[str], str]) -> None:
    """Retype every label of the form."""
    for sheet in bench.book.worksheets:
        for row in sheet.iter_rows(min_row=5):
            for cell in row:
                head = cell.row in HEADS.get(sheet.title, ())
                if isinstance(cell.value, str) and (
                    head or (cell.column == 2 and cell.row <= LABELLED.get(sheet.title, 0))
                ):
                    cell.value = change(cell.value)


@damage("标签中间加了空格")
def labels_spaced(bench: Bench) -> None:
    relabel(bench, lambda text: "　" + text[0] + " " + text[1:] + "\u00a0")


@damage("标签加了冒号和零宽字符")
def labels_with_colon(bench: Bench) -> None:
    relabel(bench, lambda text: text[:1] + "\u200b" + text[1:].rstrip(" *") + "：")


@damage("标签换成了同义的写法和括号")
def labels_synonyms(bench: Bench) -> None:
    words = {"全年预算数": "全年预算数（A）", "全年执行数": "全年执行数（Ｂ）", "分值": "权重分值"}
    relabel(bench, lambda text: words.get(text.rstrip(" *"), text))


@damage("标签分两行写")
def labels_broken(bench: Bench) -> None:
    relabel(bench, lambda text: text[:2] + "\n" + text[2:])


@damage("标签被改成了别的字")
def labels_overwritten(bench: Bench) -> None:
    bench.book[INDICATORS]["K5"] = "打分"
    bench.cell("boxes.unit").offset(0, -1).value = "我们单位"

"""Texts with what nobody sees, and dates in every writing."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.kit.damage.bench import Bench, damage
from tests.kit.parts import MAIN

# ---- texts and dates --------------------------------------------------------------------------------------------


@damage("文字带空格和不可见字符")
def texts_with_spaces(bench: Bench) -> None:
    unit = bench.cell("boxes.unit")
    if unit.value not in bench.raw:  # another damage has put something else there
        unit.value = f"\u200b {unit.value}\u00a0\u3000"
    name = bench.cell("indicators.2.name")
    name.value = f"{name.value[:2]}\ufeff{name.value[2:]}\n"
    bench.cell("indicators.2.unit").value += "\u00a0"
    bench.cell("boxes.money_unit").value = " 万\u200b元"
    bench.cell("claimed.grade").value += "\u3000"


@damage("内容前重复了栏目名称", tells=("R12",))
def label_before_the_text(bench: Bench) -> None:
    if bench.cell("boxes.unit").value not in bench.raw:
        bench.cell("boxes.unit").value = f"单位名称： {bench.value('boxes.unit')}"


@damage("文字分成几种字体，带拼音")
def rich_strings(bench: Bench) -> None:
    text = bench.value("boxes.unit")
    runs = f"<r><t>{text[:3]}</t></r><r><rPr><b/></rPr><t>{text[3:]}</t></r>"
    phonetic = '<rPh sb="0" eb="2"><t>pinyin</t></rPh><phoneticPr fontId="1"/>'
    bench.put("boxes.unit", f"<is>{runs}{phonetic}</is>", "inlineStr")
    shared = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}"><si>{runs}{phonetic}</si></sst>'

    def share(parts: dict[str, bytes]) -> None:
        """As Excel has it, where this writer has no shared strings of its own."""
        if "xl/sharedStrings.xml" in parts:
            return
        parts["xl/sharedStrings.xml"] = shared.encode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        put_in(
            parts,
            "[Content_Types].xml",
            "</Types>",
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>',
        )
        put_in(
            parts, "xl/_rels/workbook.xml.rels", "</Relationships>",
            f'<Relationship Id="rId99" Type="{space}/sharedStrings" Target="sharedStrings.xml"/>',
        )  # fmt: skip
        for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
            cell = re.compile(rb't="inlineStr"><is>(?:(?!</is>).)*<rPh.*?</is>', re.DOTALL)
            parts[name] = cell.sub(b't="s"><v>0</v>', parts[name])

    bench.later.append(share)


def put_in(parts: dict[str, bytes], name: str, before: str, text: str) -> None:
    parts[name] = parts[name].decode().replace(before, text + before).encode()


@damage("指标性质写成别的样子")
def signs_in_words(bench: Bench) -> None:
    words = {"≥": "＞＝", "≤": "不超过", "=": "＝", "定性": "定性 "}
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.sign")
        cell.value = words.get(cell.value, cell.value)


@damage("级别后面写了分值")
def levels_with_points(bench: Bench) -> None:
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.level1")
        cell.value = cell.value and f"{cell.value}（{number + 10} 分）"


@damage("定性的完成值写成表上的说法")
def judged_as_printed(bench: Bench) -> None:
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.actual")
        cell.value = "达成预期指标" if cell.value == "达成" else cell.value


DATES: Mapping[str, Callable[[datetime.date], Any]] = {
    "2024.4.15": lambda day: f"{day.year}.{day.month}.{day.day}",
    "2024/04/15": lambda day: f"{day:%Y/%m/%d}",
    "2024年4月15日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "全角": lambda day: "".join(chr(ord(ch) + 0xFEE0) for ch in f"{day.year}/{day.month}/{day.day}"),
    "20240415": lambda day: int(f"{day:%Y%m%d}"),
    "文本20240415": lambda day: f"{day:%Y%m%d}",
    "没有日期格式的序号": lambda day: (day - datetime.date(1899, 12, 30)).days,
    "文本日期": lambda day: day.isoformat() + " ",
    "二〇二四年四月十五日": lambda day: chinese_day(day),
    "2024年4月15号（星期一）": lambda day: f"{day.year}年{day.month}月{day.day}号（星期一）",
    "顿号隔开": lambda day: f"{day.year}、{day.month}、{day.day}",
    "填报日期：2024年4月15日": lambda day: f"填报日期：{day.year}年{day.month}月{day.day}日",
    "没有日期格式的序号带时间": lambda day: (day - datetime.date(1899, 12, 30)).days + 0.5,
    "带时间": lambda day: datetime.datetime(day.year, day.month, day.day, 10, 30),
}


def chinese_day(day: datetime.date) -> str:
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(figure)] for figure in str(day.year))

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")

    return f"{year}年{small(day.month)}月{small(day.day)}日"


def _dates() -> None:
    for name, write in DATES.items():

        def apply(bench: Bench, write: Callable[[datetime.date], Any] = write) -> None:
            cell = bench.cell("boxes.filled_on")
            cell.value = write(datetime.date.fromisoformat(bench.value("boxes.filled_on")))
            cell.number_format = "yyyy-mm-dd" if isinstance(cell.value, datetime.datetime) else "General"

        damage(f"日期写成{name}")(apply)


_dates()


@damage("日期只写了月份", reads=False, tells=("R15",))
def month_only(bench: Bench) -> None:
    bench.cell("boxes.filled_on").value = "2024年4月"

"""Workbooks with several forms in the national layout: on a sheet each, or one below another."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from msgspec import Struct

HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")


class Asked(Struct, frozen=True):
    """One form: whose it is, and what was spent and reached of 100; None where it was left blank.

    `unit` None: there is no box for it.
    """

    project: str
    unit: str | None = "甲局"
    spent: float | None = 100
    reached: float | None = 100
    kind: str = "项目支出"
    year: int | None = 2023
    title: str = ""


def write(sheet: Any, form: Asked, top: int = 1) -> int:
    """Write a form from row `top` on; gives the first row that is free."""
    blank = form.spent is None and form.reached is None
    earned = None if form.reached is None else 50 * form.reached / 100
    spent = None if form.spent is None else form.spent / 10
    rows: tuple[tuple[Any, ...], ...] = (
        (form.title or f"{form.kind}绩效自评表",),
        (f"（{form.year}年度）" if form.year else None,),
        ("项目名称", form.project) if form.kind == "项目支出" else ("单位名称", form.unit),
        ("主管部门", "甲市主管局", None, None, "实施单位" if form.unit is not None else None, form.unit),
        ("项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
        (None, "年度资金总额", 100, 100, form.spent, 10, None if spent is None else f"{form.spent}%", spent),
        (None, "其中：当年财政拨款", 100, 100, form.spent, "—", None, "—"),
        HEADS,
        ("产出指标", "数量指标", "培训人数", "≥100人", form.reached and f"{form.reached}人", 50, earned,
         "人手不足，明年加强组织。" if form.reached and form.reached < 100 else None),
        ("效益指标", "社会效益指标", "知晓率", "≥90%", None if blank else "95%", 30, None if blank else 30),
        ("满意度指标", "服务对象满意度指标", "满意度", "≥90%", None if blank else "95%", 10, None if blank else 10),
        ("总分", None, None, None, None, 100, None if blank else (spent or 0) + (earned or 0) + 40),
    )  # fmt: skip
    for row, values in enumerate(rows, top):
        for column, value in enumerate(values, 1):
            if value is not None:
                sheet.cell(row, column, value)
    return top + len(rows) + 1


def stacked(*forms: Asked) -> bytes:
    """All on one sheet, one below another."""
    book = openpyxl.Workbook()
    top = 1
    for form in forms:
        top = write(book.active, form, top)
    return _saved(book)


def side_by_side(*forms: Asked, cover: dict[str, Any] | None = None) -> bytes:
    """A sheet each, called 表1, 表2, …; in front of them a `cover` with these cells."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "封面"
    for cell, value in (cover or {}).items():
        first[cell] = value
    for number, form in enumerate(forms, 1):
        write(book.create_sheet(f"表{number}"), form)
    if cover is None:
        book.remove(first)
    return _saved(book)


def _saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

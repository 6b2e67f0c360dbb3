"""Law: a filled template is read the same when its names are gone and its labels are those of an official form.

An official layout has no place for the template's own formulas, so they are gone too. All other values are the same:
what is read, and whether it could be read. The text given may differ: official forms print words around a value.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import openpyxl
import pytest

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms import Block, Box, Line, Lines, load_form
from perf_xlsx.forms.official import official_form
from perf_xlsx.ooxml import Package
from perf_xlsx.reading.read import Reading, read
from tests.kit.damage import drop_names, entries, undamaged
from tests.kit.damage.bench import trimmed

STORIES = {"department-corrected": "department", "department-as-filed": "department", "project": "project"}
FUNDS, ROW = "funds.total", "indicators.0"
NUMBERS: Mapping[str, tuple[Any, ...]] = {
    f"{FUNDS}.executed": ("2,857.28", "2857.28万元", "贰仟捌佰元", "—", "约100", 0, "28S7.28"),
    f"{FUNDS}.claimed_rate": (0.868, "86.8", "86.80％", "八成", 9404),
    f"{ROW}.weight": ("（10）", "10分", 0.1, "十分", None),
    f"{ROW}.claimed_points": ("9.5分", "[9]", "满分", None),
    f"{ROW}.reason": ("无", "不适用", "  有  空  格 "),
    f"{ROW}.level1": ("产 出 指 标（50分）", "产出"),
    f"{ROW}.actual": ("无", "完成", "1O0", "9１"),
    f"{ROW}.target": ("≥90%", "90％", 0.9, None),
    f"{ROW}.unit": ("个", "％", "人次", None),
    f"{ROW}.sign": ("大于等于", "≧", "定性", "不知道"),
    "boxes.filled_on": ("2024.3.5", "二〇二四年三月五日", "20240305", "三月"),
    "boxes.money_unit": ("元", "人民币万元", "美元"),
    "boxes.supervisor": ("主管部门：某市财政局", "/", None),
}


def items(block: Block) -> tuple[Box | Line, ...]:
    return (*block.fields, *(block.lines if isinstance(block, Lines) else ()))


@cache
def official_labels(kind: str) -> Mapping[str, str]:
    """Our labels, each with one that only official forms have."""
    found: dict[str, str] = {}
    for block, official in zip(load_form(kind).blocks, official_form(kind).form.blocks, strict=True):
        known = {item.key: {same_label(label) for label in item.labels} for item in items(block)}
        for item in items(official):
            others = [label for label in item.labels if same_label(label) not in known.get(item.key, {""})]
            if item.key in known and others:
                found[same_label(item.label)] = others[0]
    return found


def with_values(story: str, values: Mapping[str, Any]) -> bytes:
    """The story's filled template with other values typed into its boxes."""
    book = openpyxl.load_workbook(io.BytesIO(trimmed(story)))
    places = {path: entry.place for path, entry in entries(undamaged(story)).items()}
    for path, value in values.items():
        book[places[path].sheet][places[path].cell or ""].value = value
        if isinstance(value, str):
            book[places[path].sheet][places[path].cell or ""].data_type = "s"
    return saved(book)


def as_official(data: bytes, kind: str) -> bytes:
    """The same workbook as an official layout: no names, no identity, no formulas of ours, official labels."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    drop_names(book)
    for sheet in [sheet for sheet in book.worksheets if sheet.sheet_state == "veryHidden"]:
        book.remove(sheet)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    labels, year = official_labels(kind), year_of(data)
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
            cell.value = None if cell.data_type == "f" else labels.get(same_label(cell.value), cell.value)
    book["绩效指标"]["A1"] = f"{load_form(kind).official}（{year}年度）"
    return saved(book)


def year_of(data: bytes) -> int | None:
    evaluation = read(Package.open(data), "a.xlsx")[0].evaluation
    return evaluation.year if evaluation else None


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values_of(reading: Reading) -> dict[str, tuple[Any, bool]]:
    assert reading.evaluation is not None, reading.findings
    return {path: (entry.value, entry.unreadable) for path, entry in entries(reading.evaluation).items()}


def differences(story: str, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is read otherwise from the official layout, by path."""
    data = with_values(story, values)
    ours, official = (read(Package.open(one), "a.xlsx")[0] for one in (data, as_official(data, STORIES[story])))
    assert ours.layout is not None
    assert official.layout is not None
    assert (ours.layout.official, official.layout.official is None) == (None, False)
    one, other = ours.evaluation, official.evaluation
    assert one is not None
    assert other is not None
    assert (one.form, one.year) == (other.form, other.year)
    expected, found = values_of(ours), values_of(official)
    return {path: (value, found.get(path)) for path, value in expected.items() if found.get(path) != value}


@pytest.mark.parametrize("story", STORIES)
def test_a_filled_template_is_read_the_same_as_an_official_layout(story: str) -> None:
    assert not differences(story, {})


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in NUMBERS.items() for value in values]
)
def test_so_is_whatever_else_is_typed_into_it(path: str, value: Any) -> None:
    assert not differences("department-as-filed", {path: value})


@pytest.mark.parametrize("target", ["约100", "2023年12月底前", "完成建设任务"])
def test_a_worded_target_under_a_sign_for_numbers_is_judged_on_an_official_layout_alone(target: str) -> None:
    """Our template asks for a number there (R08); an official layout is taken to mean 定性 (R19)."""
    found = differences("department-as-filed", {f"{ROW}.target": target})
    assert found == {
        f"{ROW}.target": ((None, True), (target, False)),
        f"{ROW}.sign": (("≥", False), ("定性", False)),
    }


def test_a_dash_for_a_unit_is_none_on_an_official_layout() -> None:
    """In our template the dash stays the unit's text, which is counted as none."""
    assert differences("department-as-filed", {f"{ROW}.unit": "/"}) == {
        f"{ROW}.unit": (("/", False), (None, False))
    }

"""What a label of an official form can mean, and the Chinese words by which a person chooses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.forms import Box, Line, typed
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES, SOURCES, TOTALS
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.official.adopted import UNMATCHED

TITLE, ANSWER = (
    "title",
    "answer",
)  # keys that are no part of a form's file: the title's lines, and what was filled in


class LabelRole(Struct, frozen=True):
    """A meaning: the block that it belongs to, its key there, and what a person calls it."""

    block: str
    key: str
    words: str


NONE = LabelRole("", "", "")  # nobody knows what the label means; it is not read

_OTHERS = (
    LabelRole(OTHER, SOURCES, "资金行：本表自有的资金来源"),
    LabelRole(OTHER, TOTALS, "总分一行的名称"),
    LabelRole(OTHER, HEADINGS, "小标题（下面分栏，自己没有内容）"),
    LabelRole(OTHER, ASIDES, "备注、签字、联系人等（不读取）"),
    LabelRole(OTHER, TITLE, "表名、年度"),
    LabelRole(OTHER, ANSWER, "填报内容（不是栏目名称）"),
)
TABLES = {"funds": "资金栏", "projects": "项目明细栏", "indicators": "指标栏"}


def roles(kind: OfficialForm) -> Mapping[tuple[str, str], LabelRole]:
    """Every role by block and key, in the order in which a form is read."""
    return {(role.block, role.key): role for role in _roles(kind)}


def _roles(kind: OfficialForm) -> Iterator[LabelRole]:
    form = kind.form
    yield from (LabelRole(BOXES, box.key, f"单格：{_name(box)}") for box in typed(form.single_boxes))
    for key, table in TABLES.items():
        if form.has(key):
            yield from (LabelRole(key, box.key, f"{table}：{_name(box)}") for box in typed(form.block(key).fields))
        if key == "funds":
            yield from (LabelRole(LINES, line.key, f"资金行：{_name(line)}") for line in form.lines(key).lines)
    yield from (LabelRole(PASSAGES, title, f"文字说明：{title}") for title in kind.passages)
    yield from _OTHERS


def _name(item: Box | Line) -> str:
    return item.label.removeprefix(UNMATCHED)


def by_words(kind: OfficialForm) -> Mapping[str, LabelRole]:
    """Every role by its words."""
    return {role.words: role for role in roles(kind).values()}

"""A label of an official form with what it is taken for, and the survey of a sheet: labels and tables."""

from __future__ import annotations

from msgspec import Struct, field

from perf_xlsx.adoption.roles import LabelRole
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.official.labels import under_heading
from perf_xlsx.system.pattern import pattern

SURE, NEAR, OPEN = "确定", "请核对", "不知道"
SETTLED = "已核对"  # by a person, who changed what was proposed
SIGNED = pattern(r"签|盖章|公章|意见|负责人|联系|电话|日期|填表人|填报人|制表|审核|复核|经办")

_FIGURE = pattern(r"[-+≥≤<>=]?\d[\d,]{0,20}(?:\.\d{1,20})?\s?[^\d.、,:()]{0,3}")


def is_figure(text: str) -> bool:
    """Whether a text is a number, perhaps with a unit, and so no label: "55%", "1,200.00", "11处"."""
    return _FIGURE.fullmatch(normalise(text).strip()) is not None


class Label(Struct, frozen=True):
    """A text of the form: where it is, what it says, what it means, how sure and why.

    `zone` is the block of the place where it stands. `inside`: its value is in the same cell ("单位名称：…").
    `over`: the column of its values, where that is not its own (a header merged over 预算数 | 6.84); else 0.
    `heading`: the one above it, where the table has another label of the same words: 名称 below 一级指标.
    """

    at: Address
    text: str
    zone: str
    role: LabelRole
    sure: str
    why: str
    inside: bool = False
    over: int = 0
    heading: str = ""

    @property
    def name(self) -> str:
        """Its text, behind the heading that tells it apart: 一级指标·名称."""
        return under_heading(self.heading, self.text)

    @property
    def column(self) -> int:
        """The column of its values."""
        return self.over or self.at[2]


class LabelledTable(Struct):
    """A table's header rows, the label that counts in each column, and the rows below that are answers.

    `cells` give row and text by column. `ended`: something printed ends the table; otherwise empty rows below may
    belong to it.
    """

    top: int
    bottom: int
    cells: dict[int, tuple[int, str]]
    rows: list[int] = field(default_factory=list)
    ended: bool = True


class Survey(Struct):
    """What was found on one sheet."""

    sheet: int
    kind: OfficialForm
    labels: list[Label] = field(default_factory=list)
    tables: dict[str, LabelledTable] = field(default_factory=dict)

    def is_column(self, label: Label) -> bool:
        """Whether a label heads a column of a table."""
        table = self.tables.get(label.zone)
        return table is not None and table.cells.get(label.at[2], (0, ""))[0] == label.at[1]

    def columns(self, block: str) -> dict[str, int]:
        """The columns of a table by their keys."""
        return {one.role.key: one.column for one in self.labels if one.role.block == block}

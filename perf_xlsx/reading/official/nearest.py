"""What of an official form is in a workbook that cannot be read: for R04, which names the cause."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from perf_xlsx.findings.office import ASK_LAYOUT
from perf_xlsx.forms import typed
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.column_contents import SheetContents
from perf_xlsx.reading.official.headers import Effort, Search
from perf_xlsx.reading.official.kind import official_kind_of, titles_on
from perf_xlsx.reading.official.known_headers import MOST_CELLS
from perf_xlsx.reading.official.labels import texts_by_row
from perf_xlsx.reading.official.likeness import Roles, roles_of

_FIRST_ROWS = 300  # of a sheet in which the header is sought
_FIRST_SHEETS = 10
_LEAST = 3  # columns of a header that is worth naming
_LISTED = 8


class Nearest(Struct, frozen=True):
    """The header that comes nearest to one of indicators, and what it lacks.

    `found` are its labels as typed, `missing` our names of the columns that are needed and not there, `unknown`
    labels that nobody knew. `kind` is the title of the form that it resembles.
    """

    address: Address
    resembles: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    def described(self, sheets: Sheets) -> str:
        """One sentence: what was found where, what is missing, what was not understood."""
        sheet, row, _ = self.address
        parts = [f"在“{sheets.names[sheet]}”第{row}行找到了{_listed(self.found)}"]
        if self.missing:
            parts.append("没有找到" + "、".join(f"{name}一栏" for name in self.missing))
        else:
            parts.append("没有找到资金表（全年预算数、全年执行数），标题中也没有“自评表”")
        if self.unknown:
            parts.append(f"没有认出的栏：{_listed(self.unknown)}")
        return f"{'，'.join(parts)}；最接近{self.resembles}"

    @property
    def advice(self) -> str:
        """What to do about it."""
        if not self.missing:
            return "请在标题中写明“项目支出绩效自评表”或“部门整体支出绩效自评表”，或补上资金表，再重新报送。"
        names = "、".join(self.missing)
        unknown = "没有认出的栏" if self.unknown else "相应的栏"
        return f"请把{unknown}改写成通用的名称（{names}）后重新报送；{ASK_LAYOUT}。"


def nearest_header(sheets: Sheets) -> Nearest | None:
    """The header of the workbook that comes nearest to one of indicators; None where none does."""
    return max(_nearest(sheets), key=lambda near: (len(near.found), -len(near.missing)), default=None)


def _nearest(sheets: Sheets) -> Iterator[Nearest]:
    """The headers of all sheets."""
    effort = Effort(MOST_CELLS)
    for sheet in sheets.searched[:_FIRST_SHEETS]:
        rows = texts_by_row(sheets, sheet, _FIRST_ROWS)
        kind = official_kind_of(titles_on(sheets, sheet, rows).values(), sheets, rows)
        boxes = typed(kind.form.block("indicators").fields)
        known = roles_of("indicators", tuple(boxes))
        contents = SheetContents(sheets.grids[sheet])
        search = Search(sheets, sheet, rows, boxes, "indicators", kind.totals, kind.headings, (), effort, contents)
        for header in search.headers([["name"]], likely=True):
            if len(header.columns) >= _LEAST:
                yield _of(header, kind, known)


def _of(header: Header, kind: OfficialForm, known: Roles) -> Nearest:
    lacking = [group for group in kind.needs["indicators"] if not any(key in header.columns for key in group)]
    missing = tuple("或".join(f"“{known.titles[key]}”" for key in group) for group in lacking)
    unknown = tuple(word for word in header.unread if word not in kind.headings)
    address = header.sheet, header.top, header.columns["name"]
    return Nearest(address, kind.form.title, tuple(header.titles.values()), missing, unknown)


def _listed(words: tuple[str, ...]) -> str:
    more = f"等{len(words)}栏" if len(words) > _LISTED else ""
    return "、".join(words[:_LISTED]) + more

"""A bureau's workbook as it is read: package, sheets, and the sheet that holds the form."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

from perf_xlsx.adoption.survey import survey, titles
from perf_xlsx.adoption.surveyed_labels import Survey
from perf_xlsx.foreign import open_original
from perf_xlsx.forms import shipped_names
from perf_xlsx.forms.official import OfficialForm, official_form
from perf_xlsx.ooxml import Book, Limits, Package, PackageError, read_file, read_grid
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.official import locate_official

MOST_CELLS = 10_000  # with contents, on one sheet: a form has some hundred
NO_FORM = "没有找到自评表的栏目：一行中应有指标名称、指标值、实际完成值等至少三栏"
SAVE_AS = (
    "它的格式不能原样还给各单位。请先用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”，"
    "再对另存的文件运行 perf-xlsx adopt。"
)


class AdoptionError(Exception):
    """A workbook cannot be adopted, or its corrections not be taken; `problems` in Chinese. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class SourceWorkbook(Struct, frozen=True):
    """A workbook: its bytes, and its sheets as grids."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Tells whether a file is still the same."""
        return hashlib.sha256(self.data).hexdigest()

    def package(self) -> Package:
        """The workbook, opened anew: what is changed in one is not in the next."""
        return Package.open(self.data)

    def sheets(self) -> Sheets:
        """The sheets as grids; hidden ones are not searched."""
        book = Book(self.package())
        hidden = [sheet.name for sheet in book.sheets if sheet.state != "visible"]
        return Sheets(book, [read_grid(book, sheet) for sheet in book.sheets], self.name, hidden)


def open_source(path: Path) -> SourceWorkbook:
    """Read a workbook. Raises AdoptionError for what is none, and OSError."""
    limits = Limits()
    try:
        data = read_file(path, limits)
        if open_original(data, limits) is not None:
            raise AdoptionError([f"{path.name} 不是 .xlsx 工作簿，{SAVE_AS}"])
        source = SourceWorkbook(path.name, data)
        source.package()
    except PackageError as error:
        raise AdoptionError([f"{path.name}：{error.detail}"]) from error
    return source


def surveyed(sheets: Sheets, kind: OfficialForm | None = None, adopted: str | None = None) -> Survey:
    """The survey of the sheet that holds the form. `kind` is what it is read as, where that is known.

    Raises AdoptionError where no sheet holds one.
    """
    if any(len(sheets.grids[at].cells) > MOST_CELLS for at in sheets.searched):
        raise AdoptionError([f"{sheets.workbook}：有工作表的内容超过{MOST_CELLS}格，不像一份自评表样。"])
    layout = locate_official(sheets, adopted)
    found = [_survey_of(sheets, sheet, kind, layout) for sheet in _order(sheets, layout)]
    best = max(found, key=lambda one: len(one.columns("indicators")), default=None)
    if best is None or "indicators" not in best.tables:
        raise AdoptionError([f"{sheets.workbook}：{NO_FORM}。"])
    return best


def _survey_of(sheets: Sheets, sheet: int, kind: OfficialForm | None, layout: Layout | None) -> Survey:
    here = layout if layout and layout.official and layout.official.indicators.sheet == sheet else None
    return survey(sheets, sheet, kind or shipped_kind_of(sheets, sheet), here)


def _order(sheets: Sheets, layout: Layout | None) -> list[int]:
    """The sheets that may hold the form: where the reader found one, that alone."""
    return [layout.official.indicators.sheet] if layout and layout.official else list(sheets.searched)


def shipped_kind_of(sheets: Sheets, sheet: int) -> OfficialForm:
    """The shipped kind that a sheet's title names; else project if a label is 项目名称, otherwise department."""
    title = "".join(titles(sheets, sheet).values())
    kinds = [official_form(name) for name in shipped_names()]
    named = [kind for kind in kinds if any(word in title for word in kind.titles)]
    if named:
        return named[0]
    return official_form("project" if next(sheets.labelled(("项目名称",)), None) else "department")


def printed_title(sheets: Sheets, sheet: int) -> str:
    """The title as it is printed; "" for none."""
    words = list(titles(sheets, sheet).values())
    return next((text for text in words if "自评" in text), words[0] if words else "")

"""Whether the reader reads an adopted form as its labels were said to mean."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.adoption.form_file import Naming, is_unread
from perf_xlsx.adoption.surveyed_labels import SETTLED, Label, Survey
from perf_xlsx.forms import FormFile, with_forms
from perf_xlsx.forms.form import BOXES, LINES
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Header, Layout, OfficialParts
from perf_xlsx.reading.official import locate_official

NO_TABLE = "指标表（至少要有指标名称、年度指标值、实际完成值、分值或得分各栏）"


def not_held(file: FormFile, named: Naming, found: Survey, sheets: Sheets) -> tuple[str, ...]:
    """What the reader reads otherwise than the labels say; the file is judged as a form, too.

    Raises FormError where the file is none.
    """
    file.form  # noqa: B018  # raises
    with with_forms([file]):
        layout = locate_official(sheets, named.name)
    if layout is None or layout.official is None:
        return (NO_TABLE,)
    return tuple(_told(label, sheets) for label in _wrong(found, layout, sheets))


def _wrong(found: Survey, layout: Layout, sheets: Sheets) -> Iterator[Label]:
    assert layout.official is not None
    headers = {"indicators": layout.official.indicators, "funds": layout.official.funds}
    for label in found.labels:
        block = label.role.block
        if block in headers:
            if not _reads(headers[block], label):
                yield label
        elif label.sure == SETTLED and not _holds(label, found, layout, sheets):
            yield label


def _reads(header: Header | None, label: Label) -> bool:
    return header is not None and header.columns.get(label.role.key) == label.column


def _holds(label: Label, found: Survey, layout: Layout, sheets: Sheets) -> bool:
    """Whether what a person chose for a box, a line, or what is not read is so."""
    assert layout.official is not None
    if is_unread(label, found):
        return _key_of(label, found, layout.official) is None
    if label.role.block == LINES:
        return layout.official.fund_rows.get(label.role.key) == label.at[1]
    if label.role.block == BOXES:
        near = {label.at, sheets.right_of(label.at), sheets.below(label.at)}
        return layout.boxes.get(label.role.key) in near
    return True


def _key_of(label: Label, found: Survey, official: OfficialParts) -> str | None:
    """The key of the column or line that the reader takes a label for."""
    header: Header | None = getattr(official, label.zone, None)
    if found.is_column(label):
        columns = header.columns if header else {}
        return next((key for key, column in columns.items() if column == label.column), None)
    rows = official.fund_rows if label.zone == LINES else {}
    return next((key for key, row in rows.items() if row == label.at[1]), None)


def _told(label: Label, sheets: Sheets) -> str:
    words = label.role.words or "不读取"
    return f"{sheets.shown(label.at)[1]}“{label.name[:20]}”（{words}）"

"""An XlsxWriter workbook with our fonts and safeguards: text is always text, formats are made once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from perf_xlsx.forms.case import FormattedNumber
from perf_xlsx.ooxml import MAX_TEXT, cell_name, legal
from perf_xlsx.sheets import style as s


def safe(text: str) -> str:
    """Text that XlsxWriter takes for text: within Excel's limit, and without what XML cannot hold.

    "<r>…</r>" it would write as markup of its own; a space behind it is all that takes.
    """
    if not text.isprintable():  # quick to tell, and rarely so
        text = legal(text)
    text = text[:MAX_TEXT]
    return text[: MAX_TEXT - 1] + " " if text.startswith("<r>") and text.endswith("</r>") else text


class WorkbookCanvas:
    """One workbook being written. `streamed`: rows go to disk at once and in their order, for very long sheets."""

    def __init__(self, out: IO[bytes], streamed: bool = False) -> None:
        import xlsxwriter  # late: scoring a workbook writes no other

        self.book = xlsxwriter.Workbook(
            out,
            {
                "in_memory": not streamed,
                "constant_memory": streamed,
                "use_zip64": streamed,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                # The default style is unlocked: what is pasted takes it, and stays editable.
                "default_format_properties": {
                    "font_name": s.BODY, "font_size": s.BODY_SIZE, "locked": False, "valign": "vcenter",
                },
            },
        )  # fmt: skip
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._asked: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """A format with our font; labels are locked unless `locked=False`."""
        asked = tuple(properties.items())
        if asked not in self._asked:
            self._asked[asked] = self._style(properties)
        return self._asked[asked]

    def _style(self, properties: Mapping[str, Any]) -> Any:
        full = s.dressed({"valign": "vcenter", "locked": True, **properties})
        key = tuple(sorted(full.items()))
        if key not in self._styles:
            self._styles[key] = self.book.add_format(full)
        return self._styles[key]

    def tint(self, fill: str, ink: str | None = None, shown: str | None = None) -> Any:
        """The colours that a condition gives a cell, and the number format that it shows its text in."""
        key = (("fill", fill), ("ink", ink), ("shown", shown))
        if key not in self._styles:
            look = {"bg_color": fill, "font_color": ink, "num_format": shown}
            self._styles[key] = self.book.add_format({name: value for name, value in look.items() if value})
        return self._styles[key]

    @property
    def title(self) -> Any:
        """A sheet's title."""
        return self.style(font_name=s.HEADING, font_size=18, align="center", text_wrap=False)

    @property
    def head(self) -> Any:
        """A column's or box's label."""
        return self.style(bold=True, bg_color=s.HEAD_FILL, border=1, align="center")

    @property
    def paragraph(self) -> Any:
        """Running text."""
        return self.style(align="left", font_size=11)

    def text(self, sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
        """Text as text, whatever it looks like."""
        sheet.write_string(row, column, safe(text), style or self.style())

    def typed(self, sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
        """A value as a person types it: a number, a date, or text exactly as given; None leaves the cell empty."""
        match value:
            case None:
                sheet.write_blank(row, column, None, style)
            case FormattedNumber():
                sheet.write_number(row, column, float(value.value), style)
            case bool():
                sheet.write_boolean(row, column, value, style)
            case Decimal():
                sheet.write_number(row, column, float(value), style)
            case datetime.datetime():
                sheet.write_datetime(row, column, value, style)
            case datetime.date():
                moment = datetime.datetime.combine(value, datetime.time())
                sheet.write_datetime(row, column, moment, style)
            case text:
                self.text(sheet, row, column, str(text), style)

    def name(
        self, name: str, sheet: str, row: int, column: int, last_row: int | None = None, last_column: int = 0
    ) -> None:
        """Define a name for a cell, or for a range of one sheet."""
        reference = cell_name(row, column, fixed=True)
        if last_row is not None:
            reference += ":" + cell_name(last_row, last_column, fixed=True)
        self.book.define_name(name, f"='{sheet}'!{reference}")

    def counter_colours(self, sheet: Any, row: int, column: int) -> None:
        """A counter of missing boxes: green when nothing is missing, amber before."""
        cell = cell_name(row, column)
        for mark, fill, ink in (("✔", s.DONE_FILL, s.DONE_INK), ("还", s.TODO_FILL, s.TODO_INK)):
            sheet.conditional_format(
                row, column, row, column,
                {"type": "formula", "criteria": f'=LEFT({cell},1)="{mark}"', "format": self.tint(fill, ink)},
            )  # fmt: skip

    def hint_colours(self, sheet: Any, row: int, column: int, last: int) -> None:
        """A column of computed numbers: amber where a text asks for something in its place."""
        cell = cell_name(row, column)
        look = self.tint(s.TODO_FILL, s.TODO_INK)
        rule = {"type": "formula", "criteria": f'=AND(ISTEXT({cell}),{cell}<>"")', "format": look}
        sheet.conditional_format(row, column, last, column, rule)

    def print_setup(self, sheet: Any, landscape: bool, scale: float | None = None) -> None:
        """A4, page numbers; at this scale, else one page wide at whatever scale that takes."""
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        if scale is None:
            sheet.fit_to_pages(1, 0)
        else:
            sheet.set_print_scale(round(100 * scale))
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(s.FOOTER)

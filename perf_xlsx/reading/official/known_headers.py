"""The headers of a workbook's sheets, each sought once for each kind of table."""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.forms import typed
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.adopted import unread
from perf_xlsx.reading.official.column_contents import SheetContents
from perf_xlsx.reading.official.headers import Effort, Search
from perf_xlsx.reading.official.labels import TextRow

MOST_CELLS = 700_000  # looked at for headers; a form takes 1,000 to 2,500

SheetRows = Mapping[int, Mapping[int, TextRow]]  # the texts of each sheet


class Headers:
    """The headers of a workbook, and the searches for them: each sheet is read once for each kind of table.

    `effort` is what finding them may cost, in all.
    """

    def __init__(self, effort: Effort | None = None) -> None:
        self.effort = effort or Effort(MOST_CELLS)
        self._found: dict[tuple[str, str, int, bool], list[Header]] = {}
        self._searches: dict[tuple[str, str, int], Search] = {}
        self._contents: dict[int, SheetContents] = {}

    def of(
        self, sheets: Sheets, rows: SheetRows, kind: OfficialForm, block: str, needs: str, sheet: int, likely: bool
    ) -> list[Header]:
        """Every header of a sheet that has what the table needs; `likely`: by labels that no form knows too."""
        key = kind.form.name, needs, sheet, likely
        if key not in self._found:
            search = self._search(sheets, rows, kind, block, sheet)
            self._found[key] = search.headers(kind.needs[needs], likely)
        return self._found[key]

    def _search(self, sheets: Sheets, rows: SheetRows, kind: OfficialForm, block: str, sheet: int) -> Search:
        key = kind.form.name, block, sheet
        if key not in self._searches:
            boxes = [*typed(kind.form.block(block).fields), *unread(kind, block)]
            money = typed(kind.form.block("funds").fields) if block == "indicators" else ()
            contents = self._contents.setdefault(sheet, SheetContents(sheets.grids[sheet]))
            self._searches[key] = Search(
                sheets,
                sheet,
                rows[sheet],
                boxes,
                block,
                kind.totals,
                kind.headings,
                tuple(money),
                self.effort,
                contents,
            )
        return self._searches[key]

"""Typing into the cells of a workbook that is not ours: contents and locks change, looks stay."""

from __future__ import annotations

import copy

from lxml import etree

from perf_xlsx.ooxml.marks import SheetCells
from perf_xlsx.ooxml.markup import named, whole
from perf_xlsx.ooxml.merges import Spot
from perf_xlsx.ooxml.sheet_xml import text_xml
from perf_xlsx.ooxml.styles import Styles


class TypedCells:
    """The cells of one worksheet, to be cleared, typed into and unlocked."""

    def __init__(self, cells: SheetCells, styles: Styles) -> None:
        self.cells, self.styles = cells, styles

    def clear(self, at: Spot) -> None:
        """Empty a cell; its look stays."""
        if (element := self._known(at)) is not None:
            self._empty(element)

    def text(self, at: Spot, text: str, style: int | None = None) -> None:
        """Type text."""
        if (element := self._emptied(at, style)) is not None:
            element.set("t", "inlineStr")
            element.append(self._made(f"<is>{text_xml(text)}</is>"))

    def number(self, at: Spot, number: str, style: int | None = None) -> None:
        """Type a number, as XML writes it."""
        if (element := self._emptied(at, style)) is not None:
            element.append(self._made(f"<v>{number}</v>"))

    def formula(self, at: Spot, formula: str, style: int | None = None) -> None:
        """A formula without its "=" and without a result: programs calculate it when they open the workbook."""
        if (element := self._emptied(at, style)) is not None:
            made = self._made("<f/>")
            made.text = formula
            element.append(made)

    def forget_results(self) -> bool:
        """Take from every formula the result that was calculated last; gives whether there is one."""
        calculated = [element for _, _, element in self.cells.every() if named(element, "f")]
        for element in calculated:
            for value in named(element, "v"):
                element.remove(value)
            element.attrib.pop("t", None)
        if calculated:
            self.cells.package.touch(self.cells.part)
        return bool(calculated)

    def unlock(self, at: Spot) -> None:
        """Let a cell be typed into where the sheet is protected."""
        element = self.cells.cell(*at)
        if element is None:
            return
        xf = copy.deepcopy(self.styles.xf(whole(element.get("s"))))
        space = etree.QName(xf).namespace
        for protection in named(xf, "protection"):
            xf.remove(protection)
        protection = etree.Element(f"{{{space}}}protection", locked="0")
        alignment = named(xf, "alignment")
        if alignment:
            alignment[0].addnext(protection)
        else:
            xf.insert(0, protection)
        xf.set("applyProtection", "1")
        element.set("s", str(self.styles.add("cellXfs", xf)))
        self.cells.package.touch(self.cells.part)

    def last_row(self, column: int) -> int:
        """The last row with a cell in that column, filled or only bordered; 0 for none."""
        return max((row for row, at, _ in self.cells.every() if at == column), default=0)

    def last_column(self) -> int:
        """The last column with a cell."""
        return max((at for _, at, _ in self.cells.every()), default=0)

    def _known(self, at: Spot) -> etree._Element | None:
        """The element of a cell that is there; none is made."""
        row = self.cells.rows.get(at[0])
        return None if row is None else next((e for column, e in self.cells.cells(row) if column == at[1]), None)

    def _emptied(self, at: Spot, style: int | None) -> etree._Element | None:
        element = self.cells.cell(*at)
        if element is not None:
            self._empty(element)
            if style is not None:
                element.set("s", str(style))
        return element

    def _empty(self, element: etree._Element) -> None:
        for child in list(element):
            element.remove(child)
        for attribute in ("t", "vm", "cm"):
            element.attrib.pop(attribute, None)
        self.cells.package.touch(self.cells.part)

    def _made(self, xml: str) -> etree._Element:
        return etree.fromstring(f'<c xmlns="{self.cells.space}">{xml}</c>')[0]

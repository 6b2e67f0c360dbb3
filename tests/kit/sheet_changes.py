"""Changes of the XML of a workbook that somebody made by hand."""

from __future__ import annotations

from collections.abc import Callable


def sheet(change: Callable[[str], str]) -> dict[str, Callable[[str], str]]:
    """A change to the sheet of indicators."""
    return {"xl/worksheets/sheet5.xml": change}


def instead(old: str, new: str) -> Callable[[str], str]:
    """One text for another, which must be there."""

    def change(xml: str) -> str:
        assert old in xml, old
        return xml.replace(old, new, 1)

    return change

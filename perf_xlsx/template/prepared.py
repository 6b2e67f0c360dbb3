"""Many templates of one kind that differ in a few texts: written once, and the texts put in for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from perf_xlsx.ooxml import Package
from perf_xlsx.ooxml.markup import escaped

STRINGS = "xl/sharedStrings.xml"
Make = Callable[[Mapping[str, str]], bytes]


class Prepared:
    """A template, given again with other texts in its boxes; `make` writes one from such texts by box."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._blanks: dict[tuple[str, ...], Package] = {}

    def template(self, texts: Mapping[str, str]) -> bytes:
        """The template with these texts: the same cells as if it were written for itself."""
        if not all(map(_goes_as_it_is, texts.values())):
            return self._make(texts)
        keys = tuple(sorted(texts))
        if keys not in self._blanks:
            self._blanks[keys] = Package.open(self._make({key: _mark(key) for key in keys}))
        blank = self._blanks[keys]
        strings = blank.read(STRINGS)
        put_in = strings.decode()
        for key in keys:
            put_in = put_in.replace(f"<t>{_mark(key)}</t>", f"<t>{escaped(texts[key])}</t>")
        blank.write(STRINGS, put_in.encode())
        data = blank.to_bytes()
        blank.write(STRINGS, strings)
        return data


def _mark(key: str) -> str:
    """The placeholder of a text."""
    return f"〔{key}〕"


def _goes_as_it_is(text: str) -> bool:
    """Whether a text needs no other writing in a workbook than in any XML."""
    return text == text.strip() and text.isprintable() and "_x" not in text and not text.startswith(("<", "〔"))

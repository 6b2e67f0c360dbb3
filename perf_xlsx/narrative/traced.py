"""Figures whose hidden bookmark says where they are from: in reports of ours nothing has to be guessed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.documents import HiddenBookmark, Paragraph
from perf_xlsx.figures import Bookmark, Figure, Figures, parse_bookmark
from perf_xlsx.narrative.bound import Bound


class Traces(Struct, frozen=True):
    """The figures of a form by the bookmarks that a report of ours has around them."""

    by_bookmark: dict[Bookmark, tuple[Figure, ...]]

    def rebound(self, found: Iterator[Bound], paragraph: Paragraph, spans: dict[int, int]) -> Iterator[Bound]:
        """The mentions of a paragraph; those inside a bookmark of ours bound to its figures.

        `spans` gives the place in the paragraph of the first character of each mention, by its first letter. What
        is bound so differs where it does not agree: somebody changed it, or the form. A bookmark that has come to
        hold several mentions says of none what it is.
        """
        starts = [mark.start for mark in paragraph.marks]
        bounds = list(found)
        places = [bisect_right(starts, spans[bound.mention.start]) - 1 for bound in bounds]
        inside = [
            place if place >= 0 and spans[bound.mention.start] < paragraph.marks[place].end else None
            for bound, place in zip(bounds, places, strict=True)
        ]
        held = Counter(inside)
        for bound, mark in zip(bounds, inside, strict=True):
            alone = mark is not None and held[mark] == 1
            yield self._rebound(bound, paragraph.marks[mark]) if alone and mark is not None else bound

    def _rebound(self, bound: Bound, mark: HiddenBookmark) -> Bound:
        bookmark = parse_bookmark(mark.name)
        figures = self.by_bookmark.get(bookmark, ()) if bookmark else ()
        if not figures or bound.mention.type not in ("number", "grade"):
            return bound
        mention, own = bound.mention, figures[0]
        if mention.type == "number" and not mention.unit and not mention.extra:  # it stands in the table's head
            mention = replace(mention, unit=own.unit)
        return replace(
            bound, mention=mention, role=own.role, of=own.of, names=own.of.name, figures=figures, sure=True,
            other_year=False, traced=True,
        )  # fmt: skip


def traces_of(figures: Figures) -> Traces:
    """The figures by their bookmarks."""
    found: dict[Bookmark, list[Figure]] = {}
    for one in figures.everything:
        if one.of.type == "level":
            continue  # it has no cell of its own, and reports of ours do not state it
        bookmark = Bookmark(max(one.place.sheet_index, 0), one.place.cell, one.role)
        found.setdefault(bookmark, []).append(one)
    return Traces({bookmark: tuple(those) for bookmark, those in found.items()})

"""Figures whose hidden bookmark says where they are from: in reports of ours nothing has to be guessed."""

from __future__ import annotations

from bisect import bisect_right
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
        is bound so differs where it does not agree: somebody changed it, or the form.
        """
        starts = [mark.start for mark in paragraph.marks]
        for bound in found:
            at = spans[bound.mention.start]
            place = bisect_right(starts, at) - 1
            inside = place >= 0 and at < paragraph.marks[place].end
            yield self._rebound(bound, paragraph.marks[place]) if inside else bound

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
            other_year=False,
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

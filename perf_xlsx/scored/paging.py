"""The pages of a form: where they begin, and what stands again on each page that it goes on to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.ooxml.merges import Span
from perf_xlsx.scored.canvas import SheetCanvas
from perf_xlsx.scored.page_fit import page_starts, with_room


def paginate(canvas: SheetCanvas, height: float) -> int:
    """Begin pages, each of so much `height`; gives how many rows the sheet has then.

    On a page that begins inside a table its heads stand again, in a row that is put in. A label over several rows
    stands again too, beside the heads if it was beside them, and has room there. A number over several rows stays
    where it is. A text that flows goes on.
    """
    labels = tuple(canvas.tall_labels())
    starts = page_starts(canvas.heights, canvas.kept, height, canvas.heads, labels)
    canvas.sheet.heights |= enumerate(with_room(canvas.heights, starts, canvas.heads, labels))
    put_in = {start: canvas.heads[start] for start in starts if start in canvas.heads}
    _Pages(canvas, starts, put_in).write()
    return canvas.row + len(put_in)


class _Pages(Struct, frozen=True):
    """`starts` are the rows that pages begin with, `put_in` the rows of heads that are written before some."""

    canvas: SheetCanvas
    starts: tuple[int, ...]
    put_in: dict[int, int]

    def write(self) -> None:
        sheet = self.canvas.sheet
        added = list(accumulate(int(row in self.put_in) for row in range(self.canvas.row)))
        place = [row + count for row, count in enumerate(added)]
        cells, heights, merges = sheet.cells, sheet.heights, sheet.merges
        sheet.cells = {place[row]: found for row, found in cells.items()}
        sheet.heights = {place[row]: height for row, height in heights.items()}
        sheet.merges = []
        for start, head in self.put_in.items():
            sheet.cells[place[start] - 1] = dict(cells[head])
            sheet.heights[place[start] - 1] = heights[head]
        sheet.page_starts = tuple(place[start] - (start in self.put_in) for start in self.starts)
        for merge in merges:
            self._merge(sheet, merge, place)

    def _merge(self, sheet: SheetDraft, merge: Span, place: Sequence[int]) -> None:
        """Write a merge again: once for each page, and beside each row of heads that it is a part of."""
        top, left, bottom, right = merge
        if top == bottom:
            copies = [place[start] - 1 for start, head in self.put_in.items() if head == top]
            sheet.merges += [(row, left, row, right) for row in (place[top], *copies)]
            return
        value, look = sheet.cells[place[top]][left]
        inside = [start for start in self.starts if top < start <= bottom]
        for first, after in pairwise((top, *inside, bottom + 1)):
            beside = first in self.put_in and top <= self.put_in[first]
            sheet.merge(place[first] - beside, left, place[after - 1], right, look)
            if inside and (parts := self.canvas.flowing.get((top, left))):
                text = "".join(parts[first - top : after - top])
                sheet.text(place[first] - beside, left, text.removesuffix("\n"), look)
            elif first == top or isinstance(value, str):
                sheet.cells[place[first] - beside][left] = value, look

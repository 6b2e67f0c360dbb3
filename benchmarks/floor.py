"""The floor: the least work that gives the scored copy, with everything to be written already decided.

Calamine reads all sheets. The XML of the three added sheets is written from the product's drafts. The parts that
scoring changes are compressed at the product's own level, all others are copied as they are, still compressed.
Nothing is parsed for editing, checked, scored or made durable on the disk.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path

from msgspec import Struct
from python_calamine import CalamineWorkbook

from perf_xlsx.ooxml import Limits, SheetDraft
from perf_xlsx.ooxml.sheet_xml import worksheet_xml
from perf_xlsx.ooxml.zip_archive import Archive, ZipWriter, deflated

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Floor(Struct, frozen=True):
    """What scoring writes: the drafts of its sheets, and its other new or changed parts."""

    drafts: tuple[SheetDraft, ...]
    parts: Mapping[str, bytes]


def prepared(source: Path, scored: Path, drafts: tuple[SheetDraft, ...]) -> Floor:
    """Find the parts that scoring changed, but for the sheets of the drafts, which are written anew each time."""
    before, after = (Archive.open(path.read_bytes(), Limits()) for path in (source, scored))
    sheets = len([name for name in before.infos if name.startswith("xl/worksheets/sheet")])
    added = {f"xl/worksheets/sheet{sheets + 1 + n}.xml" for n in range(len(drafts))}
    changed = {
        name for name, info in after.infos.items() if name not in before.infos or _crc(before, name) != info.CRC
    }
    return Floor(drafts, {name: after.unpack(name) for name in changed - added})


def _crc(archive: Archive, name: str) -> int:
    return archive.infos[name].CRC


def score(source: Path, output: Path, work: Floor) -> None:
    """Read all sheets, write the added ones, replace the changed parts, copy the rest."""
    data = source.read_bytes()
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    archive, numbers = Archive.open(data, Limits()), count()
    format_of = cache(lambda look: next(numbers))  # a look's number in the styles, which are among the parts
    names = {draft.title: draft.title for draft in work.drafts}
    with output.open("wb") as file:
        writer, written = ZipWriter(file), list[str]()
        for number, draft in enumerate(work.drafts):
            part = f"xl/worksheets/added{number}.xml"
            writer.add(*deflated(part, worksheet_xml(draft, format_of, names, SPACE, RELATIONS)))
            written.append(part)
        for part, content in work.parts.items():
            writer.add(*deflated(part, content))
            written.append(part)
        kept = [part for part in archive.infos if part not in work.parts]
        writer.finish(((archive.infos[part], archive.packed(part)) for part in kept), [*written, *kept])

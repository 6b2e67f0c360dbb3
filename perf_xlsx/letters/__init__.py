"""What goes back to each unit: a letter for each return with errors and each outstanding unit, and a list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from perf_xlsx.batch.roster import same_unit
from perf_xlsx.letters import draft
from perf_xlsx.letters.folder import Folder
from perf_xlsx.letters.letter import (
    REMINDED,
    RETURNED,
    Letter,
    Terms,
    form_name,
    reminded,
    returned,
    unit_of,
)
from perf_xlsx.letters.list_sheet import NAME as LIST
from perf_xlsx.letters.list_sheet import Row, list_workbook
from perf_xlsx.letters.template import Template, TemplateError
from perf_xlsx.results.comparison import counted
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records

__all__ = ["Template", "TemplateError", "Templates", "Terms", "Written", "templates", "write_letters"]

DRAFTS = {RETURNED: draft.return_letter, REMINDED: draft.reminder}
ASK_FIRST = "（同一张表报送了两份，请先核对以哪一份为准）"

Templates = dict[str, Template]


class Written(Struct, frozen=True):
    """What was written: the list, how many letters there are, which ones somebody had changed, what failed."""

    list: Path
    letters: Counter[str]
    kept: Sequence[str]
    failed: Sequence[tuple[Path, OSError]]


def templates(folder: Path | None = None) -> Templates:
    """The templates of all letters: a bureau's own from its folder, else the shipped ones.

    Raises TemplateError and OSError.
    """
    found = {}
    for kind, make in DRAFTS.items():
        own = folder / f"{kind}.docx" if folder else None
        found[kind] = Template.open(own if own and own.exists() else make())
    return found


def write_letters(folder: Path, terms: Terms, using: Templates) -> Written:
    """Write the letters of the run whose output folder this is into 退回/ below it; what is the same stays.

    Raises RecordsError, and OSError where the folder cannot be made.
    """
    records = Records.open(folder)
    target = Folder.open(records.base, (record.output for record in records if record.output))
    rows: list[Row] = []
    count: Counter[str] = Counter()
    for letter, row in _letters(records, terms):
        name = ""
        if letter:
            name = target.free(letter.stem, ".docx")
            target.put(name, using[letter.kind].stamped(letter.fields, letter.lists))
            count[letter.kind] += 1
        rows.append(Row(*row, name or ASK_FIRST))
    target.put(LIST, list_workbook(rows))
    target.finish()
    return Written(target.path / LIST, count, target.kept, target.failed)


def _letters(records: Iterable[Record], terms: Terms) -> Iterator[tuple[Letter | None, tuple[object, ...]]]:
    """Each letter with its row of the list, less the letter's name."""
    outstanding: dict[str, list[Record]] = {}
    for _, group in groupby(records, lambda record: record.file):
        forms = list(group)
        if forms[0].status == "outstanding":
            for one in forms:
                outstanding.setdefault(same_unit(one.unit), []).append(one)
        elif any(found.standing == "error" for record in forms for found in record.findings):
            yield returned(forms, terms), _row(forms, RETURNED, terms)
    for forms in outstanding.values():
        yield reminded(forms, terms), _row(forms, REMINDED, terms)


def _row(forms: Sequence[Record], matter: str, terms: Terms) -> tuple[object, ...]:
    first = forms[0]
    found = Counter(one.standing for record in forms for one in record.findings if counted(one))
    titles = "、".join(dict.fromkeys(map(form_name, forms)))
    came = matter == RETURNED
    return (
        first.listed_row or float("inf"), first.code or "", unit_of(first), first.contact or "", matter, titles,
        first.file or "—", (first.round or 1) if came else None, found["error"] if came else None,
        found["warning"] if came else None, terms.until,
    )  # fmt: skip

"""What goes back: a letter for each return with errors and each outstanding unit, and a list of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch.repeated import Undecided
from perf_xlsx.batch.roster import same_unit
from perf_xlsx.findings.asked import counted
from perf_xlsx.letters.folder import Folder
from perf_xlsx.letters.letter import (
    REMINDED,
    RETURNED,
    Letter,
    LetterTerms,
    official_form_title,
    project_of,
    reminded,
    returned,
    unit_of,
    year_of,
)
from perf_xlsx.letters.list_sheet import NAME as LIST
from perf_xlsx.letters.list_sheet import LetterRow, LetterRows, list_workbook
from perf_xlsx.letters.word_template import TemplateError, WordTemplate
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from perf_xlsx.results.result_in_words import UNDECIDED

__all__ = [
    "KINDS",
    "LetterTerms",
    "TemplateError",
    "Templates",
    "WordTemplate",
    "WrittenLetters",
    "letter_files",
    "shipped",
    "templates",
    "write_letters",
]

KINDS = (RETURNED, REMINDED)
UNLISTED = "名单外"  # in the place of the code
ASK_FIRST = "（报送了几份，请先核定采用哪一份，移走其余的，再评一次）"
ASK_ABOUT = "（与名单、其他单位对照有错误，请先核定，再评一次）"

Templates = dict[str, WordTemplate]


class WrittenLetters(Struct, frozen=True):
    """What was written: the list, its rows by their matters, which letters somebody had changed, what failed."""

    list: Path
    matters: Counter[str]
    kept: Sequence[str]
    failed: Sequence[tuple[Path, OSError]]


def templates(folder: Path | None = None) -> Templates:
    """The templates of all letters: a bureau's own from its folder, else the shipped ones.

    Raises TemplateError and OSError.
    """
    own = {kind: folder / f"{kind}.docx" for kind in KINDS} if folder else {}
    if folder and not any(path.exists() for path in own.values()):
        raise TemplateError(f"{folder} 里没有“{'.docx”“'.join(KINDS)}.docx”。样板用 perf-xlsx letters 写出。")
    return {
        kind: WordTemplate.open(own[kind] if kind in own and own[kind].exists() else shipped(kind))
        for kind in KINDS
    }


def shipped(occasion: str) -> bytes:
    """The shipped template of a kind of letter, as a Word document."""
    from perf_xlsx.letters import shipped_templates  # python-docx takes a tenth of a second

    return {RETURNED: shipped_templates.return_letter, REMINDED: shipped_templates.reminder}[occasion]()


def write_letters(folder: Path, terms: LetterTerms, using: Templates) -> WrittenLetters:
    """Write the letters of the run whose output folder this is into 退回/ below it; what is the same stays.

    Where nothing goes back, there is no such folder. Raises RecordsError and OSError.
    """
    records = Records.open(folder)
    target = Folder.open(records.base, (record.output for record in records if record.output))
    count: Counter[str] = Counter()
    with LetterRows() as rows:
        for letter, row in _named(records, terms, target):
            if letter:
                target.put(row.letter, using[letter.occasion].filled(letter.fields, letter.lists))
            count[row.matter] += row.forms if row.matter == UNDECIDED else 1
            rows.add(row)
        if rows:
            target.put(LIST, list_workbook(rows, terms.sender))
    target.finish()
    return WrittenLetters(target.path / LIST, count, target.kept, target.failed)


def letter_files(records: Records) -> dict[str, Path]:
    """Where the letter about each returned file is, by the file; and those to outstanding units, by the unit.

    Raises RecordsError and OSError.
    """
    target = Folder.open(records.base, (record.output for record in records if record.output))
    named = (
        (row.file if row.round else row.unit, letter, row)
        for letter, row in _named(records, LetterTerms(), target)
    )
    return {key: target.path / row.letter for key, letter, row in named if letter}


def _named(records: Records, terms: LetterTerms, target: Folder) -> Iterator[tuple[Letter | None, LetterRow]]:
    """Each letter with its row of the list, which has the letter's name. Reads the records twice."""
    undecided, years, returns, listed = Undecided(), Counter[int](), 0, False
    for record in records:
        listed |= bool(record.listed_row)
        if record.status == "outstanding":
            continue
        undecided.add(record)
        returns += 1
        years.update([record.year] if record.year else ())
    for letter, row in _letters(records, terms, undecided, _Run.of(years, returns, listed)):
        yield letter, replace(row, letter=target.free(letter.stem, ".docx")) if letter else row


class _Run(Struct, frozen=True):
    """What a run says of each of its returns: the year of all that name one, the year of most returns, None where
    there is none; whether there was a list of units."""

    year: int | None
    usual_year: int | None
    listed: bool

    @classmethod
    def of(cls, years: Counter[int], returns: int, listed: bool) -> _Run:
        """By how many of the returns have each year; the usual one is that of more than half."""
        year, count = years.most_common(1)[0] if years else (None, 0)
        sole = year if len(years) == 1 else None
        return cls(sole, year if sole or 2 * count > returns else None, listed)


def _letters(
    records: Iterable[Record], terms: LetterTerms, undecided: Undecided, run: _Run
) -> Iterator[tuple[Letter | None, LetterRow]]:
    """Each letter with its row of the list, less the letter's name.

    A form that came several times gets none: what must be mended of it depends on which one counts.
    """
    outstanding: dict[str, list[Record]] = {}
    for _, group in groupby(records, lambda record: record.file):
        forms = list(group)
        if forms[0].status == "outstanding":
            for one in forms:
                outstanding.setdefault(same_unit(one.unit), []).append(one)
            continue
        for own in _by_unit(forms):
            if found := _of_return(own, terms, undecided, run):
                yield found
    for forms in outstanding.values():
        yield reminded(forms, terms, run.usual_year), _row(forms, REMINDED, terms, run)


def _of_return(
    own: Sequence[Record], terms: LetterTerms, undecided: Undecided, run: _Run
) -> tuple[Letter | None, LetterRow] | None:
    """The letter about the forms of one unit in one workbook, and its row; None where nothing is wrong."""
    if any(record in undecided for record in own):
        return None, _row(own, UNDECIDED, terms, run, ASK_FIRST)
    if letter := returned(own, terms, run.year):
        return letter, _row(own, RETURNED, terms, run)
    wrong = any(found.standing == "error" for record in own for found in record.findings)
    return (None, _row(own, UNDECIDED, terms, run, ASK_ABOUT)) if wrong else None


def _by_unit(forms: Sequence[Record]) -> Iterable[list[Record]]:
    """The forms of one workbook by their units; a form that names none goes with those of the first."""
    first = next((one for one in forms if one.unit or one.listed_unit), forms[0])
    found: dict[str, list[Record]] = {}
    for one in forms:
        named = one if one.unit or one.listed_unit else first
        found.setdefault(same_unit(unit_of(named)), []).append(one)
    return found.values()


def _row(forms: Sequence[Record], matter: str, terms: LetterTerms, run: _Run, note: str = "") -> LetterRow:
    first = forms[0]
    came = matter != REMINDED
    found = _counts(forms, matter)
    return LetterRow(
        rank=first.listed_row or math.inf,
        code=first.code or (UNLISTED if run.listed and first.unit and not first.listed_row else ""),
        unit=unit_of(first),
        contact=first.contact or "",
        matter=matter,
        form="、".join(dict.fromkeys(map(_named_form, forms))),
        file=first.file or "—",
        round=(first.round or 1) if came else None,
        errors=found["error"] or None,
        warnings=found["warning"] or None,
        until="" if matter == UNDECIDED else terms.until,
        letter=note,
        year=year_of(first, run.year if came else run.usual_year),
        forms=len(forms),
    )


def _counts(forms: Sequence[Record], matter: str) -> Counter[str]:
    """How many findings of each standing, as the letter counts; where there is none, errors as 单位得分 does."""
    if matter == REMINDED:
        return Counter()
    told = (one for record in forms for one in record.findings)
    return Counter(one.standing for one in told if counted(one) or (matter, one.standing) == (UNDECIDED, "error"))


def _named_form(record: Record) -> str:
    """Form and project: a unit may have to return several of one kind."""
    project = project_of(record)
    return official_form_title(record) + (f"（{project}）" if project else "")

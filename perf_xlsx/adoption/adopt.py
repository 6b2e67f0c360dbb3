"""Adopting an official form: its workbook in; its file, a copy of the workbook and a workbook for checking out."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from perf_xlsx.adoption.blank import blanked, emptied, filled_cells, kept_cells
from perf_xlsx.adoption.check_workbook import CorrectedWorkbook, check_workbook, checked, corrected
from perf_xlsx.adoption.form_file import form_text, naming
from perf_xlsx.adoption.read_back import not_held
from perf_xlsx.adoption.singles import one_word
from perf_xlsx.adoption.source import AdoptionError, SourceWorkbook, open_source, printed_title, surveyed
from perf_xlsx.adoption.surveyed_labels import Label, Survey
from perf_xlsx.forms import FormFile
from perf_xlsx.forms.official import official_form
from perf_xlsx.ooxml import Book
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.system.output_files import write_atomically

CHECKING, ORIGINAL = "（核对）", "（原样）"  # behind the form's name, in the names of the two workbooks


class Adopted(Struct, frozen=True):
    """What was written, and what a person should know.

    `unread` are what the reader does not find as it was said; `filled` are
    cells whose answers stay in the form; `kept` is what a form that was
    cleared still holds; `other_sheets` are not read.
    """

    form: Path
    check: Path | None
    labels: tuple[Label, ...]
    unread: tuple[str, ...]
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    other_sheets: tuple[str, ...]

    @property
    def open_labels(self) -> list[str]:
        """The texts of the labels that have no meaning."""
        return [one_word(label) for label in self.labels if not label.role.key]


def adopt(path: Path, output: Path | None = None, blank: bool = False, force: bool = False) -> Adopted:
    """Adopt an official form, or take the corrections of the workbook that an earlier run wrote for checking.

    `blank` clears in the copy what a unit filled in. Raises AdoptionError, and OSError.
    """
    source = open_source(path)
    read = checked(source.package())
    return _corrected(path, output, read, blank) if read else _adopted(path, source, output, blank, force)


def _adopted(path: Path, source: SourceWorkbook, output: Path | None, blank: bool, force: bool) -> Adopted:
    form = output or path.with_suffix(".toml")
    check, original = _beside(form, CHECKING), _beside(form, ORIGINAL)
    there = [one.name for one in (form, check, original) if one.exists()]
    if there and not force:
        raise AdoptionError([f"{'、'.join(there)} 已经存在，没有改动。请换一个 -o，或加 --force 覆盖。"])
    if any(sheet.name == HIDDEN_SHEET for sheet in Book(source.package()).sheets):
        raise AdoptionError([f"{path.name} 是本软件写出的模板，不是官方表样。"])
    sheets = source.sheets()
    found = surveyed(sheets)
    copy = _copy(source, found, sheets, blank)
    named = naming(
        printed_title(sheets, found.sheet), form.stem, found.kind.form.name, original.name, copy.given.sha256
    )
    text = form_text(named, found)
    unread = not_held(FormFile(form.name, text), named, found, sheets)  # contents are evidence
    form.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(original, copy.given.data)
    write_atomically(check, check_workbook(copy.given.package(), named, copy.found, copy.sheets))
    write_atomically(form, text.encode())
    return _done(form, check, unread, copy)


def _corrected(path: Path, output: Path | None, read: CorrectedWorkbook, blank: bool) -> Adopted:
    form = output or path.with_name(f"{path.stem.replace(CHECKING, '')}.toml")
    beside = path.parent / Path(read.file).name  # a name of the same folder, whatever the workbook says
    if not beside.is_file():
        raise AdoptionError([f"没有找到表样 {read.file}：它应与“{path.name}”在同一文件夹。"])
    if blank and not beside.stem.endswith(ORIGINAL):
        raise AdoptionError([f"{read.file} 不是 adopt 写出的“{ORIGINAL}”，没有清空它。"])
    source = open_source(beside)
    sheets = source.sheets()
    found = surveyed(sheets, official_form(read.base))
    found.labels = corrected(found, sheets, read)
    copy = _copy(source, found, sheets, blank)
    named = naming(printed_title(sheets, found.sheet), form.stem, read.base, read.file, copy.given.sha256)
    text = form_text(named, found)
    unread = not_held(FormFile(form.name, text), named, found, sheets)
    form.parent.mkdir(parents=True, exist_ok=True)
    if blank or form.parent.resolve() != path.parent.resolve():
        write_atomically(form.with_name(beside.name), copy.given.data)
    write_atomically(form, text.encode())
    return _done(form, None, unread, copy)


class _Copy(Struct, frozen=True):
    """The workbook that stands beside the form's file, and what is found in it; `kept` where it was cleared."""

    given: SourceWorkbook
    found: Survey
    sheets: Sheets
    filled: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def _copy(source: SourceWorkbook, found: Survey, sheets: Sheets, blank: bool) -> _Copy:
    if not blank:
        return _Copy(source, found, sheets, filled=tuple(filled_cells(found, sheets)))
    given = SourceWorkbook(source.name, blanked(source, found, sheets))
    empty = given.sheets()
    left = Survey(found.sheet, found.kind, list(emptied(found.labels, empty)), found.tables)
    return _Copy(given, left, empty, kept=tuple(kept_cells(left, empty)))


def _done(form_file: Path, check: Path | None, unread: tuple[str, ...], copy: _Copy) -> Adopted:
    others = _others(copy.sheets, copy.found)
    return Adopted(form_file, check, tuple(copy.found.labels), unread, copy.filled, copy.kept, others)


def _beside(form_file: Path, word: str) -> Path:
    return form_file.with_name(f"{form_file.stem}{word}.xlsx")


def _others(sheets: Sheets, found: Survey) -> tuple[str, ...]:
    return tuple(sheets.names[at] for at in sheets.searched if at != found.sheet and sheets.grids[at].cells)

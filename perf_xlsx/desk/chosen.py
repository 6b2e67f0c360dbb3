"""What was chosen on the page: looked through before it is used, in a process of its own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from perf_xlsx.adoption.adopted_template import original_of
from perf_xlsx.batch import BatchError
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.settings import OwnForm, Settings
from perf_xlsx.forms import FormFile, read_forms, with_forms
from perf_xlsx.judging.waiver_list import load_waivers
from perf_xlsx.judging.waivers import Waiving
from perf_xlsx.pipeline import Terms, usable_rulebook

_T = TypeVar("_T")


class Chosen(Struct, frozen=True):
    """Rulebook, files of forms and passwords, for the process that opens a workbook."""

    rulebook: str | None = None
    forms: tuple[Path, ...] = ()
    passwords: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the passwords: a repr may end in a log."""
        return f"Chosen(rulebook={self.rulebook!r}, forms={self.forms!r})"

    def terms(self) -> Terms:
        """The same for the pipeline; the forms are known (`limited_with`)."""
        return Terms(self.rulebook, passwords=self.passwords)


def _roster(path: Path) -> str:
    return f"{len(read_roster(path).listed)}个单位"


def _waivers(path: Path) -> str:
    return f"{len(load_waivers(path))}条"


def _rulebook(path: Path) -> str:
    return usable_rulebook(str(path)).title


READERS: Mapping[str, Callable[[Path], str]] = {
    "rulebook_file": _rulebook,
    "roster": _roster,
    "waivers": _waivers,
}


def looked_through(use: str, path: Path, forms: Sequence[Path]) -> str:
    """What a file holds, in a few words. Raises LimitedError where it cannot be used."""
    return limited_with(forms, READERS[use], path)


def own_forms(paths: Sequence[Path]) -> tuple[OwnForm, ...]:
    """What form files say of themselves, their workbooks beside them. Raises LimitedError where one is wrong."""
    return limited(_forms, paths) if paths else ()


def _forms(paths: Sequence[Path]) -> tuple[OwnForm, ...]:
    """Raises FormError."""
    found = []
    for file in read_forms(paths):
        form = file.form
        original = form.original.file if form.original else ""
        if form.original:
            original_of(form, file.folder)
        found.append(OwnForm(file.file, form.name, form.title, form.short, original))
    return tuple(found)


def limited_with(forms: Sequence[Path], work: Callable[..., _T], *given: object) -> _T:
    """What `work` gives where the forms of these files are known. Raises LimitedError."""
    found: _T = limited(_with, forms, work, *given)
    return found


def _with(forms: Sequence[Path], work: Callable[..., _T], *given: object) -> _T:
    """Raises FormError, and what `work` raises."""
    with with_forms(read_forms(forms)):
        return work(*given)


def terms_of(settings: Settings, folders: Folders) -> Terms:
    """How a visitor's return is scored: by what the folder is scored by, too. Raises BatchError."""
    waiving, forms = None, settings.form_files(folders)
    try:
        own: tuple[FormFile, ...] = limited(read_forms, forms) if forms else ()
        if settings.waivers:
            listed = limited(load_waivers, folders.chosen("waivers", settings.waivers))
            waiving = Waiving(listed, datetime.date.today())
    except LimitedError as error:  # they were looked through when they were chosen
        raise BatchError(f"{error}请在“设置”中重新选定。") from None
    return Terms(settings.rulebook_asked(folders), waiving=waiving, forms=own)

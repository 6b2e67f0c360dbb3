"""What the officer chose on the page: rulebook, forms, lists, deadline, sender. Kept in the desk's folder."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from perf_xlsx.desk.folders import Folders
from perf_xlsx.system.output_files import write_atomically

NAME = "设置.json"
FORMS = "forms"  # the kind of files that several may be chosen of


class OwnForm(Struct, frozen=True):
    """A bureau's own kind of form: its file, what that says of it, and its workbook beside it, if it has one."""

    file: str
    name: str
    title: str
    short: str
    original: str = ""


class Settings(Struct, frozen=True, omit_defaults=True):
    """`rulebook` is a shipped name; the files are names in `Folders.lists`. "" where nothing was chosen.

    `contact` and `year` (of the blank forms that units fetch; 0: the last year) are for the page of the units.
    """

    rulebook: str = ""
    rulebook_file: str = ""
    roster: str = ""
    waivers: str = ""
    deadline: datetime.date | None = None
    sender: str = ""
    contact: str = ""
    year: int = 0
    forms: tuple[OwnForm, ...] = ()

    @property
    def budget_year(self) -> int:
        """Of which year the units' blank forms are."""
        return self.year or datetime.date.today().year - 1

    @property
    def is_over(self) -> bool:
        """Whether the deadline has gone by."""
        return self.deadline is not None and self.deadline < datetime.date.today()

    def rulebook_asked(self, folders: Folders) -> str | None:
        """The rulebook to score by, as `--rulebook` takes it; None: the one of each template."""
        if self.rulebook_file:
            return str(folders.chosen("rulebook_file", self.rulebook_file))
        return self.rulebook or None

    def files(self) -> Iterator[tuple[str, str]]:
        """Kind and name of each file that is chosen."""
        named = {"rulebook_file": self.rulebook_file, "roster": self.roster, "waivers": self.waivers}
        yield from ((kind, name) for kind, name in named.items() if name)
        for form in self.forms:
            yield from ((FORMS, name) for name in (form.file, form.original) if name)

    def form_files(self, folders: Folders) -> tuple[Path, ...]:
        """The files of the bureau's own forms."""
        return tuple(folders.chosen(FORMS, form.file) for form in self.forms)


def load_settings(folders: Folders) -> Settings:
    """The settings; those of a new desk where there are none, or none that can be read."""
    try:
        found = msgspec.json.decode((folders.own / NAME).read_bytes(), type=Settings)
    except (OSError, ValueError):
        return Settings()
    return found if all(name == Path(name).name for _, name in found.files()) else Settings()


def save_settings(folders: Folders, settings: Settings) -> None:
    """Raises OSError."""
    write_atomically(folders.own / NAME, msgspec.json.encode(settings))


def options_of(settings: Settings, folders: Folders) -> Iterator[str]:
    """The settings as options of the command `score`."""
    if rulebook := settings.rulebook_asked(folders):
        yield from ("--rulebook", rulebook)
    for kind, name in (("roster", settings.roster), ("waivers", settings.waivers)):
        if name:
            yield from (f"--{kind}", str(folders.chosen(kind, name)))
    for path in settings.form_files(folders):
        yield from ("--forms", str(path))
    if settings.deadline:
        yield from ("--deadline", settings.deadline.isoformat())
    if settings.sender:
        yield from ("--sender", settings.sender)

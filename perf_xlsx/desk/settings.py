"""What the officer chose on the page: rulebook, roster, waivers, deadline, sender. Kept in the desk's folder."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from perf_xlsx.desk.folders import Folders
from perf_xlsx.system.output_files import write_atomically

NAME = "设置.json"


class Settings(Struct, frozen=True, omit_defaults=True):
    """`rulebook` is a shipped name; the files are names in `Folders.lists`. "" where nothing was chosen."""

    rulebook: str = ""
    rulebook_file: str = ""
    roster: str = ""
    waivers: str = ""
    deadline: datetime.date | None = None
    sender: str = ""

    def rulebook_asked(self, folders: Folders) -> str | None:
        """The rulebook to score by, as `--rulebook` takes it; None: the one of each template."""
        if self.rulebook_file:
            return str(folders.chosen("rulebook_file", self.rulebook_file))
        return self.rulebook or None


def load_settings(folders: Folders) -> Settings:
    """The settings; those of a new desk where there are none, or none that can be read."""
    try:
        found = msgspec.json.decode((folders.own / NAME).read_bytes(), type=Settings)
    except (OSError, ValueError):
        return Settings()
    names = (found.rulebook_file, found.roster, found.waivers)
    return found if all(name == Path(name).name for name in names) else Settings()


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
    if settings.deadline:
        yield from ("--deadline", settings.deadline.isoformat())
    if settings.sender:
        yield from ("--sender", settings.sender)

"""Which kind of form an official layout is: by its title, else by whether it names a project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from perf_xlsx.forms import form_names, load_form, shipped_names, typed
from perf_xlsx.forms.official import OfficialForm, official_form
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.labels import LONGEST, TextRow, core, without_spaces
from perf_xlsx.reading.official.likeness import roles_of
from perf_xlsx.system.pattern import pattern

_ATTACHED = pattern(r"^附(?:件|表)[\d一二三四五六七八九十]{0,3}[:：、.]?")
_YEAR = pattern(r"[（(]?(?:20[\dXx×]{2}|二[〇○零][〇○零一二三四五六七八九]{2})?年度?[)）]?")
_HEAD = 30  # rows of a sheet in which the labels of its head are


def titles_on(sheets: Sheets, sheet: int, rows: Mapping[int, TextRow]) -> dict[Address, str]:
    """The titles of forms on a sheet, of self-evaluations and others, without spaces."""
    known = official_form(shipped_names()[0])
    words = known.title_words + (known.target_titles if sheets.targets else ())
    return {
        (sheet, row, column): without_spaces(text)
        for row, texts in rows.items()
        for column, text in texts.items()
        if len(text) <= 2 * LONGEST and core(text).endswith("表") and any(word in core(text) for word in words)
    }


def own_title(text: str) -> str:
    """A title as the form itself has it, without the number of an attachment and the year (printed below)."""
    return _YEAR.sub("", _ATTACHED.sub("", re.sub(r"\s", "", text)), count=1)


def official_kind_of(titles: Iterable[str], sheets: Sheets, rows: Mapping[int, TextRow]) -> OfficialForm:
    """The kind that a title names; if none does, project where a label names a project, otherwise department.

    A bureau's own kind goes before a shipped one, a longer word before a shorter: 专项债券项目 before 项目.
    """
    shipped = shipped_names()
    for text in titles:
        named = [
            (name not in shipped, max(len(word) for word in found), official_form(name))
            for name in form_names()
            if not load_form(name).original  # an adopted form is known by its labels
            if (found := [word for word in official_form(name).titles if word in text])
        ]
        if named:
            return max(named, key=lambda one: one[:2])[2]
    project = next(sheets.labelled(("项目名称",)), None) is not None or _names_a_project(rows)
    return official_form("project" if project else "department")


def _names_a_project(rows: Mapping[int, TextRow]) -> bool:
    """Whether the first label of a row is one of a project's name by its words: 专项名称."""
    roles = roles_of("boxes", tuple(typed(official_form("project").form.single_boxes)))
    firsts = (core(next(iter(texts.values()))) for texts in islice(rows.values(), _HEAD))
    return any("project" in roles.likely(text) for text in firsts)

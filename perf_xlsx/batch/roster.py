"""The list of units that are to return a form (名单): who they are, and a template for each."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from perf_xlsx import pipeline
from perf_xlsx.domain.quantity import same_label, same_name
from perf_xlsx.forms import Form, form_names, load_form
from perf_xlsx.reading.list_file import ListError, ListRow, read_list
from perf_xlsx.system.os_errors import for_windows
from perf_xlsx.system.output_files import write_atomically
from perf_xlsx.template.stamp import Stamp

# The surest header first: a list with 单位名称 and 部门名称 says whose unit each is, and the unit is to file.
COLUMNS = {
    "unit": ("单位名称", "单位", "填报单位", "预算单位", "实施单位", "部门名称", "unit"),
    "code": ("单位代码", "单位编码", "预算代码", "预算单位代码", "预算单位编码", "代码", "编码", "code"),
    "form": ("表种", "自评表", "自评表种类", "form"),
    "contact": ("联系人", "联系方式", "联系电话", "电话", "经办人", "填报人", "contact"),
    "project": ("项目名称", "项目", "project"),
    "supervisor": ("主管部门", "主管单位", "supervisor"),
}
JOINED = ("contact",)  # whom to call: name and telephone often have a column each
LONGEST = 180  # bytes of a file name without suffix and number; file systems take 255


class Listed(Struct, frozen=True):
    """One listed unit, and the row it stands in. `form` None: any form will do; `project` "": any project."""

    row: int
    unit: str
    code: str = ""
    form: str | None = None
    contact: str = ""
    project: str = ""
    supervisor: str = ""


class Roster(Struct, frozen=True):
    """A list of units by the name of its file."""

    name: str
    listed: Sequence[Listed]


def read_roster(path: Path) -> Roster:
    """Read the list (.xlsx or .csv). Raises ListError with every problem at once."""
    problems: list[str] = []
    listed: list[Listed] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in read_list(path, COLUMNS, ["unit"], JOINED):
        one = _listed(row, problems, path)
        if one is None:
            continue
        identity = (*map(same_name, (one.unit, one.code, one.project)), one.form or "")
        if identity in seen:
            problems.append(f"{path}：第{row.number}行与第{seen[identity]}行相同（{one.unit}），请删去一行")
        else:
            seen[identity] = row.number
            listed.append(one)
    if not listed and not problems:
        problems.append(f"{path}：表头下面没有单位")
    if problems:
        raise ListError(problems)
    return Roster(path.name, listed)


def _listed(row: ListRow, problems: list[str], path: Path) -> Listed | None:
    if not row["unit"]:
        problems.append(f"{path}：第{row.number}行没有写单位名称")
        return None
    form = _form(row["form"]) if row["form"] else None
    if row["form"] and form is None:
        titles = "、".join(load_form(name).title for name in form_names())
        problems.append(f"{path}：第{row.number}行的表种“{row['form']}”不认识，已知的有 {titles}")
        return None
    return Listed(row.number, row["unit"], row["code"], form, row["contact"], row["project"], row["supervisor"])


def _form(word: str) -> str | None:
    """The form that a word means: its name, or any part of its title that no other form's title has."""
    plain = same_label(word)
    if plain in form_names():
        return plain
    short = re.sub(r"\([^()]*\)", "", plain)
    found = [name for name in form_names() if any(short in title for title in _titles(load_form(name)))]
    return found[0] if short and len(found) == 1 else None


def _titles(form: Form) -> Iterator[str]:
    for title in (form.title, form.official):
        yield re.sub(r"\([^()]*\)", "", same_label(title))


class Written(Struct, frozen=True):
    """A listed unit's template; `written` is False where the file was there before and was left alone."""

    path: Path
    written: bool


def write_templates(
    roster: Roster, folder: Path, year: int, form: str | None, rulebook: str | None, force: bool = False
) -> Iterator[Written]:
    """One template a listed unit, filled in with what the list says of it. Existing files are kept unless `force`.

    `form` is for units whose form the list does not say. Raises ListError where neither says it, and what
    pipeline.write_template raises.
    """
    without = [str(listed.row) for listed in roster.listed if not (listed.form or form)]
    if without:
        raise ListError([f"{roster.name}：第{'、'.join(without)}行没有写表种，请在名单中填写，或用 --form 指定"])
    taken: set[str] = set()
    stamps: dict[str, Stamp] = {}
    for listed in roster.listed:
        kind = load_form(listed.form or form or "")
        path = folder / _free(file_name(listed), taken)
        if os.path.exists(path) and not force:
            yield Written(path, False)
            continue
        boxes = {box.key for box in kind.single_boxes}
        known = {key: getattr(listed, key) for key in COLUMNS if key in boxes}
        stamp = stamps.setdefault(kind.name, Stamp(_maker(kind.name, year, rulebook)))
        write_atomically(path, stamp.template({key: text for key, text in known.items() if text}))
        yield Written(path, True)


def _maker(form: str, year: int, rulebook: str | None) -> Callable[[Mapping[str, str]], bytes]:
    def make(texts: Mapping[str, str]) -> bytes:
        case = json.dumps({"form": form, "year": year, **texts}, ensure_ascii=False)
        return pipeline.template_bytes(rulebook=rulebook, case=case)

    return make


def file_name(listed: Listed) -> str:
    """The unit's name (and project's) as a file name that every system takes, Chinese kept, without suffix."""
    text = unicodedata.normalize("NFC", "-".join(part for part in (listed.unit, listed.project) if part))
    safe = "".join(" " if unicodedata.category(c)[0] in "CZ" else "_" if c in '\\/:*?"<>|' else c for c in text)
    cut = safe.encode()[:LONGEST].decode(errors="ignore").strip(" .~$")
    return for_windows(cut) if cut else "_"


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}({number})"
    taken.add(candidate.casefold())
    return f"{candidate}.xlsx"


def same_unit(name: str | None) -> str:
    """A unit's or project's name as it compares."""
    return same_name(name or "").casefold()

"""The list of units (名单) as a file: .xlsx or .csv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.domain.quantity import same_label, same_name
from perf_xlsx.forms import Form, form_names, load_form
from perf_xlsx.reading.list_file import ListError, ListRow, read_list
from perf_xlsx.system.pattern import pattern

# The surest header first: a list with 单位名称 and 部门名称 says whose unit each is, and the unit is to file.
COLUMNS = {
    "unit": ("单位名称", "单位", "填报单位", "预算单位", "实施单位", "部门名称", "unit"),
    "code": ("单位代码", "单位编码", "预算代码", "预算单位代码", "预算单位编码", "代码", "编码", "code"),
    "form": ("表种", "自评表", "自评表种类", "form"),
    "contact": ("联系人", "联系方式", "联系电话", "电话", "经办人", "填报人", "contact"),
    "project": ("项目名称", "项目", "project"),
    "supervisor": ("主管部门", "主管单位", "supervisor"),
    "year": ("年度", "预算年度", "自评年度", "year"),
}
_YEAR = pattern(r"(?<!\d)20\d\d(?!\d)")
_KEY = pattern(r"\(([a-z0-9_]{1,40})\)$")  # behind a title, as rulebooks print it
JOINED = ("contact",)  # whom to call: name and telephone often have a column each


def read_roster(path: Path) -> Roster:
    """Read the list (.xlsx or .csv). Raises ListError with every problem at once."""
    problems: list[str] = []
    listed: list[ListedUnit] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in read_list(path, COLUMNS, ["unit"], JOINED):
        one = _listed(row, problems, path)
        if one is None:
            continue
        identity = (*map(same_name, (one.unit, one.code, one.project)), one.form or "", str(one.year or ""))
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


def _listed(row: ListRow, problems: list[str], path: Path) -> ListedUnit | None:
    if not row["unit"]:
        problems.append(f"{path}：第{row.number}行没有写单位名称")
        return None
    forms = _forms(row["form"]) if row["form"] else ()
    if row["form"] and not forms:
        titles = "、".join(load_form(name).title for name in form_names())
        problems.append(f"{path}：第{row.number}行的表种“{row['form']}”不认识，已知的有 {titles}")
        return None
    years = _YEAR.findall(row["year"])
    form, others = forms[0] if forms else None, forms[1:]
    return ListedUnit(
        row.number, row["unit"], row["code"], form, row["contact"], row["project"], row["supervisor"], others,
        int(years[0]) if len(years) == 1 else None,
    )  # fmt: skip


def _forms(word: str) -> tuple[str, ...]:
    """The forms that a word means: every name that is printed for one, or any part of its title alone.

    A form is first known by its own names; several may have one official title.
    """
    plain = same_label(word)
    inside = _KEY.search(plain)
    for key in (plain, inside[1] if inside else ""):
        if key in form_names():
            return (key,)
    forms = [load_form(name) for name in form_names()]
    for called in map(attrgetter, ("short", "title", "official")):
        if found := tuple(form.name for form in forms if same_label(called(form)) == plain):
            return found
    short = re.sub(r"\([^()]*\)", "", plain)
    parts = [form.name for form in forms if short and any(short in title for title in _titles(form))]
    if len(parts) != 1:
        parts = [form.name for form in forms if plain in same_label(form.title)]
    return tuple(parts) if len(parts) == 1 else ()


def _titles(form: Form) -> Iterator[str]:
    for title in (form.title, form.official):
        yield re.sub(r"\([^()]*\)", "", same_label(title))

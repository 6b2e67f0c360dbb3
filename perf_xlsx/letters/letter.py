"""What a letter says, from the records of one workbook or of one outstanding unit: texts, and no layout."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import UNSET, Struct

from perf_xlsx.domain.severity import what_to_do
from perf_xlsx.findings.asked import counted
from perf_xlsx.findings.office import in_letter
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.letters.word_template import Fields, Lists
from perf_xlsx.results.comparison import NEW, tally, word
from perf_xlsx.results.record import FindingRecord, Record
from perf_xlsx.results.result_in_words import is_unsettled
from perf_xlsx.results.together import together
from perf_xlsx.rulebook import RulebookError, load_rulebook
from perf_xlsx.system.pattern import pattern

SECTIONS = ("更正", "说明", "改动")
NUMERALS = "一二三"
MOST = 30  # rows of one table; the scored workbook has all
CELLS = 8  # cells that are named of findings told together
LONGEST, LONGEST_VALUE = 240, 60  # characters of a text in a table
ANY_FORM = "绩效自评表"
BLANK_DATE = "　　　　年　　月　　日"
EMPTY = "（空）"
_YEAR = pattern(r"(?<!\d)20\d\d(?!\d)")


class LetterTerms(Struct, frozen=True):
    """What the bureau says of all letters: until when, from whom; and the rulebook, if one was asked for."""

    deadline: datetime.date | None = None
    sender: str = ""
    rulebook: str | None = None

    @property
    def until(self) -> str:
        """The deadline in words, or room for it."""
        day = self.deadline
        return f"{day.year}年{day.month}月{day.day}日" if day else BLANK_DATE


class Letter(Struct, frozen=True):
    """One letter: its template, the stem of its file's name, its texts."""

    occasion: str
    stem: str
    fields: Fields
    lists: Lists


RETURNED, REMINDED = "退回意见", "催报通知"


def returned(records: Sequence[Record], terms: LetterTerms, year: int | None = None) -> Letter | None:
    """退回意见 for a workbook, with all its forms; None where its unit has nothing to correct.

    `year` is that of all returns: of a file that cannot be read, unless its name says another.
    """
    findings = [found for record in records for found in record.findings if counted(found)]
    errors = [found for found in findings if found.standing == "error"]
    if not errors and not any(map(is_unsettled, records)):
        return None
    first = records[0]
    warnings = [found for found in findings if found.standing == "warning"]
    lists: dict[str, Sequence[Fields]] = {
        "更正": _rows(errors, records),
        "说明": _rows(warnings, records),
        "改动": _changes(records),
    }
    texts = {
        "单位": unit_of(first),
        "单位编码": first.code or "",
        "联系人": first.contact or "",
        "表名": "、".join(dict.fromkeys(map(official_form_title, records)))
        + _several(records)
        + _of_project(records),
        "年度": f"{known}年度" if (known := year_of(first, year)) else "",
        "文件": _name(first.file),
        "报送次数": f"，第{first.round}次报送" if first.round else "",
        "处理要求": _asked(first, len(errors), len(warnings)),
        "更正数": str(len(errors)),
        "说明数": str(len(warnings)),
        "评分办法": "、".join(dict.fromkeys(filter(None, (_rulebook(one, terms) for one in records)))),
        "评分表": _name(first.output),
        "校验码": "、".join(filter(None, map(_check_code, records))),
        "与上次比较": "".join(map(since_last_return, records)),
    }
    stem = "-".join(filter(None, (RETURNED, texts["单位"], _project(records))))
    return _letter(RETURNED, stem, texts, lists, terms)


def reminded(records: Sequence[Record], terms: LetterTerms, year: int | None = None) -> Letter:
    """催报通知 for the listed rows of one unit that nothing was returned for; `year` is that of the run."""
    first, asked = records[0], years_asked(records, year)
    rows = [
        {"序号": str(number), "表名": titled(one, asked), "项目": one.project or "—", "情况": "未报送"}
        for number, one in enumerate(records, 1)
    ]
    texts = {
        "单位": unit_of(first), "单位编码": first.code or "", "联系人": first.contact or "",
        "年度": "、".join(f"{one}年度" for one in asked),
    }  # fmt: skip
    return _letter(REMINDED, f"{REMINDED}-{texts['单位']}", texts, {"未报": rows}, terms)


def years_asked(records: Sequence[Record], year: int | None) -> list[int]:
    """The years that the list asks a unit for; where it names none, that of the run."""
    asked = {one.year for one in records if one.year}
    return sorted(asked) if asked else [year] if year else []


def titled(record: Record, asked: Sequence[int]) -> str:
    """The title of a form that did not come, with its year where the unit was asked for several."""
    year = f"{record.year}年度" if record.year and len(asked) > 1 else ""
    return f"{year}{official_form_title(record)}"


def unit_of(record: Record) -> str:
    """Whom a letter goes to: by its form, by the list; a file that names no unit, by its file."""
    return record.unit or record.listed_unit or f"报送“{_name(record.file)}”的单位"


def year_of(record: Record, year: int | None) -> int | None:
    """The form's year; of a file that cannot be read the one that its name says, else that of all returns."""
    if record.is_read or record.year:
        return record.year
    named = {int(found) for found in _YEAR.findall(_name(record.file))}
    return named.pop() if len(named) == 1 else None if named else year


def official_form_title(record: Record) -> str:
    """The form's official title; of a file that cannot be read that of the form that the list asks for."""
    form = record.form or record.listed_form
    if form and form in form_names():
        return load_form(form).official
    return record.form_title or ANY_FORM


def project_of(record: Record) -> str:
    """The project; of a file that cannot be read the one that the list asks for."""
    return record.project or record.listed_project or ""


def _asked(first: Record, errors: int, warnings: int) -> str:
    """What is wrong, as a sentence."""
    if not first.is_read:
        return "文件读不出来，无法评分。"
    if not errors:
        return f"总分或金额还不能确定，有{warnings}处须核对或说明。"
    return f"有{errors}处错误须更正" + (f"，{warnings}处须核对或说明。" if warnings else "。")


def _letter(occasion: str, stem: str, texts: Mapping[str, str], lists: Lists, terms: LetterTerms) -> Letter:
    there = [name for name in SECTIONS if lists.get(name)]
    numbers = {f"{name}节": f"{number}、" for name, number in zip(there, NUMERALS, strict=False)}
    asked: dict[str, Sequence[Fields]] = {name: [{}] for name, text in texts.items() if text}
    fields = {**texts, **numbers, "期限": terms.until, "发函单位": terms.sender}
    return Letter(occasion, stem, fields, {**asked, **lists})


def _several(records: Sequence[Record]) -> str:
    return f"（共{len(records)}张）" if len(records) > 1 else ""


def _project(records: Sequence[Record]) -> str:
    return project_of(records[0]) if len(records) == 1 else ""


def _of_project(records: Sequence[Record]) -> str:
    """Which of a unit's projects a letter is about."""
    project = _project(records)
    return f"（项目：{project}）" if project else ""


def _name(path: str | None) -> str:
    return (path or "").replace("\\", "/").rpartition("/")[2]


def _check_code(record: Record) -> str:
    """The code at the foot of 自评表, where the run has given one."""
    code = getattr(record, "check_code", None)
    return code if isinstance(code, str) else ""


def _rulebook(record: Record, terms: LetterTerms) -> str:
    name = terms.rulebook or record.rulebook
    try:
        return load_rulebook(name).on(record.form or "").document if name else ""
    except RulebookError:
        return ""


# ---- rows of the tables --------------------------------------------------------------------------------------


def _rows(findings: Iterable[FindingRecord], records: Sequence[Record]) -> list[Fields]:
    """A row a finding; of many that ask for the same, one."""
    groups = together(findings)
    rows = [_row(number, *group, records) for number, group in enumerate(groups[:MOST], 1)]
    if more := sum(1 + len(others) for _, others in groups[MOST:]):
        rows.append({"序号": "…", "问题": f"另有{more}项，见评分后的工作簿“问题清单”。"})
    return rows


def _row(number: int, found: FindingRecord, others: Sequence[FindingRecord], records: Sequence[Record]) -> Fields:
    cells = [one.cell or "" for one in others]
    more = (
        f"同样的还有{len(cells)}处：{'、'.join(cells[:CELLS])}{'等' if len(cells) > CELLS else ''}。"
        if cells
        else ""
    )
    return {
        "序号": str(number),
        "位置": " ".join(filter(None, (found.sheet, found.cell))) or "整个文件",
        "填报内容": _cut(found.given, LONGEST_VALUE) if found.cell else "—",
        "应为": _cut(_right(found), LONGEST_VALUE, "—"),
        "问题": _since(found, records) + _cut(found.message, LONGEST) + more,
        "办法": _cut(in_letter(what_to_do(found)), LONGEST, ""),
    }


def _right(found: FindingRecord) -> str | None:
    """What is right in the place of what was given: of a wrong sum the right sum, not the right part of it."""
    expected, typed = found.expected, found.correction.value if found.correction else None
    return typed if typed and (expected is None or _bare(expected) == _bare(typed)) else expected


def _bare(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _since(found: FindingRecord, records: Sequence[Record]) -> str:
    """In a second return, whether the finding was there before."""
    for record in records:
        if record.since and any(one is found for one in record.findings):
            return f"［{word(found, record.since)}］"
    return ""


def _cut(text: str | None, longest: int, otherwise: str = EMPTY) -> str:
    if not text:
        return otherwise
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def since_last_return(record: Record) -> str:
    """In words, what became of the findings of the return before; "" where there was none."""
    if record.since is UNSET:
        return ""
    came = tally(record)
    words = [f"{name}{count}项" for name, count in came.named()]
    if words and not words[0].startswith(NEW):
        words[0] = f"上次指出的问题{words[0]}"
    words += [f"另有{came.changes}处上次没有要求更正而有改动"] if came.changes else []
    return f"与上次报送的“{_name(record.since.file)}”相比，{'，'.join(words)}。" if words else ""


def _changes(records: Sequence[Record]) -> list[Fields]:
    rows = enumerate(islice(_changed(records), MOST), 1)
    return [{"序号": str(number), **row} for number, row in rows]


def _changed(records: Sequence[Record]) -> Iterator[Fields]:
    for record in records:
        for change in record.since.changed if record.since else ():
            yield {
                "位置": change.place,
                "上次": _cut(change.was, LONGEST_VALUE),
                "这次": _cut(change.now, LONGEST_VALUE),
            }

"""Templates that are filled in: a case typed into a blank that is written once, and boxes by their labels.

XlsxWriter takes over 100 ms for a template, typing into a blank 2 ms.
"""

from __future__ import annotations

import datetime
import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from html import escape
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.forms import Boxes, Lines, Rows, form_names, load_form
from perf_xlsx.forms.case import Fill, Typed, load_case
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.template.blocks import SPARE_ROWS, box_value, fill_rows, is_made, line_value
from perf_xlsx.template.write import build_template
from tests import CASES

WELL_MADE = {"department": "完好的部门自评表", "project": "完好的项目自评表"}
STRINGS = "xl/sharedStrings.xml"
CELL = re.compile(r'<c r="(\w+)"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)', re.DOTALL)
NAME = re.compile(r"""<definedName name="(px_\w+)">'(.+?)'!\$([A-Z]+)\$(\d+)(?::\$[A-Z]+\$(\d+))?<""")
# Of a table's free rows only the first are kept: to read one costs as much as to read a filled one.
LAST_ROW = 20
FREE_ROW = re.compile(r'<row r="(?:2[1-9]|[3-9]\d)".*?</row>', re.DOTALL)
TABLES = {"指标": "绩效指标", "项目": "项目明细"}
EPOCH = datetime.date(1899, 12, 30)

Case = Mapping[str, Any]
Cell = tuple[str, str]  # sheet and address


# ---- the template with a case in it -----------------------------------------------------------------------------


def well_made(form: str = "department") -> dict[str, Any]:
    """A form with nothing wrong in it, as case data."""
    data: dict[str, Any] = json.loads((CASES / f"{WELL_MADE[form]}.json").read_text("utf-8"))
    return data


@cache
def template_of(name: str) -> bytes:
    """A shipped case, or a well-made form by its file's name, in the template that the product writes for it."""
    own = CASES / f"{name}.json"
    return pipeline.template_bytes(case=own.read_text("utf-8") if own.is_file() else case_text(name))


def filled(case: Case | str, rulebook: str | None = None) -> bytes:
    """The template of a case, given as data or as JSON; the results of its live formulas are those of a blank."""
    text = case if isinstance(case, str) else json.dumps(case, ensure_ascii=False)
    if rulebook not in (None, *rulebook_names()) or json.loads(text)["form"] not in form_names():
        return pipeline.template_bytes(case=text, rulebook=rulebook)  # a file may change from test to test
    fill = load_case(text)
    typed = _blank(fill.form.name, fill.year, rulebook, _claims(fill)).typed(fill)
    return typed or pipeline.template_bytes(case=text, rulebook=rulebook)


RATE, COMPLETION, SUM, TOTAL = "claimed_rate", "claimed_completion", "claimed_sum", "claimed_total"
ALL_CLAIMS = frozenset({RATE, COMPLETION, SUM, TOTAL})


def _claims(fill: Fill) -> frozenset[str]:
    """Which of the claims that a template has boxes for only where its data hold them these data hold."""
    line, total = {key[1] for key, value in fill.lines.items() if value is not None}, fill.form.total_line
    found = {RATE} if any(key[2] == RATE and value is not None for key, value in fill.lines.items()) else set()
    rows = fill.rows.get("indicators", ())
    found |= {COMPLETION} if any(row.get(COMPLETION) is not None for row in rows) else set()
    return frozenset(found | ({SUM} if total in line else set()) | ({TOTAL} & fill.boxes.keys()))


@cache
def _blank(form: str, year: int, rulebook: str | None, claims: frozenset[str] = ALL_CLAIMS) -> _Blank:
    """A template with nothing typed into it, and with boxes for these claims."""
    kind = load_form(form)
    rules = load_rulebook(rulebook or kind.rulebook).on(form)
    columns = [RATE] if RATE in claims else []
    lines: dict[tuple[str, str, str], Typed] = {
        ("funds", kind.total_line, column): "" for column in [*columns, *(["initial"] if SUM in claims else [])]
    }
    if SUM not in claims:
        lines = {("funds", kind.lines("funds").lines[-2].key, column): "" for column in columns}
    boxes: dict[str, Typed] = {box.key: box.preset for box in kind.single_boxes if box.preset}
    rows = {"indicators": ({COMPLETION: ""},)} if COMPLETION in claims else {}
    fill = Fill(kind, year, boxes | ({TOTAL: None} if TOTAL in claims else {}), lines, rows)
    return _Blank(build_template(kind, year, rules, fill).data)


class _Blank:
    """An empty template, taken apart, with few free rows."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name).decode() for name in archive.namelist()}
        book = self.parts["xl/workbook.xml"]
        titles = re.findall(r'<sheet name="(.+?)"', book)
        self.names = {name: tuple(where) for name, *where in NAME.findall(book)}
        self.sheets = {title: f"xl/worksheets/sheet{number}.xml" for number, title in enumerate(titles, 1)}
        self.strings = self.parts[STRINGS].count("<si>")
        for table in TABLES.values():
            if table in self.sheets:
                self.parts[self.sheets[table]] = FREE_ROW.sub("", self.parts[self.sheets[table]])
        self.cells = {title: list(CELL.finditer(self.parts[part])) for title, part in self.sheets.items()}

    @cached_property
    def labels(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Column and row of what is printed, by sheet and text without the mark of a required box."""
        shared = [
            re.sub("<.*?>", "", text) for text in re.findall("<si>(.*?)</si>", self.parts[STRINGS], re.DOTALL)
        ]
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for title, cells in self.cells.items():
            for one in cells:
                if text := re.search(r't="s"><v>(\d+)<', one[0]):
                    letter, row = re.fullmatch(r"([A-Z]+)(\d+)", one[1]).groups()
                    found.setdefault((title, shared[int(text[1])].rstrip("* ")), (letter, int(row)))
        return found

    def typed(self, fill: Fill) -> bytes | None:
        """The template with the values in it; None where it takes more than typing."""
        values = dict(self._values(fill))
        if not all(map(_plain, values.values())) or not self._has_room(fill):
            return None
        texts: list[str] = []
        parts = self.parts | {part: self._sheet(title, values, texts) for title, part in self.sheets.items()}
        items = "".join(f'<si><t xml:space="preserve">{escape(text, quote=False)}</t></si>' for text in texts)
        parts[STRINGS] = parts[STRINGS].replace("</sst>", f"{items}</sst>")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:  # stored: to deflate takes longer than all the rest
            for name, text in parts.items():
                archive.writestr(zipfile.ZipInfo(name), text)
        return out.getvalue()

    def _has_room(self, fill: Fill) -> bool:
        for key, rows in fill.rows.items():
            sheet, _, top, bottom = self.names[f"px_{key}_{fill.form.block(key).columns[0].key}"]
            last = min(int(bottom), LAST_ROW) if sheet in TABLES.values() else int(bottom)
            if int(top) + len(rows) + SPARE_ROWS > last + 1:
                return False
        return True

    def _values(self, fill: Fill) -> Iterator[tuple[Cell, Typed]]:
        for block in fill.form.blocks:
            match block:
                case Boxes():
                    for box in block.boxes:
                        if box.kind != "computed" and (not box.formula or box.key in fill.boxes):
                            yield self._at(box.key), box_value(fill, box)
                case Lines():
                    for line in block.lines:
                        for box in block.columns:
                            name = f"{block.key}_{line.key}_{box.key}"
                            if box.kind == "computed" or f"px_{name}" not in self.names:
                                continue
                            if not is_made(fill.form, fill, block, line) or box.kind != "number":
                                yield (
                                    self._at(name),
                                    line_value(fill, block, line, box),
                                )
                case Rows():
                    for number, row in enumerate(fill_rows(fill, block)):
                        for box in block.columns:
                            if box.kind != "computed" and f"px_{block.key}_{box.key}" in self.names:
                                yield self._at(f"{block.key}_{box.key}", number), row.get(box.key)

    def _at(self, name: str, row: int = 0) -> Cell:
        sheet, column, top, _ = self.names[f"px_{name}"]
        return sheet, f"{column}{int(top) + row}"

    def _sheet(self, title: str, values: Mapping[Cell, Typed], texts: list[str]) -> str:
        """The XML of a sheet with the values; the strings that it shares go to `texts`."""
        xml, pieces, end = self.parts[self.sheets[title]], [], 0
        for found in self.cells[title]:
            if (title, found[1]) in values:
                content = self._content(values[title, found[1]], texts)
                pieces += [xml[end : found.start()], f'<c r="{found[1]}"{found[2] or ""}{content}']
                end = found.end()
        return "".join([*pieces, xml[end:]])

    def _content(self, value: Typed, texts: list[str]) -> str:
        match value:
            case None:
                return "/>"
            case str():
                texts.append(value)
                return f' t="s"><v>{self.strings + len(texts) - 1}</v></c>'
            case datetime.date():
                return f"><v>{(value - EPOCH).days}</v></c>"
        return f"><v>{float(value):.16G}</v></c>"


def _plain(value: Typed) -> bool:
    """Whether a value is written without the escapes and the calendar of a workbook."""
    match value:
        case str():
            return "_x" not in value and all(char >= " " or char in "\t\n" for char in value)
        case datetime.date():
            return value.year > 1900
    return value is None or isinstance(value, Decimal)


# ---- boxes by their labels --------------------------------------------------------------------------------------


def address(path: str, form: str = "department") -> Cell:
    """Sheet and cell of the box that a person would call so: 单位名称, 合计·调整数, 指标2·分值."""
    labels = _blank(form, 2023, None).labels
    head, _, column = path.partition("·")
    if found := re.fullmatch(r"(指标|项目)(\d+)", head):
        sheet = TABLES[found[1]]
        letter, row = labels[sheet, column]
        return sheet, f"{letter}{row + int(found[2])}"
    (sheet,) = (sheet for sheet, label in labels if label == head)
    letter, row = labels[sheet, head]
    return sheet, f"{labels[sheet, column][0] if column else chr(ord(letter) + 1)}{row}"


def at(path: str, form: str = "department") -> str:
    """The cell of a box on its sheet."""
    return address(path, form)[1]


def box(book: Any, path: str, form: str = "department") -> Any:
    """The box in a workbook that openpyxl has opened."""
    sheet, where = address(path, form)
    return book[sheet][where]


# ---- a workbook as openpyxl has it ------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _pickled(data: bytes, **how: Any) -> bytes:
    return pickle.dumps(openpyxl.load_workbook(io.BytesIO(data), **how))


_opened_before: set[tuple[int, str]] = set()


def opened(data: bytes, **how: Any) -> Any:
    """A workbook opened by openpyxl; one that is opened again and again eight times as fast from then on."""
    key = hash(data), str(how)
    if key in _opened_before:
        return pickle.loads(_pickled(data, **how))
    _opened_before.add(key)
    return openpyxl.load_workbook(io.BytesIO(data), **how)


def saved(book: Any) -> bytes:
    """A workbook as openpyxl saves it."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, change: Callable[[Any], object]) -> bytes:
    """The workbook as openpyxl saves it after a change."""
    book = opened(data)
    change(book)
    return saved(book)

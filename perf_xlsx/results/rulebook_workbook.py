"""A rulebook as a workbook: every setting with its meaning, value, source, and how far that source is known.

A person changes it in Excel or WPS; `rulebook.workbook` reads it back.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from perf_xlsx.domain.model import SEVERITIES
from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.severity import STANDING_NAMES
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.results.explain import setting_title
from perf_xlsx.rulebook import (
    BY_FORM,
    OPTIONAL,
    OTHERS,
    SETTINGS,
    TRUSTS,
    Rulebook,
    Tier,
    by_form,
    in_settings_order,
    setting_type_of,
)
from perf_xlsx.rulebook import workbook_layout as w
from perf_xlsx.rulebook.rulebook import SILENT
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.writer import WorkbookCanvas

_CREATED = datetime.datetime(2020, 1, 1)  # the same rulebook gives the same bytes
SPARE = 12  # empty rows below a table, to add to it
LISTED = 400  # rows that a drop-down reaches
WIDTHS: Mapping[str, Sequence[float]] = {
    w.BASICS: (18, 66, 52),
    w.RULES: (30, 26, 42, 46, 34, 10, 20, 25),
    w.BANDS: (22, 18, 18, 26, 46),
    w.GRADES: (14, 16, 18, 16, 18, 46),
    w.CAPS: (18, 18, 52),
    w.TIERS: (20, 14, 18, 14, 12, 10, 14, 14, 40),
    w.WEIGHTS: (34, 10, 24, 12, 46),
    w.PASSAGES: (34, 34, 46),
    w.SEVERITIES: (44, 14, 46),
}
NOTES: Mapping[str, str] = {
    w.BASICS: "改“值”一栏。代号用小写英文字母、数字和连字符，印在模板和评分结果里；来源填办法从哪里来。",
    w.RULES: "改“值”一栏；改了的，把依据、文件和来源一并改对。灰色字的表在后面的工作表里改。“编号”一栏请不要动。",
    w.BANDS: "从好到差，一档接着一档，从100%到0。最后一栏空着的，由单位在区间内打分。",
    w.GRADES: "从高到低。只写“从多少分起”就够；写了“到多少分”的，检查时核对有没有空档和重叠。",
    w.CAPS: "执行率从低到高。没有封顶的，整表空着。",
    w.TIERS: "从高到低，最后一段从0起。得分填“按比例”或百分数；逐步扣分的再填后四栏。不分段的，整表空着。",
    w.WEIGHTS: f"一种分法是一个方案，编号1、2……。方案合计加预算执行率分值等于满分；没有规定的部分写“{OTHERS}”。",
    w.PASSAGES: "每种表必写的说明，一行一个；填表里的标题。",
    w.SEVERITIES: "与软件默认轻重不同的问题，一行一个；没有的空着。",
}
BASIC_HELP: Mapping[str, str] = {
    "name": "如 county-2026。",
    "title": "办法的名称，显示在检查和比较的结果里。",
    "document": "文件的名称和文号，印在每一项得分的旁边；没有见到原文的请写明。",
    "issuer": "发布这个办法的单位。",
    "source": "从哪里得到的，如网址、通知、表样。",
    "forms": "用、隔开，括号中的代号不能少。",
    "by_reference": "文件不是为它制定、参照执行的表种；没有的空着。",
    "from_year": "从哪个预算年度起适用；不限的空着。",
    "to_year": "到哪个预算年度为止；不限的空着。",
}
FORMATS = {"%": "0.####%", "分": "0.####", "字": "0", "": "0.####"}
PERCENTS = frozenset(
    {"low", "high", "share", "below", "step", "start"}
)  # columns of shares; `from` is one of tiers


def rulebook_workbook(rulebook: Rulebook) -> bytes:
    """The workbook of a rulebook; read back it is the same rulebook."""
    out = io.BytesIO()
    canvas = WorkbookCanvas(out)
    canvas.book.set_properties({"title": f"评分办法：{rulebook.title}", "created": _CREATED})
    writer = _RulebookWriter(canvas, rulebook)
    writer.basics()
    writer.rules()
    for sheet, rows in _tables(rulebook).items():
        writer.table(sheet, rows)
    writer.choices()
    canvas.book.close()
    return out.getvalue()


class _RulebookWriter:
    """Writes the sheets of one workbook."""

    def __init__(self, canvas: WorkbookCanvas, rulebook: Rulebook) -> None:
        self.canvas, self.rulebook = canvas, rulebook
        self.lists: dict[tuple[str, ...], int] = {}
        self.box = canvas.style(border=1, locked=False, bg_color=s.REQUIRED_FILL, align="left")
        self.plain = canvas.style(border=1, locked=False, align="left")
        self.soft = canvas.style(border=1, font_color=s.SOFT, font_size=9, align="left")

    def sheet(self, name: str, heads: Iterable[str]) -> Any:
        """A sheet with its title, note and heads; the heads are in the third row."""
        sheet, canvas = self.canvas.book.add_worksheet(name), self.canvas
        for column, width in enumerate(WIDTHS[name]):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 32)
        canvas.text(
            sheet, 0, 0, f"评分办法：{name}", canvas.style(font_name=s.HEADING, font_size=16, text_wrap=False)
        )
        sheet.set_row(1, 24)
        canvas.text(sheet, 1, 0, NOTES[name], canvas.style(font_color=s.SOFT, text_wrap=False))
        for column, head in enumerate(heads):
            canvas.text(sheet, 2, column, head, canvas.head)
        sheet.set_row(2, 24)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(3, 1)
        canvas.print_setup(sheet, landscape=True)
        sheet.repeat_rows(2)
        return sheet

    def basics(self) -> None:
        """What the rulebook is."""
        sheet = self.sheet(w.BASICS, ("项目", "值", "说明"))
        first, last = self.rulebook.years
        texts = {key: getattr(self.rulebook, key, "") for key in ("name", "title", "document", "issuer", "source")}
        texts |= {"forms": _forms(self.rulebook.forms), "by_reference": _forms(self.rulebook.by_reference)}
        values: dict[str, Any] = {**texts, "from_year": _year(first), "to_year": _year(last)}
        for row, (key, label) in enumerate(w.BASIC_LABELS.items(), 3):
            self.canvas.text(sheet, row, 0, label, self.canvas.head)
            self.canvas.typed(sheet, row, 1, values[key] or None, self.box)
            self.canvas.text(sheet, row, 2, BASIC_HELP[key], self.soft)
            sheet.set_row(row, s.height_for([(str(values[key] or ""), 66), (BASIC_HELP[key], 52)], 24))

    def rules(self) -> None:
        """A row for each setting, those that the rulebook is silent about included."""
        sheet = self.sheet(w.RULES, w.RULE_HEADS.values())
        forms = [f"{section}.{form}" for section in BY_FORM for form in form_names()]
        keys = {*SETTINGS, *OPTIONAL, *self.rulebook.settings, *forms}
        for row, key in enumerate(in_settings_order(keys), 3):
            self._rule(sheet, row, key)

    def _rule(self, sheet: Any, row: int, key: str) -> None:
        setting, kind = self.rulebook.settings.get(key), setting_type_of(key)
        assert kind is not None
        own = by_form(key)
        value = setting.value if setting else SILENT.get(key, ())
        table = w.TABLES.get(own[0] if own else key)
        texts = {
            "title": setting_title(key),
            "allowed": _allowed(key),
            "basis": setting.basis if setting else "",
            "document": setting.document if setting else "",
            "by_reference": _forms(setting.by_reference) if setting else "",
            "key": key,
        }
        trust = setting.trust if setting else w.UNRULED
        trusts = (*map(str, TRUSTS), *([w.UNRULED] if key in OPTIONAL or own else []))
        for column, name in enumerate(w.RULE_HEADS):
            if name == "value":
                self._value(sheet, row, column, key, value, table)
            elif name == "trust":
                self.canvas.text(
                    sheet, row, column, str(trust), self.canvas.style(border=1, locked=False, align="center")
                )
                self._drop_down(sheet, row, column, row, trusts)
            else:
                style = self.soft if name in ("allowed", "key") else self.plain
                self.canvas.text(sheet, row, column, texts[name], style)
        widths = dict(zip(w.RULE_HEADS, WIDTHS[w.RULES], strict=True))
        shown = [(texts[name], widths[name] * (1.1 if name == "allowed" else 1)) for name in texts]
        sheet.set_row(row, s.height_for([*shown, (_shown(key, value), widths["value"])], 24))

    def _value(self, sheet: Any, row: int, column: int, key: str, value: Any, table: str | None) -> None:
        kind = setting_type_of(key)
        assert kind is not None
        if table:
            self.canvas.text(sheet, row, column, w.SEE.format(table), self.soft)
        elif kind.choices:
            self.canvas.text(sheet, row, column, kind.choices[value], self.box)
            self._drop_down(sheet, row, column, row, tuple(kind.choices.values()))
        elif isinstance(value, Decimal):
            style = self.canvas.style(
                border=1, locked=False, bg_color=s.REQUIRED_FILL, align="left", num_format=FORMATS[kind.unit]
            )
            self.canvas.typed(sheet, row, column, value, style)
        else:
            words = value if isinstance(value, str) else w.LIST_MARK.join(value)
            self.canvas.typed(sheet, row, column, words or None, self.box)

    def table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """A table with empty rows below."""
        heads = w.HEADS[name]
        sheet = self.sheet(name, heads.values())
        percents = PERCENTS | ({"from"} if name == w.TIERS else set())
        for column, key in enumerate(heads):
            look = {"num_format": "0.####%"} if key in percents else {}
            style = self.canvas.style(border=1, locked=False, bg_color=s.REQUIRED_FILL, align="center", **look)
            for at in range(len(rows) + SPARE):
                value = rows[at].get(key) if at < len(rows) else None
                self.canvas.typed(sheet, at + 3, column, value, style)
            if words := _words_of(name, key):
                self._drop_down(sheet, 3, column, 3 + LISTED, words)

    def _drop_down(self, sheet: Any, row: int, column: int, last: int, words: tuple[str, ...]) -> None:
        """A list of choices, kept on the hidden sheet: the rule itself holds no more than 255 characters."""
        at = self.lists.setdefault(words, len(self.lists))
        letter = column_name(at + 1)
        source = f"='{w.CHOICES}'!${letter}$1:${letter}${len(words)}"
        sheet.data_validation(row, column, last, column, {"validate": "list", "source": source})

    def choices(self) -> None:
        """The hidden sheet of the drop-downs' words."""
        sheet = self.canvas.book.add_worksheet(w.CHOICES)
        for words, column in self.lists.items():
            for row, word in enumerate(words):
                self.canvas.text(sheet, row, column, word)
        sheet.hide()


def _words_of(sheet: str, key: str) -> tuple[str, ...]:
    """The choices in a column of a table."""
    forms = tuple(f"{load_form(name).title}（{name}）" for name in form_names())
    codes = tuple(f"{code} {catalogue()[code].title}" for code in sorted(catalogue()))
    known: Mapping[tuple[str, str], tuple[str, ...]] = {
        (w.GRADES, "closed"): (w.YES, w.NO),
        (w.GRADES, "to_closed"): (w.YES, w.NO),
        (w.TIERS, "closed"): (w.YES, w.NO),
        (w.TIERS, "of"): tuple(w.TIERED.values()),
        (w.TIERS, "begun"): (w.NOT_COUNTED, w.COUNTED),
        (w.WEIGHTS, "form"): forms,
        (w.PASSAGES, "form"): forms,
        (w.SEVERITIES, "code"): codes,
        (w.SEVERITIES, "severity"): tuple(STANDING_NAMES[severity] for severity in SEVERITIES),
    }
    return known.get((sheet, key), ())


def _tables(rulebook: Rulebook) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table."""
    unclaimed = rulebook.unclaimed
    bands = [
        {"judgement": b.judgement, "low": b.low, "high": b.high, "share": unclaimed.get(b.judgement)}
        for b in rulebook.bands
    ]
    grades = [{"grade": g.name, "from": g.low, "closed": w.NO if g.open else w.YES} for g in rulebook.grades]
    return {
        w.BANDS: bands,
        w.GRADES: grades,
        w.CAPS: [{"below": cap.below, "total": cap.total} for cap in rulebook.caps],
        w.TIERS: [_tier(key, tier) for key in w.TIERED for tier in rulebook.tiers(key)],
        w.WEIGHTS: list(_weights(rulebook)),
        w.PASSAGES: list(_passages(rulebook)),
        w.SEVERITIES: [
            {"code": f"{code} {catalogue()[code].title}", "severity": STANDING_NAMES[severity]}
            for code, severity in rulebook.severities.items()
        ],
    }


def _tier(key: str, tier: Tier) -> dict[str, Any]:
    row = {
        "of": w.TIERED[key],
        "from": tier.bound,
        "closed": w.NO if tier.open else w.YES,
        "share": w.RATIO_WORD if tier.share is None else tier.share,
    }
    if tier.step:
        begun = w.COUNTED if tier.begun else w.NOT_COUNTED
        row |= {"step": tier.step, "off": tier.off, "start": tier.start, "begun": begun}
    return row


def _weights(rulebook: Rulebook) -> Iterator[dict[str, Any]]:
    for form in _forms_ruled(rulebook, "weights"):
        for number, weights in enumerate(rulebook.weight_sets(form), 1):
            for level, points in weights.items():
                yield {"form": _forms((form,)), "set": Decimal(number), "level": level, "points": points}


def _passages(rulebook: Rulebook) -> Iterator[dict[str, Any]]:
    for form in _forms_ruled(rulebook, "passages"):
        for passage in rulebook.words(f"passages.{form}"):
            yield {"form": _forms((form,)), "passage": passage}


def _forms_ruled(rulebook: Rulebook, section: str) -> list[str]:
    return [own[1] for key in rulebook.settings if (own := by_form(key)) and own[0] == section]


def _forms(names: Iterable[str]) -> str:
    """Kinds of form as a person reads them, with the names by which they are known."""
    known = form_names()
    return w.LIST_MARK.join(f"{load_form(name).title}（{name}）" if name in known else name for name in names)


def _year(year: int | None) -> Decimal | None:
    return None if year is None else Decimal(year)


def _allowed(key: str) -> str:
    """What may be written as the value, in words."""
    kind, own = setting_type_of(key), by_form(key)
    assert kind is not None
    if table := w.TABLES.get(own[0] if own else key):
        return f"在“{table}”表里改；依据和来源在这一行改。"
    if kind.choices:
        return f"从下拉列表中选择：{'；'.join(kind.choices.values())}。"
    match SILENT.get(key):
        case str():
            return "填一级指标的名称，单独计分的空着。"
        case tuple():
            return "填名称中的字词，用、隔开；用于所有一级指标的空着。"
    return {"%": "填百分数，如 30%。", "分": "填分数，如 10。", "字": "填字数；0 是不限。"}.get(
        kind.unit, "填数字，如 0.01。"
    )


def _shown(key: str, value: Any) -> str:
    kind = setting_type_of(key)
    assert kind is not None
    return kind.choices[value] if kind.choices else ""

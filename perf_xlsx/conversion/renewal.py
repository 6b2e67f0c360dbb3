"""A form that was read, as the beginnings of a new template: of last year, or with the approved targets.

Carried over are whose form it is, the names of projects and the indicators with their targets. What was not, and
why, is said in `told`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.approval import LONGEST
from perf_xlsx.domain.entries import Path, entries
from perf_xlsx.domain.model import APPROVED, Approved, Entry, Finding, Indicator, SelfEvaluation, columns_of
from perf_xlsx.domain.numerals import ONE_TO_TEN
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.forms import Box, Form, load_form, typed
from perf_xlsx.forms.case import Fill, Typed, as_text, in_unit
from perf_xlsx.system.pattern import pattern

WHOSE = ("unit", "supervisor", "project", "money_unit")
GOAL = "goal_expected"  # part of what is approved; 年度主要任务 is mostly a table of its own and left to the unit
TRANSFERRED = (*APPROVED, "method")
ASKED = ("sign", "target", "weight")  # what an indicator cannot be scored without
QUALITATIVE = "定性"
LISTED = 6  # names in one sentence
SHOWN = 30  # characters of a text in a sentence
TOLD = ("R06", "R09", "R12", "R13", "R19", "R21", "R22", "R24")  # how something was read, if it was carried over
YEAR = pattern(r"20\d\d")


class RenewalError(Exception):
    """A form cannot be the beginnings of the template that is wanted; the Chinese message says why."""


class WantedTemplate(Struct, frozen=True):
    """The template that is wanted: its kind of form and its year, None where the workbook decides; and whether the
    workbook holds the approved targets of that year, or is a return of the year before."""

    form: str | None
    year: int | None
    approved: bool

    def year_from(self, own: int | None) -> int | None:
        """The year of the template from a workbook of the year `own`."""
        return self.year or (own + (0 if self.approved else 1) if own else None)


class Renewal(Struct, frozen=True):
    """What is typed into the new template, and in Chinese what was carried over, what was not, and why."""

    fill: Fill
    told: tuple[str, ...]


def renewal(evaluation: SelfEvaluation, findings: Iterable[Finding], wanted: WantedTemplate) -> Renewal:
    """The beginnings of the template that is wanted. Raises RenewalError."""
    form = _kind(evaluation, wanted)
    year = _year(evaluation, wanted)
    if wanted.approved and not evaluation.indicators:
        raise RenewalError("里面没有绩效指标，没有可以锁定的批复目标。")
    return _Renewal(evaluation, tuple(findings), form, year, wanted.approved).renewal()


def _kind(evaluation: SelfEvaluation, wanted: WantedTemplate) -> Form:
    form, own = load_form(wanted.form or evaluation.form), load_form(evaluation.form)
    if form.kind != own.kind:
        raise RenewalError(f"是{own.title}的表，不能带入“{form.title}”的模板。请去掉 --form，或换一个表种。")
    if form.original:
        raise RenewalError(f"表种“{form.title}”的模板是本单位的表样工作簿，不能带入；请用 --form 指定别的表种。")
    return form


def _year(evaluation: SelfEvaluation, wanted: WantedTemplate) -> int:
    """The year of the template."""
    own, year = evaluation.year, wanted.year_from(evaluation.year)
    if year is None:
        raise RenewalError("没有写明是哪一年度的表，请用 --year 写明模板的年度。")
    if own is not None and wanted.approved and own != year:
        raise RenewalError(f"是{own}年度的，不能作为{year}年度批复的目标。请核对文件和 --year。")
    if own is not None and not wanted.approved and own >= year:
        raise RenewalError(f"是{own}年度的，不是{year}年度的上年。里面是批复的目标的，请加 --approved。")
    return year


class _Renewal:
    """Carries one form over; `told` grows on the way."""

    def __init__(
        self, evaluation: SelfEvaluation, findings: tuple[Finding, ...], form: Form, year: int, approved: bool
    ) -> None:
        self.evaluation, self.findings, self.form, self.year, self.approved = (
            evaluation,
            findings,
            form,
            year,
            approved,
        )
        self.labels = {box.key: box.label for box in form.single_boxes}
        self.columns: dict[str, Box] = {box.key: box for box in form.rows("indicators").columns}
        self.told: list[str] = []
        self.used: set[Place] = set()

    def renewal(self) -> Renewal:
        boxes = self._boxes()
        rows: dict[str, tuple[dict[str, Typed], ...]] = {}
        if projects := self._projects():
            rows["projects"] = projects
        kept = self._kept()
        lines = [self._row(row) for row in kept]
        rows["indicators"] = tuple(lines)
        approved = tuple(map(self._of_approval, kept, lines)) if self.approved else ()
        transferred = self._transferred(boxes, len(projects), len(lines))
        left = (*self._left_out(), *self._lacking(kept, lines), *self._dated(boxes, rows), *self._read_so())
        fill = Fill(self.form, self.year, boxes, {}, rows, approved, self._remarks())
        return Renewal(fill, (transferred, *left, *dict.fromkeys(self.told)))

    # ---- values ----------------------------------------------------------------------------------------------

    def _value(self, entry: Entry[Any], name: str = "") -> Any:
        """The value of an entry; what could not be read is told."""
        self.used.add(entry.place)
        if entry.unreadable:
            known = [one.message for one in self.findings if one.place == entry.place and one.place.cell]
            of = f"{name}的" if name else ""
            said = known[0] if known else f"{of}{entry.field}“{_short(entry.given)}”没有读懂。"
            self.told.append(f"{_at(entry.place)}{said}没有带入，请填写。")
        return entry.value

    def _boxes(self) -> dict[str, Typed]:
        keys = (*WHOSE, *((GOAL,) if self.approved else ()))
        entries = {
            key: self.evaluation.boxes[key] for key in keys if key in self.labels and key in self.evaluation.boxes
        }
        return {key: value for key, entry in entries.items() if (value := self._value(entry))}

    def _projects(self) -> tuple[dict[str, Typed], ...]:
        if not self.form.has("projects"):
            return ()
        names = [self._value(project.name) for project in self.evaluation.projects]
        return tuple({"name": name} for name in names if name)

    def _kept(self) -> list[Indicator]:
        """The indicators with a name."""
        for row in (row for row in self.evaluation.indicators if row.name.value is None):
            self.told.append(f"{_at(row.name.place)}这一行没有指标名称，没有带入。")
        return [row for row in self.evaluation.indicators if row.name.value is not None]

    def _row(self, row: Indicator) -> dict[str, Typed]:
        """What is typed into the row of an indicator."""
        name = row.display_name
        found: dict[str, Typed] = {
            key: _chosen(self.columns[key], self._value(row.entry(key), name))
            for key in TRANSFERRED
            if key in self.columns
        }
        beside = (row.target,) if self.approved else (row.target, row.actual)
        found["unit"] = unit = found.get("unit") or _unit_beside(beside)
        if isinstance(target := found.get("target"), Decimal):
            found["target"] = in_unit(target, str(unit))
        if self._shows_last():
            found["last_actual"] = _last_actual(row, unit)
        return {key: value for key, value in found.items() if value not in (None, "")}

    def _of_approval(self, row: Indicator, values: dict[str, Typed]) -> Approved:
        """What of an indicator was approved: what is said in so many words."""
        said = {key: as_text(values[key]) for key in APPROVED if key in values}
        if row.sign.value == QUALITATIVE and not row.sign.given:
            said.pop("sign", None)  # concluded by us
        return Approved({key: text for key, text in said.items() if len(text) <= LONGEST})

    def _shows_last(self) -> bool:
        """Whether the results are last year's, and stand beside the targets."""
        return (
            not self.approved and self.evaluation.year in (None, self.year - 1) and "last_actual" in self.columns
        )

    # ---- what is said ----------------------------------------------------------------------------------------

    def _remarks(self) -> tuple[str, ...]:
        """What the guide of the template says of it."""
        number = _number_behind(self.form.guide)
        if self.approved:
            return (
                f"{number}蓝色格中的绩效指标、指标值和分值是批复的，已经锁定，不能改动，也不要增减；"
                "确需调整的，按程序报批后由财政部门重新下发模板。",
            )
        since = "以前年度" if self.evaluation.year is None else f"{self.evaluation.year}年度"
        last = "“上年实际值”供参考。" if self._shows_last() else ""
        return (f"{number}绩效指标和项目名称是从{since}带入的，请按本年批复的目标逐项核对、修改。{last}",)

    def _transferred(self, boxes: dict[str, Typed], projects: int, indicators: int) -> str:
        parts = [self.labels[key] for key in boxes]
        parts += [f"绩效指标{indicators}项"] if indicators else []
        parts += [f"项目名称{projects}个"] if projects else []
        locked = "，其中绩效指标已锁定" if self.approved and indicators else ""
        beside = self._shows_last() and any(not row.actual.empty for row in self.evaluation.indicators)
        last = "；上年实际值列在旁边，供参考" if beside else ""
        return f"带入：{'、'.join(parts) or '没有可带入的内容'}{locked}{last}。"

    def _left_out(self) -> Iterator[str]:
        """What is there and belongs to the year that is over, or to nobody but the unit."""
        known = self.used | {entry.place for row in self.evaluation.parts for entry in _cells(row)}
        left = (path for path, e in entries(self.evaluation) if not e.empty and e.place not in known)
        found = dict.fromkeys(filter(None, map(self._word, left)))
        if self._shows_last():
            found.pop(self.columns["actual"].label, None)
        if found:
            yield f"没有带入（由单位填写）：{'、'.join(found)}。"
        yield from self._of_years()
        if self.evaluation.parts:
            names = _listed([row.name.given or f"第{row.name.place.row}行" for row in self.evaluation.parts])
            yield f"没有带入上一项指标中的分项（其中）{len(self.evaluation.parts)}行：{names}。"
        if not self.approved and all(row.actual.empty for row in self.evaluation.indicators):
            yield "原表没有实际完成值；如是批复的绩效目标，请加 --approved，指标会锁定。"

    def _of_years(self) -> Iterator[str]:
        """Where the workbook does not say that it is of the year that it is taken for."""
        if self.evaluation.year is None:
            as_what = f"{self.year}年度批复的目标" if self.approved else f"{self.year}年度的上年"
            yield f"原表没有写明年度，按{as_what}带入，请核对。"
        elif not self.approved and self.evaluation.year != self.year - 1:
            yield f"原表是{self.evaluation.year}年度的，不是上年，没有列出上年实际值。"

    def _word(self, path: Path) -> str:
        """What is told of an entry that is not carried over."""
        block, _, key = path
        match block:
            case "":
                return self.labels.get(key, "")
            case "funds":
                return "资金各行的金额"
            case "projects":
                return "项目的金额和效果"
            case "passages":
                return "文字说明"
        return self.columns[key].label if key in self.columns else ""

    def _lacking(self, kept: Sequence[Indicator], lines: Sequence[dict[str, Typed]]) -> Iterator[str]:
        """What indicators need and do not have."""
        for key in (key for key in ASKED if key in self.columns):
            names = [
                row.display_name
                for row, line in zip(kept, lines, strict=True)
                if key not in line and not row.entry(key).unreadable
            ]
            if names:
                which = "各项指标" if len(names) == len(kept) > 1 else f"{_listed(names)}"
                yield f"原表中{which}没有{self.columns[key].label}，请单位填写。"

    def _dated(self, boxes: dict[str, Typed], rows: dict[str, tuple[dict[str, Typed], ...]]) -> Iterator[str]:
        """Texts that name another year than the template's."""
        texts = [
            value for values in (boxes, *rows["indicators"]) for key, value in values.items() if key != "unit"
        ]
        other = [t for t in texts if isinstance(t, str) and any(y != str(self.year) for y in YEAR.findall(t))]
        if other:
            yield f"写有别的年份，请核对：{_listed([f'“{_short(text)}”' for text in dict.fromkeys(other)])}。"

    def _read_so(self) -> Iterator[str]:
        """How the reader read what was carried over, where it was not plain."""
        places, title = {entry.place for _, entry in entries(self.evaluation)}, self.form.rows("indicators").title
        for one in (one for one in self.findings if one.code in TOLD):
            lost = one.code == "R06" and not one.place.cell and (title not in one.message or self._is_unasked(one))
            if not lost and (one.place in self.used or one.place not in places):
                yield f"{_at(one.place)}{one.message}"

    def _is_unasked(self, found: Finding) -> bool:
        """Whether it says that a column was not found which is not carried over."""
        labels = (box.label for box in typed(self.columns.values()) if box.key not in TRANSFERRED)
        return any(found.field.endswith(f"·{label}") for label in labels)


def _cells(row: Indicator) -> Iterator[Entry[Any]]:
    """The entries of an indicator's row."""
    return (row.entry(key) for key in columns_of(Indicator))


def _number_behind(guide: Sequence[str]) -> str:
    """The number of a further line of the guide, where its lines are numbered."""
    count = len(guide)
    numbered = 0 < count < len(ONE_TO_TEN) and guide[-1].startswith(f"{ONE_TO_TEN[count - 1]}、")
    return f"{ONE_TO_TEN[count]}、" if numbered else ""


def _chosen(box: Box, value: Any) -> Any:
    """The value, unless the template offers others: some official layouts have more signs than ours."""
    offered = box.kind != "choice" or not box.strict or value in {choice.value for choice in box.choices}
    return value if offered else None


def _unit_beside(entries: Iterable[Entry[Any]]) -> str:
    """The unit that stands beside the first of these numbers that has one."""
    read = (parse_quantity(entry.given) for entry in entries if entry.given)
    return next((quantity.unit for quantity in read if quantity and quantity.unit), "")


def _last_actual(row: Indicator, unit: Typed) -> Typed:
    value = row.actual.value
    return in_unit(value, str(unit)) if isinstance(value, Decimal) else value or row.actual.given


def _at(place: Place) -> str:
    return f"{place.sheet}!{place.cell}　" if place.cell else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _listed(names: Sequence[str]) -> str:
    more = f"等{len(names)}项" if len(names) > LISTED else ""
    return "、".join(names[:LISTED]) + more

"""An outline filled in with what is known of a form."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from perf_xlsx.domain.model import Entry, Finding, Passage
from perf_xlsx.report.condition import holds
from perf_xlsx.report.facts import Facts
from perf_xlsx.report.outline import ConditionalSentence, Hold, Outline
from perf_xlsx.report.report import Blank, Heading, Report, ReportBlock, ReportParagraph, TextRun, heading_number
from perf_xlsx.report.report_tables import table
from perf_xlsx.report.sentence import Node, filled_sentence
from perf_xlsx.system.safe_text import harmless, one_line

MOST_ERRORS = 10  # that the first page names; the scored workbook has all of them
DEEPEST = 4  # levels of headings


def compose(outline: Outline, facts: Facts, findings: tuple[Finding, ...]) -> Report:
    """The report of a form by an outline; `findings` are those of its scoring."""
    return Report(
        ReportParagraph(_said(outline.heading, facts)),
        tuple(ReportParagraph(_said(line, facts)) for line in outline.under_heading if _said(line, facts)),
        tuple(_warning(findings)),
        tuple(_Writing(outline, facts).blocks()),
    )


def _warning(findings: tuple[Finding, ...]) -> Iterator[ReportParagraph]:
    """What the first page says while an error stands."""
    errors = [found for found in findings if found.standing == "error"]
    if not errors:
        return
    first = f"提示：自评表还有{len(errors)}处错误没有改正。请先改正自评表，再重新生成本报告；改正前不要报送。"
    yield ReportParagraph((TextRun(first),), "remark")
    for found in errors[:MOST_ERRORS]:
        words = (found.code, found.place.sheet, found.place.cell or "")
        yield ReportParagraph((TextRun(one_line(f"{' '.join(filter(None, words))}：{found.message}")),), "remark")
    if len(errors) > MOST_ERRORS:
        yield ReportParagraph((TextRun(f"另有{len(errors) - MOST_ERRORS}处，见评分结果的问题清单。"),), "remark")


class _Writing:
    """Writes the parts one after another and numbers the headings that come out."""

    def __init__(self, outline: Outline, facts: Facts) -> None:
        self.outline, self.facts = outline, facts
        self.counts = [0] * (DEEPEST + 1)

    def blocks(self) -> Iterator[ReportBlock]:
        """Every block of the report."""
        for part in self.outline.parts:
            written = [block for hold in part.holds for block in self._hold(hold, part.level)]
            if not written and part.optional:
                continue
            yield self._heading(part.level, part.heading)
            if not written and part.blank:
                written = [ReportParagraph((Blank(part.blank),))]
            yield from (self._numbered(block) for block in written)

    def _heading(self, level: int, text: str) -> Heading:
        level = min(level, DEEPEST)
        self.counts[level] += 1
        self.counts[level + 1 :] = [0] * (DEEPEST - level)
        return Heading(level, heading_number(level, self.counts[level]), text)

    def _numbered(self, block: ReportBlock) -> ReportBlock:
        return self._heading(block.level, block.text) if isinstance(block, Heading) else block

    # ---- what a part holds -----------------------------------------------------------------------------------

    def _hold(self, hold: Hold, level: int) -> Iterator[ReportBlock]:
        """The blocks of one thing that a part holds; its headings are numbered later."""
        if hold.passage:
            yield from self._passages(hold)
        elif not holds(hold.when, self.facts):
            return
        elif hold.each:
            yield from self._each(hold, level)
        elif hold.say:
            yield ReportParagraph(self._clauses(hold.say, self.facts))
        elif hold.table:
            yield from table(hold.table, hold.caption, self.facts)
        elif hold.rest:
            yield from self._rest()
        else:
            yield ReportParagraph((Blank(hold.blank),))

    def _passages(self, hold: Hold) -> Iterator[ReportBlock]:
        """The passages of these titles; where there are none, what the hold asks for when its condition holds."""
        found = [passage for title in hold.passage if (passage := self.facts.passage(title))]
        for passage in found:
            yield from _written(passage.text.given)
        if not found and hold.blank and holds(hold.when, self.facts):
            yield ReportParagraph((Blank(hold.blank),))

    def _each(self, hold: Hold, level: int) -> Iterator[ReportBlock]:
        """A paragraph for each row of a table, with a heading or a number of its own."""
        number = 0
        for row in self.facts.each(hold.each):
            if not holds(hold.where, row):
                continue
            number += 1
            if hold.heading:
                heading = "".join(_plain(piece) for piece in _said(hold.heading, row))
                yield Heading(min(level + 1, DEEPEST), "", heading)
            pieces = self._clauses(hold.say, row)
            yield ReportParagraph(
                (TextRun(heading_number(level + 1, number)), *pieces) if hold.numbered else pieces
            )

    def _clauses(self, clauses: tuple[ConditionalSentence, ...], facts: Facts) -> tuple[TextRun, ...]:
        said = (_said(clause.nodes, facts) for clause in clauses if holds(clause.when, facts))
        return tuple(piece for pieces in said for piece in pieces)

    def _rest(self) -> Iterator[ReportBlock]:
        """The passages that no part holds, rows below an indicator, and what only this kind of form asks for."""
        for passage in self.facts.evaluation.passages:
            if not self._is_held(passage):
                yield from _written(passage.text.given, passage.title.given)
        for row in self.facts.evaluation.parts:
            target, actual = (_with_unit(entry, row.unit.given) for entry in (row.target, row.actual))
            yield from _written(f"预期指标值{target}，实际完成值{actual}", row.name.given)
        for extra in self.facts.evaluation.extras:
            of = f"{extra.row}：" if extra.row else ""
            yield from _written(f"{of}{extra.entry.given}", extra.label)

    def _is_held(self, passage: Passage) -> bool:
        titles = {passage.title.value, passage.title.given} & self.outline.passages
        return any(self.facts.passage(title) is passage for title in titles if title)


def _said(nodes: tuple[Node, ...], facts: Facts) -> tuple[TextRun, ...]:
    return filled_sentence(nodes, facts.say, facts.label)


def _with_unit(entry: Entry[Decimal | str], unit: str) -> str:
    """A value of a row below an indicator, as it is typed."""
    bare = isinstance(entry.value, Decimal) and not entry.given.endswith(unit)
    return f"{entry.given}{unit}" if bare else entry.given


def _plain(piece: TextRun) -> str:
    return piece.shown if isinstance(piece, Blank) else piece.text


def _written(text: str, title: str = "") -> Iterator[ReportParagraph]:
    """What the unit wrote, a paragraph for each of its lines."""
    lines = [line.strip(" \t\u3000") for line in harmless(text).splitlines()]
    for number, line in enumerate(filter(None, lines)):
        head = f"{one_line(title)}：" if title and number == 0 else ""
        yield ReportParagraph((TextRun(head + one_line(line)),))

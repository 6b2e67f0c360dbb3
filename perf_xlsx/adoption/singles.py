"""The texts outside the tables: labels of boxes and passages, titles, headings, remarks, and answers."""

from __future__ import annotations

import re

from msgspec import Struct

from perf_xlsx.adoption.roles import ANSWER, NONE, TITLE, LabelRole
from perf_xlsx.adoption.surveyed_labels import NEAR, OPEN, SIGNED, SURE, Label, is_figure
from perf_xlsx.adoption.surveyed_sheet import SurveyedSheet, most_alike
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, OTHER, PASSAGES, TOTALS
from perf_xlsx.ooxml.merges import Spot
from perf_xlsx.reading.official.labels import LONGEST, core, without_spaces
from perf_xlsx.system.pattern import pattern

LONGEST_GUESS = 12  # characters of a text beside a label that may be a label itself
COLONS = (":", "：")
_TITLE = pattern(r"20\d\d年|年度?[)）]?$")
_MONEY_UNIT = pattern(r"^(?:金额)?单位[:：](?:人民币)?万?元$")
GRADES = pattern(r"优秀?|良好?|中|差")
_NOTE = pattern(r"^(?:备?注|说明|附件|报表编号)")


class Meaning(Struct, frozen=True):
    """What a text says, how sure and why; `inside`: its value is in the same cell."""

    role: LabelRole
    sure: str
    why: str
    inside: bool = False


def add_singles(page: SurveyedSheet) -> None:
    """Note every text that belongs to no table."""
    for row, texts in page.rows.items():
        before: Label | None = None
        for column, text in texts.items():
            if (row, column) in page.done or (row, column) in page.answers:
                before = None
            else:
                before = _add(page, (row, column), text, before)


def _add(page: SurveyedSheet, at: Spot, text: str, before: Label | None) -> Label | None:
    """Note a text; gives the label whose value comes next, if it is one."""
    found = label_meaning(page, at, text)
    guessed = found.sure != SURE and len(text) > LONGEST_GUESS
    if before and _follows(page, before, at) and (not found.role.key or guessed):
        page.add(at, text, BOXES, page.other(ANSWER), NEAR, f"在“{one_word(before)}”的右边")
        return None
    inside = found.inside or _has_no_cell(page, at, text)
    page.add(at, text, BOXES, found.role, found.sure, found.why, inside)
    if found.role.block == OTHER and found.role.key != ASIDES:
        return None
    label = page.found.labels[-1]
    return None if found.role.key and not inside and _add_below(page, at, found.role) else label


def _follows(page: SurveyedSheet, before: Label, at: Spot) -> bool:
    return not before.inside and page.right_of(before.at[1:])[0] == at


def _has_no_cell(page: SurveyedSheet, at: Spot, text: str) -> bool:
    """Whether a text ends with a colon and has no cell of its own for a value."""
    (_, column), beside = page.right_of(at)
    return text.rstrip().endswith(COLONS) and (column > page.edge or (beside or "").endswith(COLONS))


def _add_below(page: SurveyedSheet, at: Spot, role: LabelRole) -> bool:
    """A label whose right neighbour is a label too, or the edge of the form, has its value below.

    So has one of a long text beside a heading that is merged over both. Gives whether there is such a value.
    """
    (row, column), beside = page.right_of(at)
    below, text = page.below(at)
    if text is None or below in page.done or label_meaning(page, below, text).role.key:
        return False
    stacked = _is_long(page, role) and any(
        page.merge((row, other))[2] == row + 1 for other in page.rows[row] if other < at[1]
    )
    alone = _is_long(page, role) and not any(other >= column for other in page.rows.get(row, {}))
    if stacked or alone or (beside is not None and label_meaning(page, (row, column), beside).role.key):
        page.add(below, text, BOXES, page.other(ANSWER), NEAR, "在栏目名称的下面")
        return True
    return False


def _is_long(page: SurveyedSheet, role: LabelRole) -> bool:
    return any(box.key == role.key and box.kind == "long_text" for box in page.fields[BOXES])


def label_meaning(page: SurveyedSheet, at: Spot, text: str) -> Meaning:
    """What a text outside the tables says."""
    found = _by_words(page, at, text) if len(text) <= LONGEST else None
    if GRADES.fullmatch(without_spaces(text)):
        return Meaning(page.other(ANSWER), NEAR, "等级")
    return found or _with_value(page, text) or _by_look(page, at, text) or Meaning(NONE, OPEN, "没有认出")


def _by_words(page: SurveyedSheet, at: Spot, text: str) -> Meaning | None:
    """By a word that is known."""
    word = core(text)
    if word in page.kind.totals and _is_below(page, at):
        return Meaning(page.other(TOTALS), SURE, "总分行")
    if _heads_labels(page, at, text):
        return Meaning(page.other(HEADINGS), NEAR, "右边是分栏")
    for part in (text, *text.split("/")):  # 实施单位/负责人
        if role := _role_of(page, part):
            return Meaning(role, SURE, "栏目名称")
    if word in page.kind.totals:
        return Meaning(page.other(TOTALS), SURE, "总分行")
    if page.is_heading(text) and "目标" in word and not _has_labels(page, at):
        return Meaning(page.role(BOXES, "goal_expected"), NEAR, "右边没有分栏")
    if word in page.words[ASIDES]:
        return Meaning(page.other(ASIDES), SURE, "不评分的内容")
    return Meaning(page.other(HEADINGS), SURE, "小标题") if page.is_heading(text) else None


def _role_of(page: SurveyedSheet, text: str) -> LabelRole | None:
    """The role of a known label of a box or a passage."""
    known = ((block, page.known[block].of(text)) for block in (BOXES, PASSAGES))
    return next((page.role(block, one[1]) for block, one in known if one), None)


def _heads_labels(page: SurveyedSheet, at: Spot, text: str) -> bool:
    """Whether a known label is the heading of others: of a passage, or of a box over several rows."""
    over_several = text in page.known[BOXES] and page.merge(at)[2] > at[0]
    return (text in page.known[PASSAGES] or over_several) and _has_labels(page, at)


def _is_below(page: SurveyedSheet, at: Spot) -> bool:
    table = page.found.tables.get("indicators")
    return table is not None and at[0] > table.bottom


def _has_labels(page: SurveyedSheet, at: Spot) -> bool:
    """Whether the label of a box or a passage follows to the right."""
    text = page.right_of(at)[1] or ""
    return text in page.known[BOXES] or text in page.known[PASSAGES]


def _with_value(page: SurveyedSheet, text: str) -> Meaning | None:
    """A label with its value behind a colon."""
    before, colon, _ = normalise(text).partition(":")
    if not colon or len(before) > LONGEST:
        return None
    if role := _role_of(page, before):
        return Meaning(role, SURE, "名称和内容在同一格", inside=True)
    if core(before) in page.words[ASIDES]:
        return Meaning(page.other(ASIDES), SURE, "备注、签字一类", inside=True)
    return None


def _by_look(page: SurveyedSheet, at: Spot, text: str) -> Meaning | None:
    """By what it looks like: a title, a number, a remark, a money unit, or a label."""
    bare = without_spaces(text)
    if _is_title(page, at, bare):
        return Meaning(page.other(TITLE), SURE, "表的标题")
    if is_figure(text):
        return Meaning(page.other(ANSWER), SURE, "数字")
    if len(text) > 2 * LONGEST or _NOTE.search(bare):
        return Meaning(page.other(ASIDES), NEAR, "像是说明文字", inside=True)
    if _MONEY_UNIT.search(bare):
        return Meaning(page.role(BOXES, "money_unit"), SURE, "金额单位", inside=True)
    return _by_likeness(page, at, text)


def _by_likeness(page: SurveyedSheet, at: Spot, text: str) -> Meaning | None:
    """A label: of what the reader reads there, a heading of its own row, one like a known one, a signature."""
    if (read := page.read_box(at)).key and len(text) <= LONGEST:
        return Meaning(read, NEAR, "按读取结果")
    if _has_a_row_of_its_own(page, at):
        return Meaning(page.other(HEADINGS), NEAR, "独占一行")
    texts = [box for box in page.fields[BOXES] if box.kind in ("text", "long_text")]
    for block, boxes in ((BOXES, texts), (PASSAGES, page.fields[PASSAGES] if _is_below(page, at) else [])):
        if box := most_alike(text, block, boxes):
            return Meaning(page.role(block, box.key), NEAR, f"与“{box.label}”的说法相近")
    if len(text) <= LONGEST and SIGNED.search(text):
        filled = normalise(text).partition(":")[2].strip()
        return Meaning(page.other(ASIDES), NEAR, "像是签字、联系方式", inside=bool(filled))
    return None


def _has_a_row_of_its_own(page: SurveyedSheet, at: Spot) -> bool:
    _, first, _, last = page.merge(at)
    return len(page.rows[at[0]]) == 1 and first == 1 and last * 2 > page.edge


def _is_title(page: SurveyedSheet, at: Spot, bare: str) -> bool:
    tops = [table.top for table in page.found.tables.values()]
    if at[0] >= min(tops, default=at[0] + 1):
        return False
    named = bare.endswith("表") and len(bare) > 4
    dated = len(bare) < LONGEST_GUESS and _TITLE.search(bare) is not None
    return named or dated or ("自评" in bare and len(page.rows[at[0]]) == 1)


def one_word(label: Label) -> str:
    """The text of a label on one line, for a message."""
    return re.sub(r"\s", "", label.text)[:20]

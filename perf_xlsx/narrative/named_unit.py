"""P08: a report that names another unit where it says whose it is: on its cover, in a box, in its signature."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.narrative.bound import is_telling
from perf_xlsx.narrative.observed import ReportRemark
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.words import GIVEN, rest_of
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

_TEXT = vocabulary("report")["text"]
_ENDS = "|".join(_TEXT["unit_ends"])
_DATE = "|".join(_TEXT["signed_on"])
_BOX = pattern("|".join(_TEXT["unit"]))
_NAME = pattern(rf"^([一-鿿()]{{3,40}}(?:{_ENDS}))(?:\((?:公章|盖章)\))?$")
_SIGNED = pattern(rf"^(?:{_DATE})$")
_NAME_AND_DATE = pattern(rf"^([一-鿿()]{{3,40}}(?:{_ENDS}))(?:\((?:公章|盖章)\))?(?:{_DATE})$")
_OWNER = pattern(rf"(?:\d{{4}}年度?)?([一-鿿]{{3,20}}(?:{_ENDS})(?!门))")  # at the beginning of a clause
_US = pattern(r"[我本](?:单位|部门|中心|[局委办院馆站校厅所队县市区镇乡])")
_TITLE = pattern(
    rf"^([一-鿿()]{{3,40}}?(?:{_ENDS}))(?:关于)?(?:\d{{4}}|[〇○零一二三四五六七八九]{{4}})年.{{0,60}}(?:自评|评价|总结).{{0,6}}$"
)
_REPORT = pattern(r"(?:自评|评价).{0,4}(?:报告|总结|情况)$")
OF_THE_UNIT = ("execution_points", "total")
RESULTS = frozenset(("executed", "execution_rate", *OF_THE_UNIT))
CLAUSES = ",。;:("
PLACE, KIND = 2, 2  # letters of the name of a place, and of a kind of unit
OF_A_PLACE = ("省", "市", "县", "区", "州", "旗")
COVER = 6  # paragraphs that may be its cover
SIGNERS = 3  # lines of names above the date
ADVICE = "请核对是不是本单位的报告；沿用别的单位报告改写的，请全部改过。"


def identity_remarks(
    scopes: tuple[Scope, ...], reads: tuple[Read, ...], evaluation: SelfEvaluation
) -> Iterator[ReportRemark]:
    """Where the report says whose it is, or whose a result of the form is, another unit than the form's."""
    if not evaluation.unit:
        return
    yield from _owners(reads, evaluation, evaluation.unit)
    written = [scope for scope in scopes if scope.letters.text and scope.paragraph.cell is None]
    for names in (_in_boxes(written), _on_the_cover(written), *_signatures(written)):
        others = [(scope, name) for scope, name in names if not _is_own(name, evaluation)]
        if others and len(others) == len(names):  # several may sign
            yield _remark(*others[-1], evaluation.unit)


def _owners(reads: tuple[Read, ...], evaluation: SelfEvaluation, unit: str) -> Iterator[ReportRemark]:
    """Where a result that the form has is said to be of another unit, each place once."""
    seen: set[tuple[int, int]] = set()
    for read in reads:
        owner = _whose_result if read.bound.role in RESULTS else _who_acts
        if read.verdict != "agrees" or read.bound.role not in (*RESULTS, "indicator_points"):
            continue
        found = owner(read, unit)
        at = (read.scope.paragraph.start, found.start(1)) if found else (0, 0)
        if found and at not in seen and not _is_own(found[1], evaluation):
            seen.add(at)
            yield _remark(read.scope, found[1], unit)


def _whose_result(read: Read, unit: str) -> re.Match[str] | None:
    """The unit right before a result and its label: 某县中医医院执行率95.84%."""
    text, end = read.scope.letters.text, read.bound.mention.start
    begin = max(text.rfind(mark, 0, end) for mark in CLAUSES) + 1
    found = _OWNER.match(text, begin, end)
    if found is None or not is_telling(read.bound.mention) or not found[1].startswith((unit[:PLACE], *OF_A_PLACE)):
        return None
    if (
        read.bound.role not in OF_THE_UNIT and found[1][-1] != unit[-1]
    ):  # who carries out a project may spend it all
        return None
    label = text[found.end() : end]
    ours = _US.search(label) or GIVEN.search(text, begin, end)
    return None if ours or rest_of(label, read.bound.mention.unit_class) else found


def _who_acts(read: Read, unit: str) -> re.Match[str] | None:
    """A unit of our place and kind that does, in a sentence without us, what an indicator has its points for."""
    text, end = read.scope.letters.text, read.bound.mention.start
    begin = text.rfind("。", 0, end) + 1
    if _US.search(text, begin, end):
        return None
    starts = (at for at in range(begin, end) if at == begin or text[at - 1] in CLAUSES)
    found = (_OWNER.match(text, at, end) for at in starts)
    return next(
        (one for one in found if one and one[1][:PLACE] == unit[:PLACE] and one[1].endswith(unit[-KIND:])), None
    )


def _in_boxes(written: list[Scope]) -> list[tuple[Scope, str]]:
    """单位名称：某局."""
    return [
        (scope, found[1]) for scope in written if not scope.sections and (found := _BOX.search(scope.letters.text))
    ][:1]


def _on_the_cover(written: list[Scope]) -> list[tuple[Scope, str]]:
    """The name that the title begins with, or that stands alone above it."""
    for number, scope in enumerate(written[:COVER]):
        text = scope.letters.text
        if scope.sections or not _REPORT.search(text):
            continue
        if found := _TITLE.match(text):
            return [(scope, found[1])]
        above = written[number - 1] if number else None
        named = _NAME.match(above.letters.text) if above else None
        return [(above, named[1])] if above and named else []
    return []


def _signatures(written: list[Scope]) -> Iterator[list[tuple[Scope, str]]]:
    """The names right above a line that is only a date, or in one line with it."""
    for number, scope in enumerate(written):
        if found := _NAME_AND_DATE.match(scope.letters.text):
            yield [(scope, found[1])]
        elif _SIGNED.match(scope.letters.text):
            above = written[max(0, number - SIGNERS) : number]
            yield [(one, found[1]) for one in above if (found := _NAME.match(one.letters.text))]


def _is_own(name: str, evaluation: SelfEvaluation) -> bool:
    """Whether a name is of the form's unit or of the one above it, in full or shortened: 县住建局."""
    boxes = (evaluation.boxes[key].given for key in ("unit", "supervisor", "project") if key in evaluation.boxes)
    known = [same_name(one) for one in (evaluation.unit or "", *boxes) if one]
    other = same_name(name)
    return any(other in one or one in other or _is_short_for(other, one) for one in known)


def _is_short_for(short: str, name: str) -> bool:
    """Whether all letters of one stand in the other in this order."""
    rest = iter(name)
    return all(letter in rest for letter in short)


def _remark(scope: Scope, name: str, unit: str) -> ReportRemark:
    at = scope.letters.text.find(name)
    start, end = scope.letters.span(at, at + len(name))
    begin = scope.paragraph.start
    message = f"报告的单位是“{name}”，自评表的单位是“{unit}”。"
    return ReportRemark(
        "P08", begin + start, begin + end, "单位名称", message, ADVICE, name, unit, severity="warning"
    )

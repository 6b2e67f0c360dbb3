"""P01, P02, P04, P05, P07, P08: the figures of a report against those of its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perf_xlsx.domain.model import Finding
from perf_xlsx.figures import Figures
from perf_xlsx.narrative.bound import Bound, is_telling
from perf_xlsx.narrative.comparing import figure_agrees, is_off_by_its_unit
from perf_xlsx.narrative.mentions import unit_class
from perf_xlsx.narrative.observed import ReportRemark, figure_as_written, name_of, remark_at
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.slips import has_its_point_moved
from perf_xlsx.narrative.sums_in_text import sum_remarks
from perf_xlsx.system.pattern import pattern

COUNTS = frozenset(("staff", "project_count", "indicator_count"))
REPEATED = frozenset((
    "F01", "F02", "F03", "F06", "F07", "I05", "I06", "I09", "I11", "I12", "T01", "T02", "T03", "W01", "W03", "W04",
))  # fmt: skip  # what is wrong in the form, and so in a report that repeats it
FIRST = ("W04", "W01")  # of several at one cell, the cause
FOLLOWS = "其他问题更正后"
CHECK = "请核对报告和自评表，以正确的为准，两处改成一致。"
_YEAR = pattern(r"(\d{4})年")
_TITLE_ENDS = pattern(r"(?:报告|总结|情况|自评表?|年度?)[)]?$")
_TITLES = pattern(r"《[^》]{0,80}》|\([^()]{0,80}\)")
_EVALUATED = pattern(r"[^,。;]{0,60}?(?:开展|进行|实施|组织)(?:了)?[^,。;]{0,12}(?:自评|评价|自查)")
_CONCLUSION = pattern(r"结论|总体评价|综合评价|自评结果|总体情况|总结")
_OURS_BEFORE = pattern(r"(?:^|[,。;]|看|来说|认为)(?:我|本)(?:单位|部门|中心|[局委办院馆站校厅所队县市区镇乡])$")
_CONCLUDED = pattern(r"的?(?:部门|单位|整体|项目)*(?:预算|绩效|资金|支出|自评|各项)")
_NOT_CONCLUDED = pattern(r"相比|基础上|以来|起,|将|整改|问题|当时|曾|[本今当上]年|延续|结转|结余|依据|\d{4}年")
LONGEST_TITLE = 60


def figure_remarks(reads: Iterable[Read], figures: Figures, findings: Iterable[Finding]) -> Iterator[ReportRemark]:
    """What is wrong with the figures of a report."""
    reads = list(reads)
    faults = _by_cell(findings)
    for read in reads:
        if read.bound.mention.extra:
            yield _two_units(read)
        elif read.verdict in ("differs", "elsewhere"):
            yield _differing(read)
        elif read.verdict == "agrees" and (told := faults.pop(_cell(read), None)):
            message = f"“{figure_as_written(read)}”与表中{_name(read)}一致，但两处都有问题：{told.message}"
            yield remark_at(
                read, "P04", message, told.advice, told.severity if told.severity != "notice" else None
            )
    yield from _weights_in_another_unit(reads)
    yield from _other_years(reads, figures)
    yield from sum_remarks(reads)


def _by_cell(findings: Iterable[Finding]) -> dict[tuple[str, str | None], Finding]:
    """For each cell what is wrong there, of several the cause."""
    found: dict[tuple[str, str | None], Finding] = {}
    for one in findings:
        if one.code in REPEATED and one.standing in ("error", "warning") and one.place.cell and not _follows(one):
            cell = one.place.sheet, one.place.cell
            if cell not in found or one.code in FIRST[:1]:
                found[cell] = one
    return found


def _follows(found: Finding) -> bool:
    """Whether it only follows from another finding."""
    return found.message.startswith(FOLLOWS)


def _cell(read: Read) -> tuple[str, str | None]:
    place = read.figure.place if read.figure and read.figure.origin != "computed" else None
    return (place.sheet, place.cell) if place else ("", None)


def _name(read: Read) -> str:
    return name_of(read.figure) if read.figure else ""


def _two_units(read: Read) -> ReportRemark:
    figure = read.figure
    shown = f"，表中{name_of(figure)}为{figure.text}" if figure and read.verdict != "agrees" else ""
    message = f"“{figure_as_written(read)}”写了两个单位{shown}。"
    return remark_at(read, "P05", message, "请只保留正确的一个单位。")


def _differing(read: Read) -> ReportRemark:
    """A figure that is not that of the form: in another unit, in another's place, or another number."""
    figure, given = read.figure, figure_as_written(read)
    assert figure is not None
    stated = f"报告写“{given}”，表中{name_of(figure)}为{figure.text}"
    if figure.role == "filled_on":
        return remark_at(read, "P01", f"{stated}。", "请核对填报日期。", "notice")
    if figure.role in COUNTS:
        return remark_at(read, "P07", f"{stated}。", CHECK)
    if _is_in_another_unit(read.bound):
        return remark_at(read, "P05", f"{stated}，单位或小数点写错。", "请改用自评表的单位和数字。")
    if read.other is not None:
        message = f"{stated}；“{given}”是{name_of(read.other)}。"
        return remark_at(read, "P02", message, "请核对是否写错了位置。")
    return remark_at(read, "P01", f"{stated}。", CHECK)


def _is_in_another_unit(bound: Bound) -> bool:
    """Whether it has the same digits in another size, or counts in what does not compare."""
    figure, mention = bound.figures[0], bound.mention
    if isinstance(figure.value, str) or mention.number is None:
        return False
    if unit_class(figure.unit) != mention.unit_class and mention.unit_class != "none":
        return True
    same = mention.number == figure.value or is_off_by_its_unit(bound, figure)
    return same or has_its_point_moved(mention, figure)


def _weights_in_another_unit(reads: list[Read]) -> Iterator[ReportRemark]:
    """Weights in percent where the report has others in points; a report may have all of them in percent."""
    weights = [one for one in reads if one.bound.role == "indicator_weight" and one.verdict == "agrees"]
    if any(one.bound.mention.unit == "分" for one in weights):
        for read in weights:
            if read.bound.mention.unit == "%":
                message = f"分值写成“{figure_as_written(read)}”，报告中其他分值的单位是“分”。"
                yield remark_at(read, "P05", message, "请改用同一个单位。", "warning")


# ---- other years


def _other_years(reads: list[Read], figures: Figures) -> Iterator[ReportRemark]:
    """Where a title is of another year, or figures of this year are said to be of another."""
    if figures.year is None:
        return
    for number, read in enumerate(reads):
        year = _year(read)
        if read.bound.mention.type == "date" and year not in (None, figures.year):
            told = [one for one in reads[number + 1 : number + 9] if _is_under(read, one) and _is_ours(one, reads)]
            if told or _is_of_the_report(read) or _is_concluded(read, figures.year):
                why = f"，而“{figure_as_written(told[0])}”是{figures.year}年度的数字" if told else ""
                message = f"报告写“{figure_as_written(read)}”，自评表是{figures.year}年度的{why}。"
                yield ReportRemark(
                    "P08", read.start, read.end, "年度", message, "请核对年度；沿用上年报告改写的，请全部改过。",
                    figure_as_written(read), f"{figures.year}年",
                )  # fmt: skip


def _year(read: Read) -> int | None:
    found = _YEAR.match(read.scope.letters.text, read.bound.mention.start)
    return int(found[1]) if found else None


def _is_under(date: Read, other: Read) -> bool:
    """Whether a figure is in the sentence of a date, with no other date between."""
    if other.scope is not date.scope or not (other.bound.other_year or other.bound.traced):
        return False
    between = date.scope.letters.text[date.bound.mention.end : other.bound.mention.start]
    return not any(stop in between for stop in "。;!?") and not _YEAR.search(between)


def _is_ours(read: Read, reads: list[Read]) -> bool:
    """Whether it is, certainly, a figure of this year's form; a count of staff where it stands nowhere else."""
    bound = read.bound
    same = is_telling(bound.mention) and any(figure_agrees(bound, figure) for figure in bound.figures)
    staff = bound.figures[:1] and bound.figures[0].role == "staff"
    again = any(one.verdict == "agrees" and one.figure in bound.figures for one in reads) if staff else True
    return same and (bound.sure or not again)


def _is_what_is_evaluated(read: Read) -> bool:
    """Whether the opening says that this year's evaluation is of it: 我局对2022年度某项目开展了绩效自评."""
    text, mention = read.scope.letters.text, read.bound.mention
    if read.scope.sections or not text[: mention.start].endswith(("对", "就")):
        return False
    sentence = text[text.rfind("。", 0, mention.start) + 1 : mention.start]
    return _EVALUATED.match(text, mention.end) is not None and not _YEAR.search(_TITLES.sub("", sentence))


def _is_of_the_report(read: Read) -> bool:
    """Whether it is the year of what the report is about."""
    return _is_a_title(read) or _is_what_is_evaluated(read)


def _is_concluded(read: Read, year: int) -> bool:
    """Whether a conclusion is only about a budget of ours in a year before: 总的看，我局2022年预算编制较为完整."""
    if (
        (_year(read) or year) >= year
        or not read.scope.sections
        or not _CONCLUSION.search(read.scope.sections[-1].text)
    ):
        return False
    text, mention = read.scope.letters.text, read.bound.mention
    begin = max(text.rfind(mark, 0, mention.start) for mark in "。;") + 1
    behind = text[mention.end :].partition("。")[0]
    ours = _OURS_BEFORE.search(text, begin, mention.start) is not None
    return ours and _CONCLUDED.match(behind) is not None and not _NOT_CONCLUDED.search(behind)


def _is_a_title(read: Read) -> bool:
    text = read.scope.letters.text
    alone = len(text) <= LONGEST_TITLE and not read.scope.sections and "。" not in text
    date = text[read.bound.mention.start : read.bound.mention.end]
    return alone and "月" not in date and "-" not in date and _TITLE_ENDS.search(text) is not None

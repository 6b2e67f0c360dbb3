"""One report file against one result, or the results of a folder: read, paired, held, and a copy with comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.documents import Comment, Document, DocumentError, open_document, with_comments
from perf_xlsx.domain.model import Result, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.domain.severity import STANDING_NAMES
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.narrative.held import hold_report
from perf_xlsx.narrative.report_record import RemarkRecord, ReportRecord, report_record, unread_record
from perf_xlsx.ooxml import Limits, PackageError, read_file
from perf_xlsx.rulebook import Rulebook, load_rulebook
from perf_xlsx.system.os_errors import same_file, why
from perf_xlsx.system.output_files import printable_path, write_atomically

READABLE = "报送要求：绩效自评报告应为可打开的 Word 文档（.docx）"
COMMENTED = (".docx", ".docm")
UNLIKE = (0, 0, 0, 0)
SHORTEST_PROJECT = 5  # letters of a project's name that is enough without the unit's
SAME = "副本会盖掉原报告。请换一个输出文件夹。"


class ReportCheck(Struct, frozen=True):
    """What came of a report, and the report's bytes where a copy with comments can be made.

    `content` is the digest of what its form holds.
    """

    record: ReportRecord
    data: bytes = b""
    content: str | None = None


def check_report(path: Path, results: Sequence[Result], limits: Limits) -> ReportCheck:
    """Hold one report against the result that belongs to it. What is wrong with the file is a finding."""
    name = printable_path(path)
    try:
        data = read_file(path, limits)
        document = open_document(data, limits)
    except DocumentError as error:
        return _unread(name, None, f"{error.detail}。", error.advice)
    except PackageError as error:
        return _unread(name, None, f"{error.detail}。", "请核对文件。")
    except OSError as error:
        return _unread(name, None, f"文件读不出来（{why(error)}）。", "请检查是否存在、有无权限。")
    result = paired(document, path, results)
    if result is None:
        advice = "请核对报告的单位名称，或用 --with 直接写它的自评表。"
        return _unread(name, None, "没有找到这份报告的自评表。", advice)
    return _held(name, data, document, result)


def _held(name: str, data: bytes, document: Document, result: Result) -> ReportCheck:
    evaluation = result.evaluation
    if evaluation is None or result.scores is None:
        return _unread(name, result.file, "自评表读不出来，报告没有核对。", "请先用 check 查看自评表的问题。")
    held = hold_report(document, name, result, _rules(result))
    record = report_record(name, result.file, evaluation.unit, evaluation.year, held, document.remarks)
    return ReportCheck(
        record, data if data.startswith(b"PK") else b"", result.stamp.content if result.stamp else None
    )


def _rules(result: Result) -> Rulebook:
    evaluation = result.evaluation
    assert evaluation is not None
    return load_rulebook(result.rulebook or evaluation.rulebook).on(evaluation.form)


def _unread(name: str, workbook: str | None, message: str, advice: str) -> ReportCheck:
    seen = Observation(Place(name), "报告", None, message, advice, basis=READABLE)
    return ReportCheck(unread_record(name, workbook, finding("R01", seen, None)))


# ---- which workbook belongs to a report


def paired(document: Document, path: Path, results: Sequence[Result]) -> Result | None:
    """The one result whose unit, or project, the report or its name is of; None where none is, or several are.

    Where none is, it is the one whose workbook has the name of the report.
    """
    if len(results) == 1:
        return results[0]
    text = same_name(path.stem) + "\n" + same_name(document.text[:20_000])
    ranked = sorted(((_likeness(text, one), number) for number, one in enumerate(results)), reverse=True)
    best = ranked[0] if ranked else (UNLIKE, 0)
    alone = len(ranked) < 2 or ranked[1][0] < best[0]
    if best[0] > UNLIKE:
        return results[best[1]] if alone else None
    named = [one for one in results if same_name(Path(one.file).stem) == same_name(path.stem)]
    return named[0] if len(named) == 1 else None


def _likeness(text: str, result: Result) -> tuple[int, int, int, int]:
    """How far a report is of a form: it names unit, project, kind of form and year; how long the names are."""
    evaluation = result.evaluation
    unit, project = _names(evaluation) if evaluation else ("", "")
    if evaluation is None or (project and project not in text):
        return UNLIKE
    named = bool(unit) and unit in text
    if not named and len(project) < SHORTEST_PROJECT:
        return UNLIKE
    of_a_department = "整体支出" in text[:200]
    kind = 1 if bool(project) != of_a_department else 0
    return (len(unit) if named else 1, kind, int(f"{evaluation.year}年" in text), len(project))


def _names(evaluation: SelfEvaluation) -> tuple[str, str]:
    """The names of a form's unit and of its project, "" where it has none."""
    project = evaluation.boxes["project"].given if "project" in evaluation.boxes else ""
    return same_name(evaluation.unit or ""), same_name(project)


# ---- the copy with comments


def write_commented(checked: ReportCheck, source: Path, target: Path, limits: Limits) -> ReportRecord:
    """Write the report to `target`, each finding as a comment at its place. Raises OSError and DocumentError."""
    record = checked.record
    if not checked.data or target.suffix.lower() not in COMMENTED:
        return record
    if same_file(source, target):
        raise DocumentError(f"{printable_path(target)}：输出文件就是原报告", SAME)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, with_comments(checked.data, _comments(record.findings), limits))
    return replace(record, output=printable_path(target))


def _comments(findings: Iterable[RemarkRecord]) -> list[Comment]:
    return [
        Comment(one.start, one.end, f"{STANDING_NAMES[one.severity]} {one.code}　{one.message}\n{one.advice}")
        for one in findings
        if one.paragraph
    ]

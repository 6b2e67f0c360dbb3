"""One workbook in, one result out: open, read, score, check, write back. The only place that touches files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import perf_xlsx.checks  # noqa: F401  # registers the checks
from perf_xlsx.catalogue import Noticed, finding, run_checks
from perf_xlsx.forms import FormError, load_form
from perf_xlsx.forms.case import load_case
from perf_xlsx.model import Finding, Result, Scores, SelfEvaluation
from perf_xlsx.ooxml import Package, PackageError, annotate, strip
from perf_xlsx.place import Place
from perf_xlsx.rulebook import Rulebook, RulebookError, load_rulebook
from perf_xlsx.scoring import score as score_evaluation
from perf_xlsx.workbook.live import stored_results
from perf_xlsx.workbook.marks import marks_of
from perf_xlsx.workbook.reader import read
from perf_xlsx.workbook.scored import scored_sheets
from perf_xlsx.workbook.summary import SUMMARY
from perf_xlsx.workbook.template import write_template as make_template

WORKBOOKS = (".xlsx", ".xlsm")
REFUSALS = {"encrypted": "R02", "too_large": "R03"}  # every other PackageError is R01
ADVICE = {
    "empty": "请重新发送文件，确认上传或拷贝完整。",
    "not_a_workbook": "请报送 Excel 工作簿（.xlsx 或 .xlsm），不要只改文件名后缀。",
    "damaged": "请用 Excel 或 WPS 打开检查，另存为新的 .xlsx 后重新报送。",
    "encrypted": "请在 Excel 或 WPS 中取消打开密码，保存后重新报送。",
    "legacy": "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新报送。",
    "foreign": "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新报送。",
    "too_large": "请删去无关的图片、工作表和多余的格式，另存后重新报送。",
}


UNEXPECTED = "读取时出现意外错误，请把这个文件发给软件维护者"


class OutputError(Exception):
    """An output cannot be written where it was asked for; the Chinese message says why. For the operator."""


@dataclass(frozen=True)
class Job:
    """One workbook to do: where it is, and where its scored copy goes (None: nothing is written)."""

    source: Path
    output: Path | None


def score(source: str | Path, output: str | Path | None = None, rulebook: str | None = None) -> Result:
    """Score one workbook; with `output`, write the scored copy there.

    Never raises for what stands in the workbook. Raises RulebookError for an unknown `rulebook` and OutputError
    or OSError where the copy cannot be written.
    """
    job = Job(Path(source), Path(output) if output is not None else None)
    if job.output is not None and _same_file(job.source, job.output):
        raise OutputError(f"输出文件就是输入文件：{job.output}。请换一个输出文件夹。")
    try:
        data = job.source.read_bytes()
    except OSError as error:
        return _unreadable(
            job.source, "", "R01", f"文件读不出来（{error.strerror}）", "请检查文件是否存在、有无权限。"
        )
    digest = hashlib.sha256(data).hexdigest()
    try:
        return _score_bytes(job, data, digest, rulebook)
    except PackageError as error:
        code = REFUSALS.get(error.kind, "R01")
        return _unreadable(job.source, digest, code, error.detail, ADVICE[error.kind])
    except MemoryError:
        return _unreadable(job.source, digest, "R03", "读取所需的内存超过上限", ADVICE["too_large"])
    except (OSError, RulebookError):
        raise
    except Exception as error:  # one bad file never stops a batch; tests see to it that this is not reached
        detail = f"{UNEXPECTED}（{type(error).__name__}: {error}）"
        return _unreadable(job.source, digest, "R01", detail, ADVICE["damaged"])


def _score_bytes(job: Job, data: bytes, digest: str, rulebook_name: str | None) -> Result:
    package = Package.open(data)
    strip(package)
    name = job.source.name
    evaluation, said = read(package, name, rulebook_name)
    result = Result(str(job.source), digest, evaluation, None, _sorted(said))
    if evaluation is None:
        return result
    rulebook = load_rulebook(evaluation.rulebook)
    scores, findings = judge(evaluation, said, rulebook)
    result = replace(result, scores=scores, findings=findings, rulebook=rulebook.name)
    if job.output is None:
        return result
    sheets = scored_sheets(result, load_form(evaluation.form), rulebook)
    annotate(package, marks_of(findings), sheets, active=SUMMARY)
    write_whole(job.output, package.to_bytes())
    return replace(result, output=str(job.output))


def judge(
    evaluation: SelfEvaluation, said: Iterable[Finding], rulebook: Rulebook
) -> tuple[Scores, tuple[Finding, ...]]:
    """Scores of a form that was read, and all findings, those of reading included, in the order of the eye."""
    scores = score_evaluation(evaluation, rulebook)
    return scores, _sorted([*said, *run_checks(evaluation, scores, rulebook)])


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.place, f.code)))


def _unreadable(source: Path, digest: str, code: str, detail: str, advice: str) -> Result:
    seen = Noticed(Place(source.name), "文件", None, f"{detail}。", advice)
    return Result(str(source), digest, None, None, (finding(code, seen, None),))


def _same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it first, flushed to disk, then renamed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".perf_xlsx-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def template_bytes(
    form: str | None = None, year: int | None = None, rulebook: str | None = None, case: str | None = None
) -> bytes:
    """A blank template, or one filled in from a case (JSON text), its live formulas' results stored in it.

    Form and year default to the case's. Raises CaseError, FormError or RulebookError.
    """
    fill = load_case(case, form, year) if case is not None else None
    kind = fill.form if fill else load_form(form or "")
    rules = load_rulebook(rulebook or kind.rulebook)
    years = fill.year if fill else year
    if years is None:
        raise FormError("a blank template needs a year")
    blank = make_template(kind, years, rules, fill)
    if fill is None:
        return blank
    evaluation, said = read(Package.open(blank), "template", rules.name)
    if evaluation is None:
        return blank
    scores, _ = judge(evaluation, said, rules)
    return make_template(kind, years, rules, fill, stored_results(evaluation, scores))


def write_template(
    output: Path,
    form: str | None = None,
    year: int | None = None,
    rulebook: str | None = None,
    case: str | None = None,
) -> None:
    """Write a template (see template_bytes). Raises OSError too."""
    write_whole(output, template_bytes(form, year, rulebook, case))

"""One workbook in, one result out: open, read, score, check, write back. The only place that touches files."""

from __future__ import annotations

import datetime
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import perf_xlsx.checks  # noqa: F401  # registers the checks
from perf_xlsx.catalogue import Noticed, catalogue, finding, run_checks
from perf_xlsx.forms import FormError, form_names, load_form
from perf_xlsx.forms.case import load_case
from perf_xlsx.model import Finding, Result, Scores, SelfEvaluation
from perf_xlsx.ooxml import Package, PackageError, annotate, strip
from perf_xlsx.place import Place
from perf_xlsx.rulebook import Rulebook, RulebookError, load_rulebook
from perf_xlsx.scoring import score as score_evaluation
from perf_xlsx.waivers import Waiver, waive
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


def score(
    source: str | Path,
    output: str | Path | None = None,
    rulebook: str | None = None,
    waivers: Sequence[Waiver] = (),
    today: datetime.date | None = None,
) -> Result:
    """Score one workbook; with `output`, write the scored copy there.

    `waivers` that hold on the day `today` (default: the present day) mark the findings that they cover.
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
        return _score_bytes(job, data, digest, rulebook, (waivers, today or datetime.date.today()))
    except PackageError as error:
        code = REFUSALS.get(error.kind, "R01")
        return _unreadable(job.source, digest, code, error.detail, ADVICE[error.kind])
    except (OSError, RulebookError):
        raise
    except Exception as error:  # one bad file never stops a batch; tests see to it that this is not reached
        detail = f"{UNEXPECTED}（{type(error).__name__}: {error}）"
        return _unreadable(job.source, digest, "R01", detail, ADVICE["damaged"])


def _score_bytes(
    job: Job,
    data: bytes,
    digest: str,
    rulebook_name: str | None,
    waiving: tuple[Sequence[Waiver], datetime.date],
) -> Result:
    package = Package.open(data)
    strip(package)
    name = job.source.name
    evaluation, said = read(package, name, rulebook_name)
    result = Result(str(job.source), digest, evaluation, None, _sorted(said))
    if evaluation is None:
        return result
    rulebook = load_rulebook(evaluation.rulebook)
    scores, findings = judge(evaluation, said, rulebook)
    findings = waive(findings, evaluation.unit, *waiving)
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


def plan(paths: Iterable[str | Path], folder: str | Path | None) -> list[Job]:
    """The jobs for files and folders, in a stable order; subfolders are kept, owner files (~$) left out.

    Raises OutputError where a path does not exist or an output would be an input.
    """
    jobs: list[Job] = []
    taken: set[str] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise OutputError(f"没有这个文件或文件夹：{path}")
        for source, relative in _sources(path, Path(folder) if folder else None):
            output = _free(Path(folder) / relative, taken) if folder is not None else None
            jobs.append(Job(source, output))
    inputs = {job.source.resolve() for job in jobs}
    for job in jobs:
        if job.output is not None and job.output.resolve() in inputs:
            raise OutputError(f"输出文件会覆盖输入文件：{job.output}。请换一个输出文件夹。")
    return jobs


def _sources(path: Path, folder: Path | None) -> Iterator[tuple[Path, Path]]:
    if path.is_file():
        yield path, Path(path.name)
        return
    inside = folder.resolve() if folder else None
    for found in sorted(path.rglob("*")):
        if inside and inside != path.resolve() and inside in found.resolve().parents:
            continue  # results of an earlier run that lie within the folder
        if found.is_file() and found.suffix.lower() in WORKBOOKS and not found.name.startswith(("~$", ".~")):
            yield found, found.relative_to(path)


def _free(output: Path, taken: set[str]) -> Path:
    """The output path, numbered where another input of this run already has that name."""
    candidate, number = output, 1
    while str(candidate).casefold() in taken:
        number += 1
        candidate = output.with_stem(f"{output.stem}({number})")
    taken.add(str(candidate).casefold())
    return candidate


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    with whole(path) as file:
        file.write(data)


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears whole or not at all: beside it first, flushed to disk, then renamed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".perf_xlsx-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def usable_rulebook(name: str) -> Rulebook:
    """A rulebook by name or path, whose forms and finding codes are known too. Raises RulebookError."""
    rulebook = load_rulebook(name)
    problems = [f"{name}：不认识表种 {form}，已知的有 {'、'.join(form_names())}" for form in rulebook.forms
                if form not in form_names()]  # fmt: skip
    problems += [
        f"{name}：severity 中不认识编号 {code}，见 perf-xlsx explain"
        for code in rulebook.severities
        if code not in catalogue()
    ]
    if problems:
        raise RulebookError(problems)
    return rulebook


def template_bytes(
    form: str | None = None, year: int | None = None, rulebook: str | None = None, case: str | None = None
) -> bytes:
    """A blank template, or one filled in from a case (JSON text), its live formulas' results stored in it.

    Form and year default to the case's. Raises CaseError, FormError or RulebookError.
    """
    fill = load_case(case, form, year) if case is not None else None
    kind = fill.form if fill else load_form(form or "")
    rules = usable_rulebook(rulebook or kind.rulebook)
    if kind.name not in rules.forms:
        raise RulebookError([f"评分办法“{rules.name}”不适用于{kind.title}，它适用于 {'、'.join(rules.forms)}"])
    years = fill.year if fill else year
    if years is None:
        raise FormError("a blank template needs a year")
    blank = make_template(kind, years, rules, fill)
    if fill is None:
        return blank
    evaluation, said = read(Package.open(blank), "template", rulebook or kind.rulebook)
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

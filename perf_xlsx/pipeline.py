"""One workbook in, one result out: open, read, score, check, write back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.model import Finding, Result, Scores, SelfEvaluation, Stamp
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, catalogue, finding
from perf_xlsx.findings.office import ASK_DECRYPTION, ASK_PASSWORD
from perf_xlsx.foreign import POINTERS, ForeignWorkbook, open_original
from perf_xlsx.forms import Form, FormError, FormFile, folder_of, form_names, load_form, with_forms
from perf_xlsx.forms.case import CaseError, Fill, load_case
from perf_xlsx.judging.judge import as_capped, bounded, in_reading_order
from perf_xlsx.judging.judge import judge as judge_form
from perf_xlsx.judging.stamp import stamp
from perf_xlsx.judging.waivers import Waiving
from perf_xlsx.ooxml import (
    MIB,
    Book,
    Limits,
    Package,
    PackageError,
    SeenCells,
    annotate,
    decrypt,
    drop_stray_macros,
    is_encrypted,
    read_file,
    strip,
    type_size,
)
from perf_xlsx.reading.earlier_answers import answer_findings, covered_by_answers
from perf_xlsx.reading.earlier_run import is_ours
from perf_xlsx.reading.part_names import part_names
from perf_xlsx.reading.read import Reading, read
from perf_xlsx.rulebook import Rulebook, RulebookError, by_form, load_rulebook
from perf_xlsx.scored.added_sheets import scored_sheets
from perf_xlsx.scored.marks import marks_of
from perf_xlsx.sheets.origin import WorkbookOrigin
from perf_xlsx.system.background import in_background
from perf_xlsx.system.garbage import resting_collector
from perf_xlsx.system.os_errors import same_file, why
from perf_xlsx.system.output_files import (
    OPENED_AS,
    explain_os_error,
    printable_path,
    staged,
    with_required_suffix,
    write_atomically,
)

WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods", ".ots")
COPY_SUFFIXES = (".xlsx", ".xlsm")  # that a scored copy keeps
REFUSALS = {"encrypted": "R02", "no_decryption": "R02", "too_large": "R03"}  # every other PackageError is R01
ADVICE = {
    "empty": "请重新发送文件，确认上传或拷贝完整。",
    "not_a_workbook": "请填写下发的模板，报送 Excel 工作簿（.xlsx）；只改文件名后缀不行。",
    "damaged": "请用 Excel 或 WPS 打开检查，另存为新的 .xlsx 后重新报送。",
    "encrypted": f"请在 Excel 或 WPS 中取消打开密码，保存后重新报送；{ASK_PASSWORD}。",
    "no_decryption": f"请在 Excel 或 WPS 中取消打开密码，保存后重新报送{ASK_DECRYPTION}。",
    "legacy": "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新报送。",
    "foreign": "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新报送。",
    "pointer": "请打开它指向的表格，另存或下载为 .xlsx，报送那个文件。",
    "too_large": "请删去无关的图片、工作表和多余的格式，另存后重新报送。",
}
DECRYPTED = (
    "有打开密码，已用给出的密码打开。写出的副本没有加密。",
    "含有不宜公开的内容时，请把副本加上密码再发送。",
)
HELD = "在 Excel 或 WPS 中打开着的，请关闭后重新评分；否则请检查有无权限。"
UNKNOWN = ("empty", "damaged", "foreign", "not_a_workbook")  # why the content says nothing better than the suffix
UNWRITTEN = "R20"
UNEXPECTED = "读取时出现意外错误，请把这个文件发给软件维护者"


class OutputError(Exception):
    """An output cannot be written where it was asked for; the Chinese message says why. For the operator."""


class Job(Struct, frozen=True):
    """One workbook to do: where it is, and where its scored copy goes (None: nothing is written)."""

    source: Path
    output: Path | None


class Terms(Struct, frozen=True):
    """How workbooks are scored.

    `rulebook` None: the one that each template remembers. `passwords` are tried in turn on an encrypted file.
    `forms` are kinds of form in addition to the shipped ones.
    """

    rulebook: str | None = None
    limits: Limits = field(default_factory=Limits)
    passwords: tuple[str, ...] = ()
    waiving: Waiving | None = None
    forms: tuple[FormFile, ...] = ()

    def __repr__(self) -> str:
        """Without the passwords: a repr may end in a log."""
        return f"Terms(rulebook={self.rulebook!r}, limits={self.limits!r}, forms={self.forms!r})"


def score(
    source: str | Path, output: str | Path | None = None, rulebook: str | None = None, terms: Terms | None = None
) -> Result:
    """Score one workbook; with `output`, write the scored copy there, under the suffix that its content needs.

    Never raises because of a workbook's content, nor where the copy cannot be written (finding R20, no output).
    Raises RulebookError for an unknown `rulebook`, FormError for a wrong form of `terms`, and OutputError where
    the output is the input.
    """
    terms = terms or Terms()
    terms = replace(terms, rulebook=rulebook or terms.rulebook)
    job = Job(Path(source), Path(output) if output is not None else None)
    if job.output is not None and same_file(job.source, job.output):
        raise OutputError(f"输出文件就是输入文件：{printable_path(job.output)}。请换一个输出文件夹。")
    try:
        data = read_file(job.source, terms.limits)
    except (PackageError, OSError) as error:
        return _refused(job.source, error)
    digest = in_background(lambda: hashlib.sha256(data).hexdigest(), large=len(data) > MIB)
    with with_forms(terms.forms), resting_collector():
        try:
            result = _score_bytes(job, data, terms)
        except (RulebookError, OutputError):
            raise
        except Exception as error:  # one bad file never stops a batch
            result = _refused(job.source, error)
    return _everywhere(result, sha256=digest())


def readings(source: str | Path, terms: Terms, targets: bool = False) -> tuple[Reading, ...] | Finding:
    """What a workbook holds, a reading a form, where it is not to be scored; the Finding why it cannot be read.

    `targets`: forms of targets alone are read as well. Never raises because of a workbook's content; raises
    RulebookError for an unknown rulebook.
    """
    source = Path(source)
    try:
        data, name = read_file(source, terms.limits), printable_path(Path(source.name))
        found = _read_bytes(data, name, terms, targets)
    except RulebookError:
        raise
    except Exception as error:  # one bad file never stops the others
        return _refused(source, error).findings[0]
    return found if found[0].evaluation else found[0].findings[0]


def _read_bytes(data: bytes, name: str, terms: Terms, targets: bool) -> tuple[Reading, ...]:
    original = open_original(data, terms.limits)
    if original is not None:
        from perf_xlsx.conversion.convert import read_original  # few workbooks need it

        return read_original(original, name, terms.rulebook, terms.limits, targets)
    package = Package.open(data, terms.limits)
    strip(package, is_ours)
    return read(package, name, terms.rulebook, targets)


def _everywhere(result: Result, **change: str) -> Result:
    """The result with the same change for all forms of the workbook."""
    return replace(result, **change, more=tuple(replace(one, **change) for one in result.more))


def _refused(source: Path, error: Exception) -> Result:
    """The result of a file that could not be read."""
    what = POINTERS.get(source.suffix.lower())
    if what and (isinstance(error, OSError) or (isinstance(error, PackageError) and error.fault in UNKNOWN)):
        return _unreadable(source, "R01", f"其实是{what}，里面没有表格", ADVICE["pointer"])
    match error:
        case PackageError():
            return _unreadable(source, REFUSALS.get(error.fault, "R01"), error.detail, ADVICE[error.fault])
        case OSError():
            return _unopened(source, error)
        case MemoryError():
            return _unreadable(source, "R03", "内容过多，内存不够", ADVICE["too_large"])
    return failed(source, error)


def _unopened(source: Path, error: OSError) -> Result:
    """The result of a file or folder that the system did not open."""
    if os.path.isdir(source):
        what, advice = "文件夹打不开，其中的文件没有评分", "请检查是否存在、有无权限。"
    else:
        what, advice = "文件读不出来", HELD if isinstance(error, PermissionError) else "请检查是否存在、有无权限。"
    return _unreadable(source, "R01", f"{what}（{why(error)}）", advice)


def failed(source: Path, error: Exception, sha256: str = "") -> Result:
    """The result of a file that the program failed at; tests make sure that this is not reached."""
    detail = f"{UNEXPECTED}（{type(error).__name__}: {error}）"
    return replace(_unreadable(source, "R01", detail, "文件未必有错；请换一个版本的软件再评。"), sha256=sha256)


def _score_bytes(job: Job, data: bytes, terms: Terms) -> Result:
    name = printable_path(Path(job.source.name))
    noticed: list[Finding] = []
    if terms.passwords and is_encrypted(data):
        data = decrypt(data, terms.passwords, terms.limits)
        noticed.append(_notice(name, "R02", "打开密码", *DECRYPTED))
    original = open_original(data, terms.limits)
    if original is not None:
        return _score_original(job, original, terms, noticed)
    package = Package.open(data, terms.limits)
    stripped = strip(package, is_ours)
    noticed += answer_findings(stripped, name, Book(package).sheets)
    suffix, macro = package.suffix(), drop_stray_macros(package)
    package.become_document()

    def judge() -> Result:
        readings = read(package, name, terms.rulebook)
        package.settle()
        about = _about_the_file(name, suffix, macro, scored=readings[0].evaluation is not None)
        of_workbook = [*noticed, *about]
        results: list[Result] = []
        for reading, part in zip(readings, part_names([one.evaluation for one in readings]), strict=True):
            new = [found for found in reading.findings if not covered_by_answers(found, stripped)]
            found = [*of_workbook, *new] if not results else new
            results.append(_judged(job, reading.evaluation, found, terms, reading.rules, part))
        return replace(results[0], more=tuple(results[1:]))

    return _with_copy(job, package, judge)


def _score_original(job: Job, original: ForeignWorkbook, terms: Terms, noticed: list[Finding]) -> Result:
    """Score a workbook of another format: it is converted to our template, and that is scored."""
    from perf_xlsx.conversion.convert import convert  # few workbooks need it

    converted = convert(original, printable_path(Path(job.source.name)), terms.rulebook, terms.limits)
    if isinstance(converted, Finding):
        return _judged(job, None, [*noticed, converted], terms, None)
    package = Package.open(converted.workbook)
    found = [*noticed, *converted.findings]
    result = _judged(job, converted.evaluation, found, terms, converted.rules, written=package)
    return result if job.output is None else _with_copy(job, package, lambda: result, converted.origin)


def _stamp_of_copy(package: Package, evaluation: SelfEvaluation, scores: Scores) -> Stamp:
    """The stamp of what a converted workbook now holds: its cells are all that anybody has to compare."""
    typed = read(package, evaluation.workbook)[0].evaluation
    return stamp(evaluation if typed is None else replace(typed, rulebook=evaluation.rulebook), scores)


def _judged(
    job: Job, evaluation: SelfEvaluation | None, found: list[Finding], terms: Terms, rules: Rulebook | None,
    part: str = "", written: Package | None = None,
) -> Result:  # fmt: skip
    """The result of a form that was read: its scores and all findings. `part` is its name among several.

    `written`: a new workbook that the form was converted to.
    """
    source = printable_path(job.source)
    if evaluation is None or rules is None:
        return Result(source, "", None, None, bounded(found))
    rulebook = rules.on(evaluation.form)
    evaluation = as_capped(evaluation, rulebook)
    scores, findings = judge_form(evaluation, found, rulebook, terms.waiving, part)
    identified = _stamp_of_copy(written, evaluation, scores) if written else stamp(evaluation, scores)
    return Result(source, "", evaluation, scores, findings, rulebook.name, part=part, stamp=identified)


def _with_copy(
    job: Job, package: Package, judge: Callable[[], Result], origin: WorkbookOrigin | None = None
) -> Result:
    """The result that `judge` computes; and, where one is wanted, a copy of the workbook with marks and sheets.

    `judge` is called once, after the copy has been begun: the package's large parts are written by threads while
    the form is read (four pictures of 4 MB: 87 instead of 125 ms). An unreadable workbook gets no copy, and for it
    no folder is made either. Where writing fails, the result says so (R20) and has no output.
    """
    if job.output is None:
        return judge()
    output = with_required_suffix(job.output, package.suffix())
    if same_file(job.source, output):
        raise OutputError(f"输出文件就是输入文件：{printable_path(output)}。请换一个输出文件夹。")
    judged = cache(judge)
    if not os.path.isdir(output.parent) and judged().evaluation is None:
        return judged()
    try:
        with staged(output) as copy, package.saving(copy.file) as finish:
            if judged().evaluation is None:
                return judged()
            _mark(package, judged(), origin)
            finish()
            copy.commit()
    except OSError as error:
        return _unwritten(judged(), output, error)
    return _everywhere(judged(), output=printable_path(output))


def _mark(package: Package, result: Result, origin: WorkbookOrigin | None) -> None:
    """Write the marks and the sheets of a result into its workbook."""
    sheets = scored_sheets(result, origin, type_size(Book(package)))
    found = dict.fromkeys(found for one in result.forms for found in one.findings)
    annotate(package, marks_of(found, SeenCells(package)), sheets, active=sheets[0].title)


def _unwritten(result: Result, output: Path, error: OSError) -> Result:
    if result.evaluation is None:
        return result
    detail, advice = explain_os_error(output, error)
    place = Place(printable_path(Path(Path(result.file).name)))
    message = f"{printable_path(output)} 写不进去（{detail}）。"
    observed = Observation(place, "输出文件", printable_path(output), message, advice)
    return replace(result, findings=in_reading_order([*result.findings, finding(UNWRITTEN, observed, None)]))


def _about_the_file(name: str, suffix: str, macro: bool, scored: bool) -> Iterator[Finding]:
    """Findings about the file itself: its suffix does not match its content; a stray macro was left out."""
    stem, stated = os.path.splitext(name)
    if stated.lower() in OPENED_AS and stated.lower() != suffix:
        message = f"文件名后缀是 {stated}，内容却是 {suffix}，Excel 会拒绝打开。"
        message += f"评分照常，写出的副本改用 {suffix}。" if scored else ""
        yield _notice(name, "R01", "文件名", message, f"请改名为“{stem}{suffix}”。")
    if macro:
        message = "内容是不带宏的工作簿，却夹带了宏。宏没有运行"
        message += "，写出的副本中已去掉，原文件不变。" if scored else "。"
        yield _notice(name, "R16", "宏", message, "请另存为不带宏的工作簿后重新报送。")


def unexpected(result: Result) -> bool:
    """Whether the program failed, and not the file."""
    return any(found.message.startswith(UNEXPECTED) for found in result.findings)


def unwritten(result: Result) -> bool:
    """Whether the scored copy could not be written."""
    return any(found.code == UNWRITTEN for found in result.findings)


def _notice(name: str, code: str, field: str, message: str, advice: str) -> Finding:
    return finding(code, Observation(Place(name), field, None, message, advice, severity="notice"), None)


def _unreadable(source: Path, code: str, detail: str, advice: str) -> Result:
    observed = Observation(Place(printable_path(Path(source.name))), "文件", None, f"{detail}。", advice)
    return Result(printable_path(source), "", None, None, (finding(code, observed, None),))


def usable_rulebook(name: str) -> Rulebook:
    """A rulebook by name or path, whose forms and finding codes are known too. Raises RulebookError."""
    rulebook = load_rulebook(name)
    problems = [
        f"{name}：不认识表种 {form}，已知的有 {'、'.join(form_names())}；自己的表种用 --forms 指定它的文件"
        for form in dict.fromkeys(_forms_of(rulebook))
        if form not in form_names()
    ]
    problems += [
        f"{name}：severity 中不认识编号 {code}，见 perf-xlsx explain"
        for code in rulebook.severities
        if code not in catalogue()
    ]
    if problems:
        raise RulebookError(problems)
    return rulebook


def _forms_of(rulebook: Rulebook) -> Iterator[str]:
    """The kinds of form that a rulebook names, also in the keys of its settings."""
    yield from (*rulebook.forms, *rulebook.by_reference)
    for key in rulebook.settings:
        yield from (by_form(key) or ())[1:]


def _serves(rules: Rulebook, form: Form) -> bool:
    """Whether a rulebook was made for this kind of form, or is the one that the form itself names."""
    return bool({form.name, form.kind} & {*rules.forms}) or form.rulebook == rules.name


def template_bytes(
    form: str | None = None, year: int | None = None, rulebook: str | None = None, case: str | None = None
) -> bytes:
    """A blank template, or one filled in from a case (JSON text), its live formulas' results stored in it.

    Form and year default to the case's. Raises CaseError, FormError or RulebookError.
    """
    fill = load_case(case, form, year) if case is not None else None
    if fill is None and year is None:
        raise FormError("空白模板要有年度")
    return filled_template(fill or Fill(load_form(form or ""), year, {}, {}, {}), rulebook)


def filled_template(fill: Fill, rulebook: str | None = None) -> bytes:
    """A template with this typed in; the rulebook is the form's own unless one is named. Raises like the above."""
    form, years = fill.form, fill.year
    rules = usable_rulebook(rulebook or form.rulebook)
    if not _serves(rules, form):
        titles = "、".join(load_form(name).title for name in rules.forms)
        raise RulebookError([f"评分办法“{rules.name}”不适用于{form.title}，它适用于{titles}"])
    if form.original:
        # late, and few forms are a bureau's workbook
        from perf_xlsx.adoption.adopted_template import original_template

        return original_template(form, folder_of(form.name), years, rules.on(form.name), fill)
    from perf_xlsx.template.write import build_template as make_template  # late: scoring writes none

    if (most := max(map(len, fill.rows.values()), default=0)) > Limits().rows:
        raise CaseError([f"有表格填了 {most} 行，最多 {Limits().rows} 行"])
    return make_template(form, years, rules.on(form.name), fill).data


def write_template(
    output: str | Path,
    form: str | None = None,
    year: int | None = None,
    rulebook: str | None = None,
    case: str | None = None,
) -> None:
    """Write a template (see template_bytes). Raises OSError too."""
    write_atomically(Path(output), template_bytes(form, year, rulebook, case))

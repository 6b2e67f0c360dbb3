"""What a run over workbooks prints, as each is done and when all are; the exit code says it to programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch import Finished, Plan, Roster, goes_on, others, saved
from perf_xlsx.cli.console import Summary
from perf_xlsx.cli.group import INTERRUPTED, NOT_WRITTEN
from perf_xlsx.cli.letter_options import Letters, letter_remarks, letters_in_words
from perf_xlsx.cli.letter_options import WriteLetters as WriteLetters
from perf_xlsx.cli.progress import progress
from perf_xlsx.foreign import POINTERS
from perf_xlsx.judging.waivers import Waiver, Waiving, covering, idle_waivers
from perf_xlsx.receipts.register import Sign
from perf_xlsx.results.record import Record, json_line
from perf_xlsx.results.records import Records, RecordsError
from perf_xlsx.results.result_in_words import TO_MEND, outcome
from perf_xlsx.system.background import in_background
from perf_xlsx.system.output_files import explain_os_error, printable_path
from perf_xlsx.system.streams import say, write

if TYPE_CHECKING:
    from perf_xlsx import consolidated
    from perf_xlsx.letters import WrittenLetters

NAMED = 10  # files of one kind that are named; the others are counted

WriteConsolidation = Callable[[Path, Roster | None], "consolidated.ConsolidatedFiles"]
"""汇总 into a folder, for a list of units."""
Consolidation = Callable[[], WriteConsolidation]  # slow


class Outputs(Struct, frozen=True):
    """What a run over a folder writes at its end.

    The functions are called while it is under way; what they return is called with the folder. `previous` are the
    records of an earlier run to compare with. `sign` signs the receipts.
    """

    consolidation: Consolidation | None = None
    letters: Letters | None = None
    previous: Records | None = None
    sign: Sign | None = None


class Run(Struct, frozen=True):
    """A run, and how it is reported."""

    jobs: Plan
    as_json: bool
    force: bool
    waiving: Waiving | None
    roster: Roster | None
    outputs: Outputs

    @property
    def folder(self) -> Path | None:
        """The output folder, where the run writes more than copies into it."""
        return self.jobs.folder if self.jobs.many else None


class Consolidated(Struct, frozen=True):
    """The consolidated workbook of a run, None where there is none. `failed`: it is not what it should be.

    `remark` says which of its tables are in files beside it.
    """

    path: Path | None = None
    failed: bool = False
    remark: str = ""


def show_run(run: Run, finished: Iterator[Finished]) -> int:
    """Show each workbook when it is done, then the rest; gives the exit code."""
    summary, folder, outputs = Summary(), run.folder, run.outputs
    consolidate = in_background(outputs.consolidation, large=True) if folder and outputs.consolidation else None
    prepare = _prepared(outputs.letters, consolidate) if folder and outputs.letters else None
    try:
        used = _follow(run, finished, summary)
        made = _consolidated(run, folder, consolidate()) if folder and consolidate else Consolidated()
        sent = _letters(folder, prepare()) if folder and prepare else None
    except KeyboardInterrupt:
        _stopped(run, summary)
        return INTERRUPTED
    _close(run, used, summary, made, sent)
    return _exit_code(summary, not made.failed and (prepare is None or (sent is not None and not sent.failed)))


def _prepared(letters: Letters, consolidate: Callable[[], object] | None) -> Callable[[], WriteLetters]:
    """Get the letters ready, one thing after another, so that the workers start without waiting for either."""

    def prepare() -> WriteLetters:
        if consolidate:
            consolidate()
        return letters()

    return in_background(prepare, large=True)


def _exit_code(summary: Summary, written: bool) -> int:
    """The exit code of a run; not `written`: the consolidated workbook or a letter could not be."""
    if summary.counts["读不出来"] or summary.unwritten or not written:
        return NOT_WRITTEN
    return 1 if summary.counts[TO_MEND] or summary.counts["待核定"] else 0


def _follow(run: Run, finished: Iterator[Finished], summary: Summary) -> set[Waiver]:
    """Show and count each workbook when it is done; gives the waivers that let something pass."""
    used: set[Waiver] = set()
    jobs = run.jobs
    with progress(len(jobs), lines=not run.as_json) as tick:  # who reads JSON counts its lines
        for one in finished:
            record = one.record
            path = jobs.folder / record.output if jobs.folder and record.output else None
            if run.as_json:
                write(_json(jobs, record, path))
            if record.file:
                record = replace(record, file=jobs.names.get(record.file, record.file))
            if run.waiving:
                used |= _used(run.waiving, record)
            summary.add(record, printable_path(path) if path else None, one.fresh, one.part)
            if one.job and one.part == 0:
                tick(outcome(record) if one.fresh else "上次已评")
    return used


def _json(jobs: Plan, record: Record, output: Path | None) -> str:
    """The line of a record for programs, with paths that they can open."""
    file = jobs.called(record.file) if record.file is not None else None
    return json_line(replace(record, file=file, output=str(output) if output else None))


def _used(waiving: Waiving, record: Record) -> set[Waiver]:
    workbook, part = PurePath(record.file or "").name, record.part or ""
    return {
        waiver
        for found in record.findings
        if found.waived
        for waiver in covering(waiving, record.unit, workbook, found.code, found.sheet or "", found.cell, part)
    }


def _consolidated(run: Run, folder: Path, write: WriteConsolidation) -> Consolidated:
    """The consolidated workbook of a run over a folder; where it could not be written, a message says so."""
    try:
        written = write(folder, run.roster)
        return Consolidated(written.workbook, remark=written.remark)
    except OSError as error:
        path = Path(error.filename) if error.filename else None
        detail, advice = explain_os_error(path or folder, error)
        say(f"错误：汇总工作簿{f' {path} ' if path else ''}没有写出（{detail}）。{advice}", err=True)
        return Consolidated(path, failed=True)
    except RecordsError as error:
        say(f"错误：汇总工作簿没有写出（{str(error).removesuffix('。')}）。", err=True)
        return Consolidated(failed=True)


def _letters(folder: Path, write: WriteLetters) -> WrittenLetters | None:
    """The letters of a run over a folder; None, and a message, where none could be written."""
    try:
        return write(folder)
    except OSError as error:
        detail, advice = explain_os_error(Path(str(error.filename or folder)), error)
        say(f"错误：退回意见没有写出（{detail}）。{advice}", err=True)
    except RecordsError as error:
        say(f"错误：退回意见没有写出（{str(error).removesuffix('。')}）。", err=True)
    return None


def _stopped(run: Run, summary: Summary) -> None:
    """Report how far a stopped run came, and whether the next one goes on from there."""
    jobs = run.jobs
    done = f"已停止，完成{summary.workbooks}/{len(jobs)}份。"
    if jobs.folder and jobs.many and (summary.workbooks or saved(jobs.folder)):
        done += goes_on(run.force)
    say(done, err=True)


def _close(run: Run, used: set[Waiver], summary: Summary, made: Consolidated, sent: WrittenLetters | None) -> None:
    """When all are done: idle waivers, the summary, what was written, what was not read."""
    for line in idle_waivers(run.waiving, used) if run.waiving else ():
        say(f"豁免清单{line}。", err=True)
    if not run.as_json:
        summary.show()
        _say_written(made, sent)
    for line in letter_remarks(sent) if sent else ():
        say(line, err=True)
    jobs, ours = run.jobs, [*([made.path] if made.path else []), *([sent.list] if sent else [])]
    for line in (
        not_taken(jobs.passed),
        _results(jobs.skipped),
        outside(jobs.outside),
        _not_ours(list(others(jobs, ours)) if jobs.many else []),
    ):
        if line:
            say(line, err=True)


def _say_written(made: Consolidated, sent: WrittenLetters | None) -> None:
    """Where 汇总 and the letters are."""
    lines = [f"汇总工作簿：{made.path}", made.remark] if made.path and not made.failed else []
    for line in (*filter(None, lines), *(letters_in_words(sent) if sent else ())):
        say(line)


def not_taken(files: Sequence[str]) -> str:
    """Which files were not read because of their suffix, and what to do if one of them is a return after all."""
    pointing = [file for file in files if Path(file).suffix.lower() in POINTERS]
    files = [file for file in files if file not in pointing]
    message = ""
    if files:
        message += f"另有{len(files)}个文件因后缀不是工作簿而没有读：{_names(files)}。"
        message += "其中如有自评表，压缩包请先解压，其余请改为或另存为 .xlsx，再运行一次。"
    if pointing:
        message += f"另有{len(pointing)}个文件只是快捷方式或在线表格的链接，里面没有表格：{_names(pointing)}。"
        message += "请打开它们指向的表格，另存或下载为 .xlsx，放进来再运行一次。"
    return message


def outside(links: Sequence[str]) -> str:
    """Which links to folders were not followed because they lead out of what was asked for."""
    if not links:
        return ""
    return (
        f"另有{len(links)}个链接指向别处的文件夹，没有跟进去：{_names(links)}。"
        "要评其中的工作簿，请在命令中直接写那个文件夹。"
    )


def _results(folders: Sequence[str]) -> str:
    """Which folders were not entered because of their name, and what to do if there are returns in one of them."""
    if not folders:
        return ""
    return f"没有读 {_names(folders)}：里面应是以前的评分结果。要评其中的工作簿，请在命令中直接写这个文件夹。"


def _not_ours(files: Sequence[str]) -> str:
    """Which workbooks in the output folder this run did not write, and what to do about them."""
    if not files:
        return ""
    return (
        f"输出文件夹中另有{len(files)}个工作簿不是本次评分写出的：{_names(files)}。"
        "如是以前的副本、原件已经移走的，请删去，以免误发。"
    )


def _names(files: Sequence[str]) -> str:
    return "、".join(printable_path(Path(file)) for file in files[:NAMED]) + ("等" if len(files) > NAMED else "")

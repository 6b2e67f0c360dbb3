"""What is said of a run over workbooks, as each is done and when all are; its exit code says it to programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from perf_xlsx.system.streams import say, write

if TYPE_CHECKING:
    from perf_xlsx.batch import Finished, Plan
    from perf_xlsx.cli.console import Summary
    from perf_xlsx.judging.waivers import Waiver, Waiving

INTERRUPTED = 130  # as a shell tells Ctrl-C

Consolidation = Callable[
    [], Callable[[Path], Path]
]  # slow to start; gives what writes 汇总 into a folder, and says where


def tell(
    jobs: Plan,
    finished: Iterator[Finished],
    as_json: bool,
    waiving: Waiving | None,
    consolidation: Consolidation | None,
    force: bool = False,
) -> int:
    """Show what is done as it is done, then the rest; give the exit code."""
    from perf_xlsx.cli.console import Summary
    from perf_xlsx.system.background import in_background

    summary = Summary()
    consolidate = in_background(consolidation, large=True) if consolidation and jobs.folder and jobs.many else None
    try:
        used = _follow(jobs, finished, as_json, waiving, summary)
        written = _consolidated(jobs.folder, consolidate()) if jobs.folder and consolidate else []
    except KeyboardInterrupt:
        _stopped(jobs, summary, force)
        return INTERRUPTED
    _close(jobs, as_json, waiving, used, summary, written or [])
    if summary.counts["读不出来"] or summary.unwritten or written is None:
        return 3
    return 1 if summary.counts["有错误"] else 0


def _follow(
    jobs: Plan, finished: Iterator[Finished], as_json: bool, waiving: Waiving | None, summary: Summary
) -> set[Waiver]:
    """Count each workbook as it is done, and show it; give the waivers that covered something."""
    from rich.console import Console

    from perf_xlsx.cli.console import outcome
    from perf_xlsx.cli.progress import progress
    from perf_xlsx.judging.waivers import covering
    from perf_xlsx.results.report import json_line
    from perf_xlsx.system.output_files import printable_path

    used: set[Waiver] = set()
    with progress(len(jobs), Console(stderr=True, highlight=False)) as tick:
        for one in finished:
            record = one.record
            path = jobs.folder / record["output"] if jobs.folder and record["output"] else None
            if as_json:
                file = jobs.called(record["file"]) if one.job else None
                write(json_line(record | {"file": file, "output": str(path) if path else None}))
            output = printable_path(path) if path else None
            if record["file"]:
                record = record | {"file": jobs.names.get(record["file"], record["file"])}
            if waiving:
                used |= covering(waiving, record)
            summary.add(record, output, one.fresh)
            if one.job:
                tick(outcome(record) if one.fresh else "上次已评")
    return used


def _consolidated(folder: Path, consolidate: Callable[[Path], Path]) -> list[Path] | None:
    """The consolidated workbook of a run over a folder; None where it could not be written, which is said."""
    from perf_xlsx.results.records import RecordsError
    from perf_xlsx.system.output_files import explain_os_error

    try:
        return [consolidate(folder)]
    except OSError as error:
        detail, advice = explain_os_error(Path(str(error.filename or folder)), error)
        say(f"错误：汇总工作簿没有写出（{detail}）。{advice}", err=True)
        return None
    except RecordsError as error:
        say(f"错误：汇总工作簿没有写出（{str(error).removesuffix('。')}）。", err=True)
        return None


def _stopped(jobs: Plan, summary: Summary, force: bool) -> None:
    """How far a run came that was stopped, and whether the next one goes on from there."""
    from perf_xlsx.batch import goes_on, saved

    done = f"已停止，完成{summary.workbooks}/{len(jobs)}份。"
    if jobs.folder and jobs.many and (summary.workbooks or saved(jobs.folder)):
        done += goes_on(force)
    say(done, err=True)


def _close(
    jobs: Plan, as_json: bool, waiving: Waiving | None, used: set[Waiver], summary: Summary, written: list[Path]
) -> None:
    """What is said when all are done: idle waivers, the summary, what was written, what was not read."""
    from rich.console import Console

    from perf_xlsx.batch import others
    from perf_xlsx.cli.console import not_ours, not_taken, outside, results
    from perf_xlsx.judging.waivers import idle

    for line in idle(waiving, used) if waiving else ():
        say(f"豁免清单{line}。", err=True)
    if not as_json:
        summary.show(Console(highlight=False, soft_wrap=True))
        for path in written:
            say(f"汇总工作簿：{path}")
    for line in (
        not_taken(jobs.passed),
        results(jobs.skipped),
        outside(jobs.outside),
        not_ours(list(others(jobs, written)) if jobs.many else []),
    ):
        if line:
            say(line, err=True)

"""A batch: its tasks go to a backend, their records come back in plan order, are compared and remembered."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

from msgspec import Struct

from perf_xlsx import __version__
from perf_xlsx.batch import worker
from perf_xlsx.batch.backends import Backend, in_process
from perf_xlsx.batch.cross_checks import CrossChecks
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.plan import Plan
from perf_xlsx.batch.roster import Roster
from perf_xlsx.batch.rounds import Rounds
from perf_xlsx.batch.state import RunState, goes_on
from perf_xlsx.batch.worker import Done, EarlierResult, Task, Work
from perf_xlsx.forms import with_forms
from perf_xlsx.pipeline import Job, Terms
from perf_xlsx.receipts.register import NAME, Sign, writing_receipts
from perf_xlsx.results.record import Record, decode_known
from perf_xlsx.results.records import Records
from perf_xlsx.system.output_files import explain_os_error


class Finished(Struct, frozen=True):
    """One form that is done (`job` None: a listed unit that returned none), paths in `record` relative.

    `fresh` is False where the record of an earlier run still stands. `part` counts the forms of a workbook from 0.
    """

    job: Job | None
    record: Record
    fresh: bool = True
    part: int = 0


def run(
    jobs: Plan,
    *,
    terms: Terms | None = None,
    roster: Roster | None = None,
    force: bool = False,
    backend: Backend | None = None,
    work: Work = worker.one,
    sign: Sign | None = None,
    previous: Records | None = None,
) -> Generator[Finished, None, None]:
    """Score all; yield each in plan order, then the listed units that returned nothing.

    Where a folder (or several files) is written out, what is done and unchanged is taken from the output folder's
    memory, unless `force`. Stopped at any point, the next run goes on from there. At the end the receipts of the
    scored copies are in that folder, signed by `sign`. A return that differs from the one that its unit sent
    before, by this memory or by the `previous` run's, is compared with it. Raises BatchError and RulebookError.
    """
    backend, terms = backend or in_process(), terms or Terms()
    with ExitStack() as stack:
        outputs = (output for _, output in jobs.rows)
        state = stack.enter_context(RunState(jobs.folder, outputs)) if jobs.folder and jobs.many else None
        try:
            rounds = Rounds([Records.of_run(jobs.folder) if state and jobs.folder else None, previous])
            with _receipts(jobs, sign) as receive:
                for one in _each(jobs, terms, roster, force, backend, work, state, rounds, stack):
                    receive(one.record)
                    yield one
                if state:
                    state.finish(roster)  # first: where receipts cannot be written, the next run does only that
        except BatchError as error:
            raise BatchError(f"{error}{goes_on(force)}") if state and state.saved else error from None


def _each(
    jobs: Plan,
    terms: Terms,
    roster: Roster | None,
    force: bool,
    backend: Backend,
    work: Work,
    state: RunState | None,
    rounds: Rounds,
    stack: ExitStack,
) -> Iterator[Finished]:
    single = len(jobs) == 1
    checks = stack.enter_context(CrossChecks(roster, terms.rulebook, terms.waiving, single))
    tasks = (_task(jobs, at, state, terms, force) for at in range(len(jobs)))
    do = partial(worker.do, work, backend.seconds, __version__)
    ordered = stack.enter_context(closing(backend.in_order(tasks, do)))
    for at, (task, done) in enumerate(ordered):
        with with_forms(terms.forms):
            records = _records(task, done, state)
        for part, record in enumerate(records):
            with with_forms(terms.forms):
                compared = rounds.compared(checks.compared(record))
            if state:
                state.write(compared, done.lines[part] if done.lines and compared is record else None)
            yield Finished(jobs[at], compared, done.lines is not None, part)
    with with_forms(terms.forms):
        outstanding = list(checks.outstanding())
    for record in outstanding:
        if state:
            state.write(record)
        yield Finished(None, record)


@contextmanager
def _receipts(jobs: Plan, sign: Sign | None) -> Generator[Callable[[Record], None]]:
    """Where records go to get their receipts. Raises BatchError where these cannot be written."""
    if jobs.folder is None:
        yield lambda record: None
        return
    try:
        with writing_receipts(jobs.folder, not jobs.many, sign) as take:
            yield take
    except OSError as error:
        detail, advice = explain_os_error(jobs.folder / NAME, error)
        raise BatchError(f"{jobs.folder / NAME} 没有写出（{detail}）。{advice}") from None


def _task(jobs: Plan, at: int, state: RunState | None, terms: Terms, force: bool) -> Task:
    job, (file, output) = jobs[at], jobs.rows[at]
    with with_forms(terms.forms):
        known = state.known(file) if state else ()
    keys = tuple(record.key or None for record in known)
    earlier = EarlierResult(keys, known[0].output, known[0].output_sha256 or None) if known else None
    return Task(file, str(job.source), str(job.output) if job.output else None, output, terms, earlier, force)


def _records(task: Task, done: Done, state: RunState | None) -> tuple[Record, ...]:
    if done.lines is not None:
        if state:
            state.note(done.lines)
        return tuple(map(decode_known, done.lines))
    known = state.known(task.file) if state else ()
    assert known, "only what is known is left undone"
    return known

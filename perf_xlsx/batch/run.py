"""A batch: tasks out, results back in plan order, a bounded number under way; a worker's death costs one file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial
from itertools import islice
from types import TracebackType

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import __version__
from perf_xlsx.batch import worker
from perf_xlsx.batch.backends import Backend, in_process
from perf_xlsx.batch.cross_checks import CrossChecks
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.plan import Plan
from perf_xlsx.batch.roster import Roster
from perf_xlsx.batch.state import State, goes_on
from perf_xlsx.batch.worker import Done, Known, Task, Work
from perf_xlsx.forms import with_forms
from perf_xlsx.pipeline import Job, Terms
from perf_xlsx.results.record import Record, decode_known

CANNOT_START = (
    "评分进程启动不了，没有评分。请加 --jobs 1 在本进程中评分，或放宽 --memory-limit；"
    '在脚本中调用的，请把调用放在 if __name__ == "__main__": 之下。'
)

Chunk = Sequence[Task]
Do = Callable[[Chunk], list[Done]]


class Finished(Struct, frozen=True):
    """One workbook that is done (`job` None: a listed unit that returned none), paths in `record` relative.

    `fresh` is False where the record of an earlier run still stands.
    """

    job: Job | None
    record: Record
    fresh: bool = True


def run(
    jobs: Plan,
    *,
    terms: Terms | None = None,
    roster: Roster | None = None,
    force: bool = False,
    backend: Backend | None = None,
    work: Work = worker.one,
) -> Generator[Finished, None, None]:
    """Score all; yield each in plan order, then the listed units that returned nothing.

    Where a folder (or several files) is written out, what is done and unchanged is taken from the output folder's
    memory, unless `force`. Stopped at any point, the next run goes on from there. Raises BatchError and
    RulebookError.
    """
    backend, terms = backend or in_process(), terms or Terms()
    with ExitStack() as stack:
        outputs = (output for _, output in jobs.rows)
        state = stack.enter_context(State(jobs.folder, outputs)) if jobs.folder and jobs.many else None
        try:
            yield from _each(jobs, terms, roster, force, backend, work, state, stack)
        except BatchError as error:
            raise BatchError(f"{error}{goes_on(force)}") if state and state.saved else error from None


def _each(
    jobs: Plan,
    terms: Terms,
    roster: Roster | None,
    force: bool,
    backend: Backend,
    work: Work,
    state: State | None,
    stack: ExitStack,
) -> Iterator[Finished]:
    single = len(jobs) == 1
    checks = stack.enter_context(CrossChecks(roster, terms.rulebook, terms.waiving, single))
    tasks = (_task(jobs, at, state, terms, force) for at in range(len(jobs)))
    do = partial(worker.do, work, backend.seconds, __version__)
    ordered = stack.enter_context(closing(in_order(tasks, do, backend)))
    for at, (task, done) in enumerate(ordered):
        with with_forms(terms.forms):
            record = _record(task, done, state)
            found = checks.findings(record)
        if found:
            record = replace(record, findings=(*record.findings, *found))
        if state:
            state.write(record, None if found else done.line)
        yield Finished(jobs[at], record, done.line is not None)
    with with_forms(terms.forms):
        outstanding = list(checks.outstanding())
    for record in outstanding:
        if state:
            state.write(record)
        yield Finished(None, record)
    if state:
        state.finish()


def _task(jobs: Plan, at: int, state: State | None, terms: Terms, force: bool) -> Task:
    job, (file, output) = jobs[at], jobs.rows[at]
    with with_forms(terms.forms):
        known = state.known(file) if state else None
    earlier = Known(known.key or None, known.output, known.output_sha256 or None) if known else None
    return Task(file, str(job.source), str(job.output) if job.output else None, output, terms, earlier, force)


def _record(task: Task, done: Done, state: State | None) -> Record:
    if done.line is not None:
        if state:
            state.note(done.line)
        return decode_known(done.line)
    known = state.known(task.file) if state else None
    assert known is not None, "only what is known is left undone"
    return known


def in_order(tasks: Iterator[Task], do: Do, backend: Backend) -> Generator[tuple[Task, Done], None, None]:
    """Each task with what came of it, in the order of the tasks. Raises BatchError where a cluster is lost.

    A chunk whose worker died is done again file by file on a worker of its own, so that only the guilty one is
    given up, and nobody waits for its neighbours' time limits twice. A file that was alone is not tried again.
    """
    with _ManagedExecutor(backend) as team, _ManagedExecutor(backend, alone=True) as isolated:
        waiting: deque[tuple[Chunk, Future[list[Done]], Executor]] = deque()
        while True:
            while len(waiting) < backend.ahead and (following := tuple(islice(tasks, backend.chunk))):
                waiting.append((following, *team.submit(do, following)))
            if not waiting:
                return
            chunk, future, executor = waiting.popleft()
            try:
                done = _result(future)
            except backend.worker_errors as death:
                guilty = len(chunk) == 1 and not waiting and team.started_well(executor)
                team.lost(executor, death)
                if guilty:
                    done = [worker.died(chunk[0], backend.limits)]
                else:
                    done = [_alone(isolated, do, task, backend) for task in chunk]
            yield from zip(chunk, done, strict=True)


def _alone(isolated: _ManagedExecutor, do: Do, task: Task, backend: Backend) -> Done:
    future, executor = isolated.submit(do, [task])
    try:
        return _result(future)[0]
    except backend.worker_errors as death:
        isolated.lost(executor, death)
        return worker.died(task, backend.limits)


def _result(future: Future[list[Done]]) -> list[Done]:
    try:
        return future.result()
    except CancelledError:
        raise BatchError("与集群的连接断了，评分停止。") from None


class _ManagedExecutor:
    """The executor that a backend works with now; started when first needed, and anew after it broke."""

    def __init__(self, backend: Backend, alone: bool = False) -> None:
        self.backend, self.alone = backend, alone
        self.started: AbstractContextManager[Executor] | None = None
        self.executor: Executor | None = None
        self.first: Future[None] | None = None

    def submit(self, do: Do, chunk: Chunk) -> tuple[Future[list[Done]], Executor]:
        """The future, and the executor that it belongs to."""
        if self.executor is None:
            self.started = self.backend.start(self.alone)
            self.executor = self.started.__enter__()
            self.first = self.executor.submit(worker.ready)
            if self.alone:
                self._prove()
        try:
            return self.executor.submit(do, chunk), self.executor
        except self.backend.worker_errors:  # it broke a moment ago
            self.end()
            return self.submit(do, chunk)

    def _prove(self) -> None:
        """That a worker starts at all, before a file is given up for its death. Raises BatchError."""
        assert self.first is not None, "submitted before this"
        try:
            self.first.result()
        except self.backend.worker_errors:
            raise BatchError(CANNOT_START) from None

    def started_well(self, executor: Executor) -> bool:
        """Whether a worker of that executor did start, and nothing was lost on it before."""
        first = self.first
        return executor is self.executor and first is not None and first.done() and not first.exception()

    def lost(self, executor: Executor, death: BaseException) -> None:
        """A worker of `executor` died: a pool is broken by that as a whole, a cluster is not."""
        if isinstance(death, BrokenExecutor) and executor is self.executor:
            self.end()

    def end(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """Let the executor go; with an error, at once."""
        started, self.started, self.executor = self.started, None, None
        if started:
            started.__exit__(kind, error, trace)

    def __enter__(self) -> _ManagedExecutor:
        return self

    __exit__ = end

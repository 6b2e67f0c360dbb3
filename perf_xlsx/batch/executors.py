"""Tasks on an executor, results in task order: a bounded number under way, and a worker's death costs one file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import islice
from types import TracebackType

from msgspec import Struct

from perf_xlsx.batch.backends import Backend, Chunk, Do, Ordered
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.worker import Done, Task, died, ready

CANNOT_START = (
    "评分进程启动不了，没有评分。请加 --jobs 1 在本进程中评分，或放宽 --memory-limit；"
    '在脚本中调用的，请把调用放在 if __name__ == "__main__": 之下。'
)


class Executors(Struct, frozen=True):
    """Executors that tasks are handed to.

    `start(alone)` gives one, a fresh one each time where it can break; `alone` asks for a single worker.
    `worker_errors` is what a future raises whose worker died or ran out of memory. At most `ahead` chunks of
    `chunk` workbooks are under way. `limits` are a worker's, in Chinese.
    """

    start: Callable[[bool], AbstractContextManager[Executor]]
    worker_errors: tuple[type[BaseException], ...] = ()
    chunk: int = 1
    ahead: int = 1
    limits: str = ""


def from_executor(executor: Executor, ahead: int = 16) -> Backend:
    """Somebody's executor, as it is: its workers are never ended."""
    return Backend(partial(in_task_order, Executors(lambda alone: nullcontext(executor), ahead=ahead)))


def in_task_order(executors: Executors, tasks: Iterator[Task], do: Do) -> Ordered:
    """Each task with what came of it, in the order of the tasks. Raises BatchError where a cluster is lost.

    When a worker dies, its chunk is done again file by file on a worker of its own, so that only the guilty file
    is given up, and nobody waits for its neighbours' time limits twice. A file that was alone is not tried again.
    """
    with _ManagedExecutor(executors) as team, _ManagedExecutor(executors, alone=True) as isolated:
        waiting: deque[tuple[Chunk, Future[list[Done]], Executor]] = deque()
        while True:
            while len(waiting) < executors.ahead and (following := tuple(islice(tasks, executors.chunk))):
                waiting.append((following, *team.submit(do, following)))
            if not waiting:
                return
            chunk, future, executor = waiting.popleft()
            try:
                done = _result(future)
            except executors.worker_errors as death:
                guilty = len(chunk) == 1 and not waiting and team.started_well(executor)
                team.lost(executor, death)
                if guilty:
                    done = [died(chunk[0], executors.limits)]
                else:
                    done = [_alone(isolated, do, task) for task in chunk]
            yield from zip(chunk, done, strict=True)


def _alone(isolated: _ManagedExecutor, do: Do, task: Task) -> Done:
    future, executor = isolated.submit(do, [task])
    try:
        return _result(future)[0]
    except isolated.executors.worker_errors as death:
        isolated.lost(executor, death)
        return died(task, isolated.executors.limits)


def _result(future: Future[list[Done]]) -> list[Done]:
    try:
        return future.result()
    except CancelledError:
        raise BatchError("与集群的连接断了，评分停止。") from None


class _ManagedExecutor:
    """The executor in use; started when first needed, and anew after it broke."""

    def __init__(self, executors: Executors, alone: bool = False) -> None:
        self.executors, self.alone = executors, alone
        self.started: AbstractContextManager[Executor] | None = None
        self.executor: Executor | None = None
        self.first: Future[None] | None = None

    def submit(self, do: Do, chunk: Chunk) -> tuple[Future[list[Done]], Executor]:
        """The future, and the executor that it belongs to."""
        if self.executor is None:
            self.started = self.executors.start(self.alone)
            self.executor = self.started.__enter__()
            self.first = self.executor.submit(ready)
            if self.alone:
                self._prove()
        try:
            return self.executor.submit(do, chunk), self.executor
        except self.executors.worker_errors:  # it broke a moment ago
            self.end()
            return self.submit(do, chunk)

    def _prove(self) -> None:
        """Wait for a worker to start, before a file is given up for its death. Raises BatchError."""
        assert self.first is not None, "submitted before this"
        try:
            self.first.result()
        except self.executors.worker_errors:
            raise BatchError(CANNOT_START) from None

    def started_well(self, executor: Executor) -> bool:
        """Whether a worker of that executor has started, and none was lost before."""
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

"""Work with a file of somebody's, in a process of its own under limits of time and memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from perf_xlsx.batch.backends import MEGABYTES, SECONDS, limits_in_words
from perf_xlsx.batch.processes import BrokenExecutor, one_process
from perf_xlsx.batch.worker import within

AT_A_TIME, WAITING = 2, 8  # such processes, and requests that may wait for one: each keeps a thread

_T = TypeVar("_T")
_free, _room = threading.BoundedSemaphore(AT_A_TIME), threading.BoundedSemaphore(AT_A_TIME + WAITING)


class LimitedError(Exception):
    """The work was not finished; the Chinese message says why."""


def limited(work: Callable[..., _T], *given: object) -> _T:
    """What `work`, a function of a module, gives for these arguments. Raises what it raises, and LimitedError."""
    if not _room.acquire(blocking=False):
        raise LimitedError("现在用的人太多，请过一会儿再试。")
    try:
        with _free, one_process(MEGABYTES) as process:
            return process.submit(_within, partial(work, *given)).result()
    except (BrokenExecutor, MemoryError):
        words = limits_in_words(SECONDS, MEGABYTES)
        raise LimitedError(f"读取时{words}，或读取程序意外中止，没有做完。请检查文件。") from None
    finally:
        _room.release()


def _within(work: Callable[[], _T]) -> _T:
    with within(SECONDS):
        return work()

"""Background work: hashing and checking large data releases the GIL, so a thread can do it in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

T = TypeVar("T")


def in_background(work: Callable[[], T], large: bool) -> Callable[[], T]:
    """Run `work` at once, or in a thread if it is `large`. The returned function waits and gives the result.

    An exception in the thread is raised by the returned function.
    """
    if not large:
        done = work()
        return lambda: done
    return _pool().submit(work).result


@cache
def _pool() -> Executor:
    """The shared pool; starting a thread for each task would take a third of a millisecond."""
    from concurrent.futures import ThreadPoolExecutor  # late: most workbooks are small

    return ThreadPoolExecutor(3)


if hasattr(os, "register_at_fork"):  # a forked process inherits the pool without its threads
    os.register_at_fork(after_in_child=_pool.cache_clear)

"""Work that goes on beside the rest: what digests and checks large bytes needs no Python meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

T = TypeVar("T")


def in_background(work: Callable[[], T], large: bool) -> Callable[[], T]:
    """Do the work now, or in a thread where it is large; calling what comes back waits for the result.

    What the work raises is raised there.
    """
    if not large:
        done = work()
        return lambda: done
    return _pool().submit(work).result


@cache
def _pool() -> Executor:
    """Kept: a thread takes a third of a millisecond to start."""
    from concurrent.futures import ThreadPoolExecutor  # late: most workbooks are small

    return ThreadPoolExecutor(3)


if hasattr(os, "register_at_fork"):  # a forked process has the pool, but not its threads
    os.register_at_fork(after_in_child=_pool.cache_clear)

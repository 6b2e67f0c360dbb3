"""Work that goes on beside the rest: what digests and checks large bytes needs no Python meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T], large: bool) -> Callable[[], T]:
    """Do the work now, or in a thread of its own where it is large; calling what comes back waits for the result.

    What the work raises is raised there.
    """
    if not large:
        done = work()
        return lambda: done
    from concurrent.futures import ThreadPoolExecutor  # late: most workbooks are small

    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future.result

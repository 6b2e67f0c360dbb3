"""A running dask cluster as a backend."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial

from perf_xlsx.batch.backends import SECONDS, Backend
from perf_xlsx.batch.executors import Executors, in_task_order
from perf_xlsx.batch.failure import BatchError

CONNECT_SECONDS = 10
CHUNK = 32  # workbooks


@contextmanager
def cluster(address: str, seconds: float = SECONDS, chunk: int = CHUNK) -> Iterator[Backend]:
    """The workers of a running dask cluster, by its scheduler's "HOST:PORT"; they get `chunk` workbooks at a time.

    Every machine sees the files under the same paths. A worker has one thread (the time limit ends its process,
    and its nanny starts another) and its own memory limit. Raises BatchError where it cannot be used.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise BatchError('使用 --executor dask:// 须先安装：pip install "perf-xlsx[cluster]"') from None
    try:
        client = Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError):
        raise BatchError(f"连不上 dask 调度器 {address}。请核对地址，确认它已经启动。") from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise BatchError(f"dask 调度器 {address} 上没有 worker，请先启动：dask worker {address} --nthreads 1")
        if any(count != 1 for count in threads.values()):
            raise BatchError("dask 的每个 worker 只能有一个线程，请用 --nthreads 1 启动。")

        @contextmanager
        def start(alone: bool) -> Iterator[Executor]:
            executor = client.get_executor(pure=False, retries=2)
            try:
                yield executor
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise

        limits = f"用时超过{seconds:g}秒，或所需内存超过上限"
        errors = (KilledWorker, MemoryError)
        executors = Executors(start, errors, chunk=chunk, ahead=3 * len(threads), limits=limits)
        yield Backend(partial(in_task_order, executors), seconds)

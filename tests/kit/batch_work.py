"""Work that goes wrong, given to a batch by its tests in place of scoring alone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from perf_xlsx.batch.worker import Done, Task, one


def hangs(task: Task) -> Done:
    """Never comes back from a file whose name says so, in a call that no signal handler of Python interrupts."""
    while "hang" in task.file:
        sum(range(1_000_000))
    return one(task)


def hogs(task: Task) -> Done:
    """Takes memory without end for a file whose name says so."""
    if "hog" in task.file:
        taken = []
        while True:
            taken.append(bytearray(64 * 1024 * 1024))
    return one(task)


def dies(task: Task) -> Done:
    """The process is killed, as by the system, in a file whose name says so."""
    if "die" in task.file:
        os.kill(os.getpid(), signal.SIGKILL)
    return one(task)


def dies_writing(task: Task) -> Done:
    """The process is killed when the scored copy is half written, for a file whose name says so."""
    if "die" in task.file:
        os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    return one(task)


def dies_once(task: Task) -> Done:
    """The process is killed the first time that it meets a file whose name says so."""
    mark = Path(task.source + ".met")
    if "once" in task.file and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return one(task)


def slow(task: Task) -> Done:
    """Takes its time."""
    time.sleep(0.2)
    return one(task)

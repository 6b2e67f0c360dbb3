"""Where work is done. This process is enough for one workbook; executors are loaded when they are asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch.worker import Done, Task, died
from perf_xlsx.ooxml import MIB
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.output_files import BEGUN

SECONDS = 60  # for one workbook; a large one takes two
MEGABYTES = 2048  # for one worker

Chunk = Sequence[Task]
Do = Callable[[Chunk], list[Done]]
Ordered = Generator[tuple[Task, Done], None, None]


class Backend(Struct, frozen=True):
    """How work is handed out.

    `in_order` gives each task with what came of it, in the order of the tasks. `seconds` is the time limit of one
    workbook, None where no process may be ended.
    """

    in_order: Callable[[Iterator[Task], Do], Ordered]
    seconds: float | None = None


def in_process() -> Backend:
    """This process: no start-up, and no limits."""
    return Backend(_one_by_one)


def this_process_limited(seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Backend:
    """This process, which ends when a workbook takes longer, and takes no more memory from now on."""
    cap_memory(megabytes * MIB)
    return replace(in_process(), seconds=seconds)


def ended_process(pid: int, folder: Path | None, seconds: float, megabytes: int) -> Backend:
    """The process `pid`, which a workbook ended. What it left half written in the output folder is deleted."""
    for left in folder.glob(f"{BEGUN}{pid}-*") if folder else ():
        left.unlink(missing_ok=True)
    limits = limits_in_words(seconds, megabytes)

    def in_order(tasks: Iterator[Task], do: Do) -> Ordered:
        yield from ((task, died(task, limits)) for task in tasks)

    return Backend(in_order)


def _one_by_one(tasks: Iterator[Task], do: Do) -> Ordered:
    for task in tasks:
        yield task, do([task])[0]


def limits_in_words(seconds: float, megabytes: int) -> str:
    """What a worker may take, for people."""
    return f"用时超过{seconds:g}秒，或所需内存超过{megabytes}MB"


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

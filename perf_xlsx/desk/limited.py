"""Work with a file of somebody's, in a process of its own under limits of time and memory."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from perf_xlsx.batch.backends import MEGABYTES, SECONDS, limits_in_words
from perf_xlsx.batch.processes import BrokenExecutor, one_process
from perf_xlsx.batch.worker import within
from perf_xlsx.documents import DocumentError
from perf_xlsx.forms import FormError
from perf_xlsx.ooxml import PackageError
from perf_xlsx.reading.list_file import ListError
from perf_xlsx.receipts.register import RegisterError
from perf_xlsx.receipts.signature import KeyFileError
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.os_errors import why

AT_A_TIME, WAITING = 2, 8  # such processes, and requests that may wait for one: each keeps a thread

_T = TypeVar("_T")
_free, _room = threading.BoundedSemaphore(AT_A_TIME), threading.BoundedSemaphore(AT_A_TIME + WAITING)


class LimitedError(Exception):
    """The work was not done; `problems` say in Chinese what is wrong with the file, without where it lies here."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


def limited(work: Callable[..., _T], *given: object) -> _T:
    """What `work`, a function of a module, gives for these arguments. Raises LimitedError, whatever went wrong."""
    if not _room.acquire(blocking=False):
        raise LimitedError("现在用的人太多，请过一会儿再试。")
    try:
        with _free, one_process(MEGABYTES) as process:
            found, problems = process.submit(_within, partial(work, *given)).result()
    except (BrokenExecutor, MemoryError):
        words = limits_in_words(SECONDS, MEGABYTES)
        raise LimitedError(f"读取时{words}，或读取程序意外中止，没有做完。请检查文件。") from None
    finally:
        _room.release()
    if problems:
        folders = [f"{path.parent}{os.sep}" for path in _paths(given)]
        raise LimitedError(*(_without(folders, problem) for problem in problems))
    return found  # type: ignore[return-value]  # there is one where nothing is wrong


def _within(work: Callable[[], _T]) -> tuple[_T | None, Sequence[str]]:
    """What the work gives, or what is wrong: exceptions are told here, because not all of them can be sent."""
    with within(SECONDS):
        try:
            return work(), ()
        except MemoryError:
            raise
        except Exception as error:
            return None, _in_words(error)


def _in_words(error: Exception) -> Sequence[str]:
    match error:
        case ListError() | RulebookError():
            return error.problems
        case DocumentError():
            return (f"{error.detail}。{error.advice}",)
        case PackageError():
            return (f"{error.detail}。",)
        case OSError():
            return (f"文件读不出来（{why(error)}）。",)
        case FormError() | RegisterError() | KeyFileError():
            return (str(error),)
    traceback.print_exception(error)
    return (f"出现意外错误（{type(error).__name__}），请把这个文件发给软件维护者。",)


def _paths(given: Iterable[object]) -> Iterator[Path]:
    for one in given:
        if isinstance(one, Path):
            yield one
        elif isinstance(one, tuple | list):
            yield from _paths(one)


def _without(folders: Sequence[str], problem: str) -> str:
    for folder in folders:
        problem = problem.replace(folder, "")
    return problem

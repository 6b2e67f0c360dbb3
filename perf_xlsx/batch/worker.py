"""The work of a worker: one workbook after the other, each within its time limit; it ends with its parent."""

from __future__ import annotations

import errno
import faulthandler
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Protocol

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from perf_xlsx import __version__, pipeline
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.domain.model import Result
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import FormFile
from perf_xlsx.results.record import SCHEMA, Key, Options
from perf_xlsx.results.recording import as_records
from perf_xlsx.results.records import UnrecordedError, as_json_line
from perf_xlsx.rulebook import RulebookError, rules_digest
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.os_errors import is_special
from perf_xlsx.system.output_files import printable_path, with_required_suffix

AGAIN = {"R02", "R03"}  # refusals that another password, limit or moment may change


class Lifeline(Protocol):
    """The end of a pipe of multiprocessing, of another class on each system."""

    def recv_bytes(self) -> bytes: ...


class EarlierResult(Struct, frozen=True):
    """What an earlier run's records say of a workbook: what each form depends on, and the scored copy."""

    keys: tuple[Key | None, ...]
    output: str | None
    output_sha256: str | None


class Task(Struct, frozen=True):
    """One workbook to do.

    `file` and `output_name` are its names in the records. `known` is there where an earlier run has done it.
    `force`: do it even if nothing changed.
    """

    file: str
    source: str
    output: str | None
    output_name: str
    terms: pipeline.Terms = field(default_factory=pipeline.Terms)
    known: EarlierResult | None = None
    force: bool = False


class Done(Struct, frozen=True):
    """What came of a task: a line for the record of each form, or None where the known records are still true."""

    lines: tuple[bytes, ...] | None


Work = Callable[[Task], Done]


def prepare(lifeline: Lifeline, memory: int | None) -> None:
    """Set this process up as a worker: it exits when the parent closes the pipe or dies, and may allocate at most
    `memory` bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    if memory:
        cap_memory(memory)


def ready() -> None:
    """Does nothing; its result shows that the process has started."""


def _end_with_parent(lifeline: Lifeline) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)


def do(work: Work, seconds: float | None, version: str, tasks: Sequence[Task]) -> list[Done]:
    """The tasks one after the other. With `seconds`, a task that takes longer ends this process.

    Raises BatchError where this machine has another version of the program.
    """
    if version != __version__:
        raise BatchError(f"有的机器上 perf_xlsx 是 {__version__}，这里是 {version}。请装成同一版本再运行。")
    done = []
    for task in tasks:
        with within(seconds):
            done.append(work(task))
    return done


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """End the process when the time is over, even if native code never comes back."""
    if seconds is None:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def one(task: Task) -> Done:
    """Score one workbook, unless it is done already and nothing changed. Raises RulebookError."""
    if task.known and not task.force and _unchanged(task, task.known):
        return Done(None)
    result = pipeline.score(task.source, task.output, terms=task.terms)
    if result.output is None and not pipeline.unwritten(result):
        withdraw_copy(task)
    try:
        return Done(_lines(task, result))
    except UnrecordedError as error:  # reported as an unreadable file, and tried again next time
        withdraw_copy(task)
        if result.output:
            with suppress(OSError):
                _copy(task, Path(result.output).suffix).unlink()
        return Done(_lines(task, pipeline.failed(Path(task.source), error, result.sha256)))


def died(task: Task, limits: str) -> Done:
    """The result of a file that ended its worker while alone in it."""
    withdraw_copy(task)
    observed = Observation(
        Place(printable_path(Path(Path(task.source).name))),
        "文件",
        None,
        f"读取时{limits}，或读取程序意外中止，没有读完。",
        pipeline.ADVICE["too_large"],
    )
    result = Result(task.source, "", None, None, (finding("R03", observed, None),))
    return Done(_lines(task, result))


def _lines(task: Task, result: Result) -> tuple[bytes, ...]:
    """The line of each record. What another run may do better has no key, and is tried again next time.

    Raises UnrecordedError.
    """
    refused = result.evaluation is None and any(found.code in AGAIN for found in result.findings)
    again = refused or pipeline.unwritten(result) or pipeline.unexpected(result)
    written = _copy(task, Path(result.output).suffix) if result.output else None
    output, digest = (_named(task, written), _sha256(written)) if written else (None, None)
    return tuple(
        as_json_line(
            replace(
                record,
                file=task.file,
                output=output,
                output_sha256=digest,
                schema=SCHEMA,
                key=None if again else _key(result.sha256, record.rulebook, task.terms),
            )
        )
        for record in as_records(result)
    )


def _copy(task: Task, suffix: str) -> Path:
    """The scored copy; the content may have asked for another suffix."""
    return with_required_suffix(Path(task.output or ""), suffix)


def _named(task: Task, written: Path) -> str:
    """The copy's name in the records."""
    return PurePosixPath(task.output_name).with_name(written.name).as_posix()


def _key(content: str, rulebook: str | None, terms: pipeline.Terms) -> Key:
    """All that a record depends on: content, rulebook, program, options. Raises RulebookError."""
    name = terms.rulebook or rulebook
    rules = rules_digest(name) if name else None
    waivers = terms.waiving.in_force if terms.waiving else ()
    options = Options(
        rulebook if terms.rulebook else None,
        repr(terms.limits),
        hashlib.sha256(repr(waivers).encode()).hexdigest() if waivers else None,
        _digest_of(terms.forms) if terms.forms else UNSET,
    )
    return Key(content, rulebook, rules, __version__, options)


def _digest_of(forms: Iterable[FormFile]) -> str:
    """A digest of the bureau's own kinds of form, wherever their files lie."""
    return hashlib.sha256(repr(sorted(file.text for file in forms)).encode()).hexdigest()


def _unchanged(task: Task, known: EarlierResult) -> bool:
    try:
        content = _sha256(task.source)
        for key in known.keys:
            if key is None or key != _key(content, key.rulebook, task.terms):
                return False
        return known.output is None or _is_as_written(task, known.output, known.output_sha256)
    except (OSError, RulebookError):
        return False


def _is_as_written(task: Task, output: str, digest: str | None) -> bool:
    """Whether the scored copy of an earlier run is where this task would write it, unchanged. Raises OSError."""
    if task.output is None:
        return False
    written = _copy(task, PurePosixPath(output).suffix)
    return output == _named(task, written) and digest == _sha256(written)


def withdraw_copy(task: Task) -> None:
    """Delete an earlier scored copy that is no longer true, unless somebody has changed it."""
    known = task.known
    if known and known.output:
        with suppress(OSError):
            if _is_as_written(task, known.output, known.output_sha256):
                _copy(task, PurePosixPath(known.output).suffix).unlink()


def _sha256(path: str | Path) -> str:
    """Raises OSError."""
    if is_special(path):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The entry point: commands that read workbooks run in a child process, so that a crash can be reported.

A workbook may hang in native code or exhaust memory, and a killed process reports nothing. So a child does the
work under limits that it sets itself, while this process waits. If the child is killed, this process runs the
same command once more to report that, without opening the workbook. Only cheap modules are imported before the
child starts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

NAME = "perf-xlsx"  # also if started with python -m
READING = ("score", "check", "verify", "report", "check-report")  # the commands that open workbooks
COMPLETED = 64  # added to the child's exit code; a killed process returns 1 or a signal
UNFLUSHED = 120  # Python's exit code when the last flush fails
LAUNCHED = "PERF_XLSX_LAUNCHED"  # environment variable of a child that was spawned
ONE_CTRL_C = 0.5  # seconds: a Ctrl-C arrives twice, from the terminal and from the parent
STOPPED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")  # sent by a user, not caused by the workbook


def main() -> NoReturn:
    """Run the command line; ends this process with the exit code of the command."""
    _open_streams()
    if os.environ.pop(LAUNCHED, None):
        _work()
    if _reads(sys.argv[1:]):
        pid, code = _run_forked() if hasattr(os, "fork") else _run_spawned()
        if COMPLETED <= code < 256:
            sys.exit(code if code == UNFLUSHED else code - COMPLETED)
        _end_by_same_signal(code)
        _run(pid)
    _run(None)


def _reads(words: list[str]) -> bool:
    """Whether the command opens workbooks that others filled in."""
    made_from = words[:1] == ["template"] and any(word.partition("=")[0] == "--from" for word in words)
    return made_from or (words[:1] != [] and words[0] in READING)


def _open_streams() -> None:
    """Open the null device for closed streams (>&-); else the next opened file would get their number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # open until the process ends


def _run(killed: int | None) -> NoReturn:
    """Run the command in this process; `killed` is the number of the child that was killed."""
    from perf_xlsx.cli.group import Launched
    from perf_xlsx.cli.main import main as command

    command(prog_name=NAME, obj=Launched(killed) if killed is not None else None)
    sys.exit(0)  # not reached: click exits


def _work() -> NoReturn:
    """Run the command in a child; the exit code shows that it was not killed."""
    from perf_xlsx.cli.group import Launched
    from perf_xlsx.cli.main import main as command

    code = 0
    try:
        command(prog_name=NAME, obj=Launched())
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except MemoryError:
        os._exit(1)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    os._exit(_flushed(COMPLETED + code))


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return UNFLUSHED
    return code


def _end_by_same_signal(code: int) -> None:
    """End this process by the signal with which a user ended the child; return if it ended otherwise."""
    for name in STOPPED:
        number = getattr(signal, name, None)
        if number is not None and code == -number:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


def _run_forked() -> tuple[int, int]:
    """Run a forked child; returns its number and its exit code, which is minus the signal if one killed it."""
    if sys.platform == "win32":
        raise AssertionError("Windows starts a child anew")
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    pid = os.fork()
    if pid == 0:
        os.close(writer)
        if not ignored:
            signal.signal(signal.SIGINT, _interrupt_once())
        threading.Thread(target=_end_with_parent, args=(reader,), daemon=True).start()
        _work()
    os.close(reader)
    if not ignored:
        signal.signal(signal.SIGINT, lambda number, frame: _forward(pid, number))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not ignored:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return pid, code


def _interrupt_once() -> Callable[[int, object], None]:
    """A handler of Ctrl-C that ignores the second of two signals in quick succession."""
    last = -ONE_CTRL_C

    def interrupted(number: int, frame: object) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before >= ONE_CTRL_C:
            raise KeyboardInterrupt

    return interrupted


def _forward(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # the child has just ended
        return


def _end_with_parent(reader: int) -> None:
    """End this process when its parent ends: the pipe from it is then closed."""
    os.read(reader, 1)
    os._exit(1)


def _run_spawned() -> tuple[int, int]:
    """Run a spawned child (Windows), which ends together with this process; returns number and exit code."""
    import subprocess

    words = [sys.executable, "-P", *subprocess._args_from_interpreter_flags()]  # type: ignore[attr-defined]
    child = subprocess.Popen([*words, "-m", "perf_xlsx", *sys.argv[1:]], env=os.environ | {LAUNCHED: "1"})
    signal.signal(signal.SIGINT, lambda number, frame: None)  # the console signals both processes
    if sys.platform == "win32":
        from perf_xlsx.system.memory_cap import bind

        bind(int(child._handle))  # type: ignore[attr-defined]
    code = child.wait()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return child.pid, code

"""Where a command starts: what reads workbooks does so in a process of its own, whose end this one survives.

A workbook may hang in native code or take all memory, and a process that is ended tells nothing. So the work is
done by a child, under the limits that it sets itself, while this process waits; where the child does not come
to its end, the same command is told here once more without opening the workbook. Only what costs nothing is
imported before the child starts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

NAME = "perf-xlsx"  # also where it was started as a module
READING = ("score", "check")  # the commands that open workbooks
CAME_TO_ITS_END = 64  # added to a child's exit code: a process that is ended gives 1, or none
UNFLUSHED = 120  # as Python exits where its last words could not be written
LAUNCHED = "PERF_XLSX_LAUNCHED"  # in the environment of a child that was not forked
ONE_CTRL_C = 0.5  # seconds: the terminal tells it both processes, and this one passes it on
STOPPED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")  # somebody's wish, not the workbook's doing


def main() -> NoReturn:
    """The command, from the words of the command line; ends this process with its exit code."""
    _open_streams()
    if os.environ.pop(LAUNCHED, None):
        _work()
    if sys.argv[1:2] and sys.argv[1] in READING:
        pid, code = _forked() if hasattr(os, "fork") else _spawned()
        if CAME_TO_ITS_END <= code < 256:
            sys.exit(code if code == UNFLUSHED else code - CAME_TO_ITS_END)
        _end_as_it_did(code)
        _run(pid)
    _run(None)


def _open_streams() -> None:
    """Let streams that were closed to us (>&-) lead nowhere; the next file opened would take their number."""
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
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # as long as this process


def _run(fallen: int | None) -> NoReturn:
    """The command itself in this process; `fallen` is the process that did not come to the end of it."""
    from perf_xlsx.cli.group import Launched
    from perf_xlsx.cli.main import main as command

    command(prog_name=NAME, obj=Launched(fallen) if fallen is not None else None)
    sys.exit(0)  # click has ended it already


def _work() -> NoReturn:
    """The command in a child: it limits itself, and its exit code says that it came to its end."""
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
    os._exit(_flushed(CAME_TO_ITS_END + code))


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return UNFLUSHED
    return code


def _end_as_it_did(code: int) -> None:
    """End this process by the signal that somebody ended the child with; return for every other death."""
    for name in STOPPED:
        number = getattr(signal, name, None)
        if number is not None and code == -number:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


def _forked() -> tuple[int, int]:
    """A child that is a copy of this process: its number, and its exit code, or less the signal that ended it."""
    held, ours = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    deaf = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        if not deaf:
            signal.signal(signal.SIGINT, _once())
        threading.Thread(target=_until_let_go, args=(held,), daemon=True).start()
        _work()
    os.close(held)
    if not deaf:
        signal.signal(signal.SIGINT, lambda number, frame: _tell(pid, number))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not deaf:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return pid, code


def _once() -> Callable[[int, object], None]:
    """Ctrl-C, which comes twice: from the terminal, and passed on."""
    last = -ONE_CTRL_C

    def interrupted(number: int, frame: object) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before >= ONE_CTRL_C:
            raise KeyboardInterrupt

    return interrupted


def _tell(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it has just ended
        return


def _until_let_go(held: int) -> None:
    """End this process with the one that waits for it."""
    os.read(held, 1)
    os._exit(1)


def _spawned() -> tuple[int, int]:
    """A child of its own making, for Windows; it ends with this process."""
    import subprocess

    words = [sys.executable, "-P", *subprocess._args_from_interpreter_flags()]  # type: ignore[attr-defined]
    child = subprocess.Popen([*words, "-m", "perf_xlsx", *sys.argv[1:]], env=os.environ | {LAUNCHED: "1"})
    signal.signal(signal.SIGINT, lambda number, frame: None)  # the console tells both
    if sys.platform == "win32":
        from perf_xlsx.system.memory_cap import bind

        bind(int(child._handle))  # type: ignore[attr-defined]
    code = child.wait()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return child.pid, code

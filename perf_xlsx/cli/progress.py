"""How far a long run is: a bar on a terminal, else a plain line now and then. Always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from perf_xlsx.batch.pace import Pace
from perf_xlsx.cli.screen import is_terminal
from perf_xlsx.system.streams import say

LINE_EVERY = 10  # seconds

Tick = Callable[[str], None]  # one more is done, with this outcome


@contextmanager
def progress(total: int, lines: bool = True) -> Iterator[Tick]:
    """Show rate, time left and counts by outcome while `total` workbooks are done; a single one is not shown.

    Where there is no terminal, as lines; not even so without `lines`.
    """
    terminal = is_terminal(sys.stderr)
    if total < 2 or not (terminal or lines):
        yield lambda _: None
    elif terminal:
        with _bar(total) as tick:
            yield tick
    else:
        yield _lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Tick]:
    from rich.console import Console  # most runs show no bar
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    pace = Pace(total)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("", total=total, pace=pace)

        def tick(outcome: str) -> None:
            pace.add(outcome)
            bar.advance(task)

        yield tick


def _lines(total: int) -> Tick:
    pace = Pace(total)
    last = time.monotonic()

    def tick(outcome: str) -> None:
        nonlocal last
        pace.add(outcome)
        if time.monotonic() - last >= LINE_EVERY:
            last = time.monotonic()
            say(f"已完成 {pace.counts.total()}/{total}，{pace}", err=True)

    return tick

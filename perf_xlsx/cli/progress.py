"""How far a long run is: a bar on a terminal, else a plain line now and then. Always on stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from perf_xlsx.cli.screen import is_terminal
from perf_xlsx.system.streams import say

LINE_EVERY = 10  # seconds

Tick = Callable[[str], None]  # one more is done, with this outcome


@contextmanager
def progress(total: int) -> Iterator[Tick]:
    """Show rate, time left and counts by outcome while `total` workbooks are done; a single one is not shown."""
    if total < 2:
        yield lambda _: None
    elif is_terminal(sys.stderr):
        with _bar(total) as tick:
            yield tick
    else:
        yield _lines(total)


class _Pace:
    """Counts, and the rate of the last hundred: what an earlier run has done goes by in an instant."""

    def __init__(self, total: int) -> None:
        self.total, self.counts = total, Counter[str]()
        self.times = deque([time.monotonic()], maxlen=100)

    def add(self, outcome: str) -> None:
        self.counts[outcome] += 1
        self.times.append(time.monotonic())

    def __str__(self) -> str:
        rate = (len(self.times) - 1) / max(self.times[-1] - self.times[0], 0.001)
        left = self.total - self.counts.total()
        words = [f"每秒{rate:.1f}份", f"还需{duration(left / rate)}"] if rate and left else []
        return "，".join([*words, *(f"{outcome}{count}" for outcome, count in self.counts.items())])


@contextmanager
def _bar(total: int) -> Iterator[Tick]:
    from rich.console import Console  # most runs show no bar
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    pace = _Pace(total)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("", total=total, pace=pace)

        def tick(outcome: str) -> None:
            pace.add(outcome)
            bar.advance(task)

        yield tick


def _lines(total: int) -> Tick:
    pace = _Pace(total)
    last = time.monotonic()

    def tick(outcome: str) -> None:
        nonlocal last
        pace.add(outcome)
        if time.monotonic() - last >= LINE_EVERY:
            last = time.monotonic()
            say(f"已完成 {pace.counts.total()}/{total}，{pace}", err=True)

    return tick


def duration(seconds: float) -> str:
    """45 -> "45秒", 200 -> "3分20秒", 7300 -> "2小时1分"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}小时{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"

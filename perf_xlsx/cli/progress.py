"""How far a long run is: a bar where there is a terminal, else a plain line now and then. Always on stderr."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console

LINE_EVERY = 10  # seconds

Tick = Callable[[str], None]  # one more is done, with this outcome


@contextmanager
def progress(total: int, console: Console) -> Iterator[Tick]:
    """Show rate, time left and counts by outcome while `total` workbooks are done; a single one is not shown."""
    if total < 2:
        yield lambda _: None
    elif console.is_terminal:
        with _bar(total, console) as tick:
            yield tick
    else:
        yield _lines(total, console)


class _Pace:
    """Counts, and the rate of the last hundred: what was done in an earlier run goes by in an instant."""

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
def _bar(total: int, console: Console) -> Iterator[Tick]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # late: most runs show none

    pace = _Pace(total)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=total, pace=pace)

        def tick(outcome: str) -> None:
            pace.add(outcome)
            shown.advance(task)

        yield tick


def _lines(total: int, console: Console) -> Tick:
    pace = _Pace(total)
    last = time.monotonic()

    def tick(outcome: str) -> None:
        nonlocal last
        pace.add(outcome)
        if time.monotonic() - last >= LINE_EVERY:
            last = time.monotonic()
            with suppress(OSError):  # stderr takes no more: no reason to stop
                console.print(f"已完成 {pace.counts.total()}/{total}，{pace}", soft_wrap=True)

    return tick


def duration(seconds: float) -> str:
    """45 -> "45秒", 200 -> "3分20秒", 7300 -> "2小时1分"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}小时{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"

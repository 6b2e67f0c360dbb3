"""How fast a run goes, and how long it will take."""

from __future__ import annotations

import time
from collections import Counter, deque


class Pace:
    """Counts, and the rate of the last hundred: what an earlier run has done goes by in an instant."""

    def __init__(self, total: int) -> None:
        self.total, self.counts = total, Counter[str]()
        self.times = deque([time.monotonic()], maxlen=100)

    def add(self, outcome: str) -> None:
        """One more is done."""
        self.counts[outcome] += 1
        self.times.append(time.monotonic())

    @property
    def rate(self) -> float:
        """Workbooks a second."""
        return (len(self.times) - 1) / max(self.times[-1] - self.times[0], 0.001)

    @property
    def left(self) -> str:
        """The time that the others will take, in words; "" where it cannot be told."""
        rate, left = self.rate, self.total - self.counts.total()
        return duration(max(1, left / rate)) if rate and left > 0 else ""

    def __str__(self) -> str:
        words = [f"每秒{self.rate:.1f}份", f"还需{self.left}"] if self.left else []
        return "，".join([*words, *(f"{outcome}{count}" for outcome, count in self.counts.items())])


def duration(seconds: float) -> str:
    """45 -> "45秒", 200 -> "3分20秒", 7300 -> "2小时1分"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}小时{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"

"""Letters against the run that they belong to: scoring, consolidating and writing letters ÷ without letters.

    python -m benchmarks.letters [RETURNS...]      (default: 10 100 500)

All in one process, so that other work on the machine does not count; each count is done three times, the best of
both parts counts. Every return is one of `benchmarks/returns.py`, most of which have errors and get a letter; the
list of units asks for a tenth more, who get a reminder.
"""

from __future__ import annotations

import datetime
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.returns import unit_name, write_returns

REPEATS = 3


def measured(returns: Path, out: Path, count: int) -> tuple[float, float, int]:
    """Seconds of processor time without letters, those that letters take, and how many there are."""
    from perf_xlsx import batch
    from perf_xlsx.batch.roster import ListedUnit, Roster
    from perf_xlsx.consolidated import write_consolidated
    from perf_xlsx.letters import LetterTerms, templates, write_letters

    units = [unit_name(number) for number in range(count + count // 10)]
    roster = Roster("名单", [ListedUnit(row, unit, f"{row:06}") for row, unit in enumerate(units, 2)])
    start = time.process_time()
    for _ in batch.run(batch.plan([returns], out), roster=roster):
        pass
    write_consolidated(out, None, roster)
    scored = time.process_time()
    written = write_letters(out, LetterTerms(datetime.date(2026, 3, 31), "示例县财政局"), templates())
    return scored - start, time.process_time() - scored, sum(written.matters.values())


def main(counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_returns(folder / "in", count)
            rounds = []
            for _ in range(REPEATS):
                shutil.rmtree(folder / "out", ignore_errors=True)
                rounds.append(measured(folder / "in", folder / "out", count))
        without, more = min(one[0] for one in rounds), min(one[1] for one in rounds)
        letters = rounds[0][2]
        print(
            f"{count} returns, {letters} letters: with ÷ without {(without + more) / without:.3f}"
            f" ({without:.2f} s, {1000 * more / letters:.1f} ms a letter)"
        )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10, 100, 500])

"""The collector of garbage in cycles, which rests while one workbook is scored."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector() -> Iterator[None]:
    """Look for no garbage in cycles meanwhile.

    Cells, entries and findings live until their workbook is done, so that every walk over them is in vain: a tenth
    of the time. Little of it is in cycles (5% more memory), and the limits of a workbook bound it.
    """
    if not gc.isenabled():  # whoever stopped it starts it again
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

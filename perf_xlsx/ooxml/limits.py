"""The limits beyond which a file is refused before memory is spent on it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from msgspec import Struct

from perf_xlsx.system.os_errors import stopped_at
from perf_xlsx.system.safe_text import one_line

MIB = 1024 * 1024
LARGEST_FILE = 64 * 1024  # bytes of a limits file; it holds a dozen short lines
LARGEST = 2**40  # of any limit: beyond it a number is a slip, and arithmetic of the system ends


class LimitsError(ValueError):
    """A limits file that cannot be used. The message is Chinese, for the operator."""


class Limits(Struct, frozen=True):
    """How much one workbook may hold. Sizes in MiB; each field's comment says what it bounds.

    A returned form has some 20 parts, 5,000 cells and 100 KB; the limits lie a hundred times above. Together they
    keep the worst file that is still read within some 1.5 GB of memory and some ten seconds.
    """

    file_mb: int = 64  # the file as it lies on the disk
    unpacked_mb: int = 256  # all parts of the zip, unpacked
    part_mb: int = 128  # one part, unpacked (a picture)
    ratio: int = 300  # unpacked size over packed size, of the whole zip
    parts: int = 2_000  # entries of the zip
    markup: int = 5_000_000  # "<" and "=" in all XML that is parsed: bounds elements and attributes, so memory
    cells: int = 500_000  # that hold something: of one worksheet, in other formats of all
    rows: int = 2_000  # filled rows of one table of the form
    forms: int = 100  # forms of one workbook, each of which is scored
    text: int = 32_767  # characters of one cell: Excel's own limit
    merges: int = 20_000  # merged ranges of one worksheet
    formats: int = 60_000  # cell formats: Excel's own limit, with room for ours
    spins: int = 1_000_000  # hash rounds of all passwords; Office's own 100,000 for each are never too many


def load_limits(path: Path) -> Limits:
    """Limits from a TOML file that names those which differ, as `parts = 3000`. Raises LimitsError or OSError."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise LimitsError(f"{path} 超过 {LARGEST_FILE // 1024} KB，不像上限文件。")
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LimitsError(f"{path} 不是有效的 TOML 文件{stopped_at(error)}。") from error
    known = Limits.__struct_fields__
    for key, value in raw.items():
        if key not in known:
            called = one_line(key)[:40]
            raise LimitsError(f"{path} 中的“{called}”不是上限的名称，可用的有：{'、'.join(known)}。")
        if type(value) is not int or not 1 <= value <= LARGEST:
            raise LimitsError(f"{path} 中的“{key}”应为正整数，最大 {LARGEST}。")
    return Limits(**raw)

"""Rows of the indicators that are parts of the row above (其中): they carry no points and are not scored."""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.domain.numerals import ITEM
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

_NUMBERED = pattern(rf"[(（]\s*(?:\d{{1,2}}|{ITEM})\s*[)）]|\d{{1,2}}\s*[)）.．、](?!\d)|[①-⑳]")
PARTS = tuple(vocabulary("rows")["part"]["words"])
ADVICE = "可以不改；如它是单独的指标，请填写分值和得分。"


def is_part(name: str, above: str) -> bool:
    """Whether a row that carries no points is a part of the row `above` ("": there is none), by how it is named.

    True where its name begins with 其中, or is numbered and the one above is not.
    """
    if not above:
        return False
    begins = normalise(name).startswith(PARTS)
    return begins or bool(_NUMBERED.match(name.strip()) and not _NUMBERED.match(above.strip()))


def parts_remark(at: Address, field: str, parts: Mapping[int, str]) -> ReadingRemark:
    """R16: one remark about all such rows; `parts` are their names by row."""
    names = [*parts.values()]
    first = "".join(f"“{name}”" for name in names[:3]) + ("等" if len(names) > 3 else "")
    message = f"{first}{len(names)}行没有分值和得分，是上面一项指标的一部分，不单独评分。"
    return ReadingRemark("R16", at, field, message, ADVICE, names[0])

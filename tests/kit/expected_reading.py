"""What a careful person reads of a form, as expect.json says it, and how the product's reading differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from tests.kit.published_tables import fold

_JUDGED = {"达成预期指标": "达成", "达成年度指标": "达成", "部分达成预期指标": "部分达成"}


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _same(want: Any, got: Any) -> bool:
    if want in (None, "") or got in (None, ""):
        return want in (None, "") and got in (None, "")
    one, other = _number(want), _number(got)
    if one is not None and other is not None:
        return one == other
    return fold(_JUDGED.get(want, want)) == fold(got)


def differences(expected: Mapping[str, Any], read: Mapping[str, Any]) -> list[str]:
    """What is read otherwise than expected; `read` is the form as JSON."""
    return [*_of_boxes(expected, read), *_of_indicators(expected, read)]


def _of_boxes(expected: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[str]:
    for what, key in (("total", "claimed_total"), ("unit", "unit"), ("year", "year")):
        if not _same(expected[what], read[key]):
            yield f"{what}: {expected[what]} read as {read[key]}"
    if expected.get("grade") and not _same(expected["grade"], read["claimed_grade"]):
        yield f"grade: {expected['grade']} read as {read['claimed_grade']}"
    initial, adjusted, executed = expected["funds"]
    base = adjusted or (initial if expected.get("base") == "initial" else None)
    if base and executed is not None:
        want, got = Fraction(str(executed)) / Fraction(str(base)), read["execution"]["rate"]
        if got is None or abs(Fraction(got) - want) > Fraction(1, 10**6):
            yield f"execution rate: {float(want):.4f} read as {got}"


def _of_indicators(expected: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[str]:
    names = {fold(row[0]) for row in expected["indicators"]}
    yield from (
        f"no such indicator: {row['name']}" for row in read["indicators"] if fold(row["name"]) not in names
    )
    for row in expected["indicators"]:
        hit = next((one for one in read["indicators"] if _same(row[0], one["name"])), None)
        if hit is None:
            yield f"not read: {row[0]}"
            continue
        yield from (
            f"{row[0]}: {what} {want} read as {got}"
            for what, want, got in _pairs(row, hit)
            if not _same(want, got)
        )


def _pairs(row: Any, hit: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    _, sign, target, unit, actual, weight, claimed = row
    yield from (("weight", weight, hit["weight"]), ("claimed", claimed, hit["claimed"]))
    judged = "定性" in (hit["method"], hit["sign"]) and _number(target) is None
    if not judged:
        yield from (
            ("target", target, hit["target"]),
            ("actual", actual, hit["actual"]),
            ("unit", unit, hit["unit"]),
        )
        if sign:
            yield "sign", sign, hit["sign"]

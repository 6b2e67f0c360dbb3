"""Which findings a unit is asked to act on, and whether they leave a form open though no error stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from perf_xlsx.domain.model import Severity, Standing

ACROSS = "B"  # what comparing with other returns finds; the unit cannot mend it in its form
OFFICE = "R17"  # by which rulebook to score: the office chooses it, the unit typed nothing
WRONG_UNIT = "F10"  # amounts in another money unit: no sum, rate or points are computed from them
UNUSUAL_SIZE = "F11"  # amounts of a size that few forms have: they count, and are probably in another money unit


class AnyFinding(Protocol):
    """A finding, or its record."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def standing(self) -> Standing: ...


AnyFound = TypeVar("AnyFound", bound=AnyFinding)


def is_for_unit(found: AnyFinding) -> bool:
    """Whether a finding is one that the unit is asked to act on, unless the office waives it."""
    return found.severity != "notice" and not found.code.startswith((ACROSS, OFFICE))


def counted(found: AnyFinding) -> bool:
    """Whether a finding is one that the unit is asked to act on."""
    return found.standing != "waived" and is_for_unit(found)


def is_open(provisional: bool, findings: Iterable[AnyFinding]) -> bool:
    """Whether the unit must still settle points or money: such a form is not sealed, and goes back."""
    return bool(keeping_open(provisional, findings))


def keeping_open(provisional: bool, findings: Iterable[AnyFound]) -> list[AnyFound]:
    """What the unit must settle before points or money are final.

    `provisional`: its total is, and anything that the unit is asked may be why. What the office waived is settled.
    """
    return [found for found in findings if counted(found) and (provisional or found.code == WRONG_UNIT)]

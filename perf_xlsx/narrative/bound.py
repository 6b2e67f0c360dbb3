"""A figure of a report with its role, and the figures of the form that it may be."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from perf_xlsx.figures import Figure, Figures, Subject
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.words import RoleWord

NOT_CHECKED = frozenset((
    "income", "change", "share", "plan", "received_rate", "outside", "date", "document_number", "ordinal", "other",
))  # fmt: skip  # roles that no form has
OF_PROJECT = {
    "initial": "project_initial", "adjusted": "project_budget", "executed": "project_executed",
    "execution_rate": "project_rate", "balance": "balance",
}  # fmt: skip
OF_INDICATOR = frozenset((
    "indicator_target", "indicator_midyear", "indicator_actual", "indicator_completion", "indicator_weight",
    "indicator_points", "indicator_lost_points",
))  # fmt: skip
TELLING = 3  # digits


class Bound(Struct, frozen=True):
    """A figure of a report with its role. `figures` are those of the form that it may be, the likeliest first.

    `of` is what it is of, as the form calls it, `names` as the report does. `sure`: nothing else stands before it,
    so that it differs where it does not agree. `other_year`: it is said of another. `traced`: a bookmark
    of ours is around it. `word` is its role of money.
    """

    mention: Mention
    role: str
    of: Subject | None = None
    names: str = ""
    figures: tuple[Figure, ...] = ()
    sure: bool = False
    sign: str = ""
    other_year: bool = False
    traced: bool = False
    word: RoleWord | None = None


def figures_in(figures: Figures, roles: tuple[str, ...], subjects: tuple[Subject, ...]) -> tuple[Figure, ...]:
    """The figures in these roles of money of lines and projects, the first subject's first."""
    found: list[Figure] = []
    for subject in subjects:
        for role in roles:
            key = OF_PROJECT.get(role, "") if subject.type == "project" else role
            found += figures.of(key, subject)  # type: ignore[arg-type]  # a role that no form has gives none
    return tuple(found)


def is_telling(mention: Mention) -> bool:
    """Whether a number is no round one, that may be anything: 100%, 5万元."""
    return len(digits_of(mention.number)) >= TELLING


@lru_cache(1 << 12)
def digits_of(number: Decimal | None) -> str:
    """The digits of a number without zeros at its ends; they are the same in 元 and in 万元."""
    return str(number or "").replace(".", "").strip("0-")

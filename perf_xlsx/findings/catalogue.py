"""The catalogue of findings, and the registry of checks.

The entries are in catalogue.toml. A check yields observations; code, severity and basis come from its entry, so
that it cannot cite the wrong rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from inspect import signature
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Correction, Entry, Finding, Severity, Trust
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import half_up, percent, plain
from perf_xlsx.rulebook import Rulebook


class CatalogueEntry(Struct, frozen=True):
    """One kind of finding. `severities[0]` is the usual one; a check may choose among the others.

    `why` says in Chinese why it matters, `good` and `bad` are examples of what people type. Either `cites` names a
    rulebook setting, or `basis` is a text where no rulebook decides, and `trust` how far that text is known.
    `of_points`: it means nothing on a form that holds no points. `touches` are the values that its advice lets a
    unit change.
    """

    code: str
    title: str
    severities: tuple[Severity, ...]
    why: str
    good: str
    bad: str
    basis: str = ""
    cites: str = ""
    trust: Trust = Trust.AGREED
    of_points: bool = False
    touches: tuple[str, ...] = ("own",)

    @property
    def stated(self) -> str:
        """The basis where no rulebook decides, marked unless its text was read."""
        return self.basis + self.trust.after(self.basis)


class Observation(Struct, frozen=True):
    """What a check saw at one place. Texts are Chinese; None as `severity` or `basis` means the usual one."""

    place: Place
    field: str
    given: str | None
    message: str
    advice: str
    expected: str | None = None
    difference: str | None = None
    severity: Severity | None = None
    basis: str | None = None
    correction: Correction | None = None
    others: tuple[Place, ...] = ()  # of further cells that it is about


Check = Callable[..., Iterable[Observation]]  # its parameters: any of evaluation, scores, rulebook, diagnoses
EXECUTION_WEIGHT = "预算执行率分值"  # field of R17 where the form has another than the rules
LONGEST_GIVEN, LONGEST_MESSAGE = 100, 1000
CHECKS: list[tuple[str, Check, tuple[str, ...]]] = []  # code, check, its parameters


@cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """Every kind of finding by its code."""
    raw = tomllib.loads(files("perf_xlsx.findings").joinpath("catalogue.toml").read_text("utf-8"))
    return {
        code: CatalogueEntry(
            code,
            entry.pop("title"),
            tuple(entry.pop("severity")),
            trust=Trust(entry.pop("trust", Trust.AGREED)),
            touches=tuple(entry.pop("touches", ("own",))),
            **entry,
        )
        for code, entry in raw.items()
    }


def check(code: str) -> Callable[[Check], Check]:
    """Register a check under its code, which must be in the catalogue."""
    if code not in catalogue():
        raise LookupError(f"{code} is not in catalogue.toml")

    def register(function: Check) -> Check:
        CHECKS.append((code, function, tuple(signature(function).parameters)))
        return function

    return register


def observed(entry: Entry[Any], message: str, advice: str, **more: Any) -> Observation:
    """An observation at an entry's own cell."""
    return Observation(entry.place, entry.field, entry.given or None, message, advice, **more)


def to_number(entry: Entry[Decimal], value: Decimal) -> Correction | None:
    """The correction of an entry to a number; None where it has no cell."""
    return Correction(entry.place, entry.field, plain(value), value) if entry.place.cell else None


def to_rate(entry: Entry[Decimal], rate: Fraction) -> Correction | None:
    """The correction of an entry to a rate, as percent with two decimals; None where it has no cell."""
    return Correction(entry.place, entry.field, percent(rate), half_up(rate, 4)) if entry.place.cell else None


def to_word(entry: Entry[str], word: str) -> Correction | None:
    """The correction of an entry to a word; None where it has no cell."""
    return Correction(entry.place, entry.field, word, word) if entry.place.cell else None


def finding(code: str, observation: Observation, rulebook: Rulebook | None) -> Finding:
    """Make a finding of an observation, with severity and basis of its catalogue entry."""
    entry = catalogue()[code]
    if observation.severity is not None and observation.severity not in entry.severities:
        raise LookupError(f"{code} is never of severity {observation.severity}")
    severity = observation.severity or entry.severities[0]
    usual = basis_of(entry, rulebook) if rulebook else entry.stated
    found = Finding(
        code,
        severity,
        observation.place,
        observation.field,
        observation.given,
        observation.expected,
        observation.difference,
        _message(observation),
        observation.advice,
        observation.basis or usual,
        correction=observation.correction,
        others=observation.others,
    )
    return with_rulebook_severity(found, rulebook) if rulebook else found


def basis_of(entry: CatalogueEntry, rulebook: Rulebook) -> str:
    """The rule behind a kind of finding, in words, or that the rulebook has none."""
    if entry.cites and entry.cites not in rulebook.settings:
        return f"本软件约定（评分办法“{rulebook.name}”没有这项规定）"
    return str(rulebook.cite(entry.cites)) if entry.cites else entry.stated


def _message(observation: Observation) -> str:
    """The message as one line; of a long text that was typed only the beginning."""
    message = observation.message.replace("\n", " ")
    if observation.given and len(observation.given) > LONGEST_GIVEN:
        message = message.replace(observation.given, f"{observation.given[:LONGEST_GIVEN]}…")
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def with_rulebook_severity(found: Finding, rulebook: Rulebook) -> Finding:
    """The finding with the rulebook's severity, unless the check chose a milder one."""
    usual = catalogue()[found.code].severities[0]
    severity = rulebook.severities.get(found.code, usual)
    return replace(found, severity=severity) if found.severity == usual != severity else found


def run_checks(
    arguments: Mapping[str, Any], rulebook: Rulebook, codes: Container[str] | None
) -> Iterator[Finding]:
    """Everything that the registered checks observe (those of `codes`), in the order of their registration.

    Each check gets the arguments that its parameters name.
    """
    for code, function, names in CHECKS:
        if codes is None or code in codes:
            for observation in function(**{name: arguments[name] for name in names}):
                yield finding(code, observation, rulebook)

"""A rulebook: settings with their basis, bands, grades, caps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.levels import level_named
from perf_xlsx.domain.model import Citation, Entry, Severity, Trust
from perf_xlsx.domain.quantity import JUDGEMENTS, normalise
from perf_xlsx.vocabulary import vocabulary


@lru_cache(1 << 8)  # a judgement comes again in every row and workbook
def judgement_word(text: str) -> str:
    """A judgement for comparison: folded, without spaces."""
    return re.sub(r"\s", "", normalise(text))


class RulebookError(Exception):
    """A rulebook's TOML is wrong; `problems` name file, key and what would be right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class Band(Struct, frozen=True):
    """One band of a qualitative judgement: shares of the weight, both ends allowed."""

    judgement: str
    low: Decimal
    high: Decimal


NO_GRADE = "不能评定"
BY_REFERENCE = "参照"  # before a document that was not made for the form


class Grade(Struct, frozen=True):
    """A grade and the total from which it is earned; `open`: that total itself earns the next lower one."""

    name: str
    low: Decimal
    open: bool = False

    def reached(self, total: Decimal) -> bool:
        """Whether a total earns this grade or a higher one."""
        return total > self.low if self.open else total >= self.low


class Cap(Struct, frozen=True):
    """The highest total allowed while the execution rate is below `below` (a fraction)."""

    below: Decimal
    total: Decimal


class Tier(Struct, frozen=True):
    """What a rate (of completion or of execution) earns from `bound` on; `open`: the bound itself is below.

    `share` is the part of the weight, None the part that the rate earns without tiers. For each `step` that the
    rate is below `start`, `off` points are deducted, never below 0; `begun` counts a begun step, too.
    """

    bound: Decimal
    open: bool = False
    share: Decimal | None = None
    start: Decimal = Decimal(1)
    step: Decimal = Decimal(0)
    off: Decimal = Decimal(0)
    begun: bool = False


OTHERS = "其余指标"  # in a share-out of points: all levels 1 that it does not name
POINTS, BY_SHARE = "points", "by_share"  # how points become a total
OPEN, RESCALED = "open", "rescaled"  # what becomes of an indicator that does not apply
SILENT: Mapping[str, Any] = {
    "execution.scale": (),
    "execution.level": "",
    "quantitative.scale": (),
    "quantitative.scale_levels": (),
    "total.conversion": POINTS,
    "total.not_applicable": OPEN,
    "grades.by_level": False,
    "passages.longest": Decimal(0),
    "passages.longest_reason": Decimal(0),
}
"""The settings that a rulebook may be silent about, and what holds then."""


class Setting(Struct, frozen=True):
    """One choice of a rulebook, where it is published, and how far that text is known.

    `by_reference` are the forms that the document was not made for but is applied to (参照).
    """

    value: Any
    basis: str
    trust: Trust
    document: str
    by_reference: tuple[str, ...] = ()

    def on(self, form: str) -> Setting:
        """The same, cited as it applies to this form."""
        return replace(self, document=BY_REFERENCE + self.document) if form in self.by_reference else self


class Rulebook(Struct, frozen=True):
    """One published set of scoring rules. Numbers are points or fractions (90% is 0.9).

    `dated` are Chinese remarks on what was left behind in its file: old notation, the basis of another value.
    """

    name: str
    title: str
    document: str
    issuer: str
    source: str
    forms: tuple[str, ...]
    settings: Mapping[str, Setting]
    years: tuple[int | None, int | None] = (None, None)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    by_reference: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """As people call it, with the name that commands take."""
        return f"“{self.title}”（{self.name}）"

    def on(self, form: str) -> Rulebook:
        """The same rules, cited as they apply to this form."""
        settings = {key: setting.on(form) for key, setting in self.settings.items()}
        document = BY_REFERENCE + self.document if form in self.by_reference else self.document
        return replace(self, document=document, settings=settings, by_reference=())

    def value(self, key: str) -> Any:
        """The value of a setting; of one that the rulebook is silent about, what holds then."""
        setting = self.settings.get(key)
        return SILENT[key] if setting is None else setting.value

    def number(self, key: str) -> Decimal:
        """A number by its key, as "execution.weight"."""
        value: Decimal = self.value(key)
        return value

    def word(self, key: str) -> str:
        """A formula's or column's name by its key, as "quantitative.at_most"."""
        value: str = self.value(key)
        return value

    def flag(self, key: str) -> bool:
        """A yes or no by its key."""
        value: bool = self.value(key)
        return value

    def tiers(self, key: str) -> tuple[Tier, ...]:
        """Tiers by their key, the highest first; empty where a rate earns its own part of the weight."""
        value: tuple[Tier, ...] = self.value(key)
        return value

    @property
    def bands(self) -> tuple[Band, ...]:
        """The qualitative bands, best first."""
        value: tuple[Band, ...] = self.settings["qualitative.bands"].value
        return value

    def band(self, actual: Entry[Any]) -> Band | None:
        """The band that an actual names, in the rulebook's own words or by its class, best to worst; or None."""
        return self.named(actual.given) or self.named(actual.value) or self.of_class(actual.value)

    def named(self, word: object) -> Band | None:
        """The band that a word names in the rulebook's own words, however it is spaced; or None."""
        folded = judgement_word(word) if isinstance(word, str) else ""
        return next((band for band in self.bands if judgement_word(band.judgement) == folded), None)

    def of_class(self, judgement: object) -> Band | None:
        """The band of a class of the vocabulary; None where the bands do not match these classes."""
        return self._classes.get(judgement)

    def official_words(self, band: Band) -> tuple[str, ...]:
        """The words of published forms for a band, without those that name another band here."""
        known = vocabulary("judgements")["classes"]
        words = [word for name, own in self._classes.items() if own == band for word in known[name]["official"]]
        return tuple(word for word in words if self.named(word) in (None, band))

    @property
    def _classes(self) -> Mapping[object, Band]:
        """The bands by the classes of the vocabulary, best to worst; empty where they do not match."""
        match self.bands:
            case [best, worst]:
                return {JUDGEMENTS[0]: best, JUDGEMENTS[-1]: worst}
            case bands if len(bands) == len(JUDGEMENTS):
                return dict(zip(JUDGEMENTS, bands, strict=True))
        return {}

    @property
    def unclaimed(self) -> Mapping[str, Decimal]:
        """By judgement, the share given when the unit claims no points; a judgement not named stays open."""
        value: Mapping[str, Decimal] = self.settings["qualitative.unclaimed"].value
        return value

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades, best first."""
        value: tuple[Grade, ...] = self.settings["grades.bounds"].value
        return value

    @property
    def caps(self) -> tuple[Cap, ...]:
        """Caps of the total by execution rate, the lowest first; empty where the rulebook has none."""
        value: tuple[Cap, ...] = self.settings["total.caps"].value
        return value

    def cap(self, rate: Fraction | None) -> Cap | None:
        """The cap that an execution rate brings, if any."""
        return None if rate is None else next((cap for cap in self.caps if rate < cap.below), None)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words by its key, as "passages.department"; empty where the rulebook has no such setting."""
        setting = self.settings.get(key)
        value: tuple[str, ...] = SILENT.get(key, ()) if setting is None else setting.value
        return value

    def level_weights(self, form: str, levels: Iterable[str]) -> Mapping[str, Decimal]:
        """Points that each level 1 should carry; empty where none is set, or the form (its `levels`) lacks one."""
        # levels that the rulebook does not know do not hide the others
        fitting = [weights for weights in self.ruled_levels(form) if set(weights) <= set(levels)]
        return max(fitting, key=len, default={})

    def ruled_levels(self, form: str) -> tuple[Mapping[str, Decimal], ...]:
        """The ways to share out a form's points, by levels as forms name them, without what is left for others."""
        return tuple(
            {level_named(level): points for level, points in weights.items() if level != OTHERS}
            for weights in self.weight_sets(form)
        )

    @property
    def execution_level(self) -> str:
        """The level 1 in which the points of budget execution are counted; "" where they stand by themselves."""
        return level_named(self.word("execution.level"))

    def weight_sets(self, form: str) -> tuple[Mapping[str, Decimal], ...]:
        """The ways in which a form's points may be shared out among its levels 1; empty where that is free."""
        setting = self.settings.get(f"weights.{form}")
        return setting.value if setting else ()

    @property
    def highest(self) -> Decimal:
        """The highest total with a grade: full points and the tolerance."""
        return self.number("total.points") + self.number("thresholds.tolerance")

    def grade(self, total: Decimal) -> str:
        """The grade of a total; NO_GRADE above full points, where weights or claims do not add up."""
        if total > self.highest:
            return NO_GRADE
        return next((g.name for g in self.grades if g.reached(total)), self.grades[-1].name)

    def cite(self, key: str) -> Citation:
        """The citation of one setting."""
        setting = self.settings[key]
        return Citation(key, setting.document, setting.basis, setting.trust)

    def trust_in_words(self) -> str:
        """How many of its settings are known how well: "转引9项、未核对11项、约定12项"."""
        counts = Counter(setting.trust for setting in self.settings.values())
        return "、".join(f"{trust}{counts[trust]}项" for trust in Trust if counts[trust])

"""Settings whose value was changed while the basis stayed, which is that of another value and says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from perf_xlsx.domain.model import Trust
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.rulebook.rulebook import Rulebook, Setting
from perf_xlsx.rulebook.setting_types import setting_type_of

OWED = "（依据待填）"  # behind what is cited instead


def changed_values(rulebook: Rulebook, shipped: Iterable[Rulebook]) -> Iterator[str]:
    """The keys of settings with a basis that shipped rulebooks give, but only for other values."""
    known: dict[tuple[str, str], list[object]] = {}
    for other in shipped:
        for key, setting in other.settings.items():
            known.setdefault((key, same_label(setting.basis)), []).append(setting.value)
    for key, setting in rulebook.settings.items():
        values = known.get((key, same_label(setting.basis)))
        if values and setting.value not in values:
            yield key


def owed_bases(rulebook: Rulebook) -> tuple[str, ...]:
    """The keys of settings that are cited without a basis."""
    return tuple(key for key, setting in rulebook.settings.items() if setting.basis.endswith(OWED))


def without_old_bases(rulebook: Rulebook, keys: Iterable[str]) -> Rulebook:
    """The rulebook that cites these settings in its own words, as agreed and with a basis still owed."""
    owed: Mapping[str, Setting] = {key: _owed(rulebook, key) for key in keys}
    return replace(rulebook, settings={**rulebook.settings, **owed})


def title_in_words(key: str) -> str:
    """What a setting is called; the kind of form that it is for is left out."""
    kind = setting_type_of(key)
    return kind.title.replace("{form}", "").removeprefix("的") if kind else key


def value_in_words(rulebook: Rulebook, key: str) -> str:
    """What the value of a setting means."""
    kind, value = setting_type_of(key), rulebook.settings[key].value
    return kind.words(value) if kind else str(value)


def _owed(rulebook: Rulebook, key: str) -> Setting:
    words = f"{title_in_words(key)}：{value_in_words(rulebook, key)}{OWED}"
    return Setting(rulebook.settings[key].value, words, Trust.AGREED, rulebook.document)

"""Published scoring rules as data: one TOML a rule set (../rulebooks), each number with its basis."""

from perf_xlsx.rulebook.loading import load_rulebook, parse_rulebook, rulebook_names
from perf_xlsx.rulebook.nouns import BY_REFERENCE, NO_GRADE, Band, Cap, Grade, Rulebook, RulebookError, Setting
from perf_xlsx.rulebook.settings import SETTINGS, TRUSTS, Kind

__all__ = [
    "BY_REFERENCE",
    "NO_GRADE",
    "SETTINGS",
    "TRUSTS",
    "Band",
    "Cap",
    "Grade",
    "Kind",
    "Rulebook",
    "RulebookError",
    "Setting",
    "load_rulebook",
    "parse_rulebook",
    "rulebook_names",
]

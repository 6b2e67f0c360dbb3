"""Published scoring rules as data: one TOML for each rulebook (shipped/), each number with its basis."""

from perf_xlsx.rulebook.changed_values import owed_bases
from perf_xlsx.rulebook.loading import (
    is_rulebook_file,
    load_rulebook,
    parse_rulebook,
    rulebook_names,
    rules_digest,
)
from perf_xlsx.rulebook.rulebook import (
    BY_REFERENCE,
    BY_SHARE,
    NO_GRADE,
    OTHERS,
    RESCALED,
    Band,
    Cap,
    Grade,
    Rulebook,
    RulebookError,
    Setting,
    Tier,
)
from perf_xlsx.rulebook.setting_types import (
    BY_FORM,
    OPTIONAL,
    SETTINGS,
    TRUSTS,
    SettingType,
    by_form,
    in_settings_order,
    setting_type_of,
)

__all__ = [
    "BY_FORM",
    "BY_REFERENCE",
    "BY_SHARE",
    "NO_GRADE",
    "OPTIONAL",
    "OTHERS",
    "RESCALED",
    "SETTINGS",
    "TRUSTS",
    "Band",
    "Cap",
    "Grade",
    "Rulebook",
    "RulebookError",
    "Setting",
    "SettingType",
    "Tier",
    "by_form",
    "in_settings_order",
    "is_rulebook_file",
    "load_rulebook",
    "owed_bases",
    "parse_rulebook",
    "rulebook_names",
    "rules_digest",
    "setting_type_of",
]

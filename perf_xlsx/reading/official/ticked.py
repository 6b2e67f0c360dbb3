"""Which of several printed choices is ticked: 优☑ 良□ 中□ 差□.

Each choice must have its own box: of 优 √ 良 中 差 nobody can tell which one the tick belongs to.
"""

from __future__ import annotations

from perf_xlsx.reading.official.labels import without_spaces
from perf_xlsx.system.pattern import pattern

_LONGEST = 60
_MARK = r"[√☑✓✔■●☒]"
_OPEN = r"(?:[□○☐▢]|\(\)|\[\])"
_GRADE = r"(优秀|良好|中等|较差|优|良|中|差)"
_BEFORE = pattern(rf"(?:(?:\(?{_MARK}\)?|{_OPEN})[、,;]?{_GRADE}[、,;]?){{2,}}")
_BEHIND = pattern(rf"(?:{_GRADE}[、,;]?(?:\(?{_MARK}\)?|{_OPEN})[、,;]?){{2,}}")
_TICKED_BEFORE, _TICKED_BEHIND = pattern(rf"{_MARK}\)?{_GRADE}"), pattern(rf"{_GRADE}\(?{_MARK}")


def ticked(text: str) -> str:
    """The grade that is ticked; "" where the text is another, or not just one is ticked."""
    bare = without_spaces(text)
    if len(bare) > _LONGEST:
        return ""
    for choices, mark in ((_BEFORE, _TICKED_BEFORE), (_BEHIND, _TICKED_BEHIND)):
        if choices.fullmatch(bare):
            found = mark.findall(bare)
            return found[0][0] if len(found) == 1 else ""
    return ""

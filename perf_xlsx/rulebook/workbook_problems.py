"""A problem of a rulebook as whoever edits its workbook reads it: sheet and cell, and the words of its heads."""

from __future__ import annotations

from perf_xlsx.rulebook import workbook_layout as w
from perf_xlsx.rulebook.setting_types import by_form
from perf_xlsx.system.pattern import pattern

_KEY = pattern(r"(?:不认识 |缺少 )?([a-z]+\.[a-z0-9_]+|[a-z_]+)\b")
_NAMES = pattern(r"[a-z]+\.[a-z0-9_]+")
_QUOTED = pattern("“([^”]{1,40})”")
_HEADS = {  # what TOML calls a column, and its head
    "judgement": "档次",
    "low": "最低",
    "high": "最高",
    "from": "从多少起",
    "above": "从多少起（不含）",
    "below": "到多少（不含）",
    "up_to": "到多少（含）",
    "share": "得分",
    "step": "每低多少",
    "off": "扣几分",
    "start": "从多少起算",
    "begun": "不足一步的",
    "grade": "等级",
    "ratio": w.RATIO_WORD,
    "basis": w.RULE_HEADS["basis"],
    "trust": w.RULE_HEADS["trust"],
}
_WORD = pattern(rf"\b({'|'.join(_HEADS)})\b")


def in_workbook(problem: str, source: w.RulebookSource) -> str:
    """The problem with its place in front, where it is about something that stands in the workbook."""
    found = _KEY.match(problem)
    key = found[1] if found else ""
    for name in _NAMES.findall(problem):
        problem = problem.replace(name, source.titles.get(name, name))
    if key in w.BASIC_LABELS:
        problem = problem.replace(key, w.BASIC_LABELS[key], 1)
    place = _place(key, problem, source)
    missing = problem.startswith("缺少") and not place
    words = (
        f"“{w.RULES}”中{problem.partition('，')[0]}，请从 rules --to 写出的工作簿中复制回来"
        if missing
        else problem
    )
    words = _WORD.sub(lambda one: _HEADS[one[1]], words)
    return f"{place}：{words}" if place else words


def _place(key: str, problem: str, source: w.RulebookSource) -> str | None:
    """Sheet and cell: of the table row that the problem names last, of basis or source, or of the value."""
    own = by_form(key)
    sheet = w.TABLES.get(own[0] if own else key, "")
    rows = [source.rows[sheet, word] for word in _QUOTED.findall(problem) if (sheet, word) in source.rows]
    part = next((part for part in ("basis", "trust") if f"{part} " in problem or f"{part}应" in problem), "table")
    return rows[-1] if rows else source.places.get(f"{key} {part}", source.places.get(key))

"""Published scoring rules as data: one TOML a rule set, each number with its basis.

A setting is `key = { value = …, basis = "…", verified = true|false }`. A rulebook may say `extends = "other"`
and give only what differs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from perf_xlsx.model import SEVERITIES, Citation, Severity


class RulebookError(Exception):
    """A rulebook's TOML is wrong; `problems` name file, key and what would be right. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Band:
    """One band of a qualitative judgement: shares of the weight, both ends allowed."""

    judgement: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Grade:
    """A grade and the least total that earns it."""

    name: str
    low: Decimal


@dataclass(frozen=True)
class Cap:
    """The highest total allowed while the execution rate is below `below` (a fraction)."""

    below: Decimal
    total: Decimal


@dataclass(frozen=True)
class Setting:
    """One choice of a rulebook, where it is published, and whether that text was read in the original."""

    value: Any
    basis: str
    verified: bool
    document: str


@dataclass(frozen=True)
class Rulebook:
    """One published set of scoring rules. Numbers are points or fractions (90% is 0.9)."""

    name: str
    title: str
    document: str
    issuer: str
    source: str
    forms: tuple[str, ...]
    settings: Mapping[str, Setting]
    years: tuple[int | None, int | None] = (None, None)
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def number(self, key: str) -> Decimal:
        """A number by its key, as "execution.weight"."""
        value: Decimal = self.settings[key].value
        return value

    def word(self, key: str) -> str:
        """A formula's or column's name by its key, as "quantitative.at_most"."""
        value: str = self.settings[key].value
        return value

    def flag(self, key: str) -> bool:
        """A yes or no by its key."""
        value: bool = self.settings[key].value
        return value

    @property
    def bands(self) -> tuple[Band, ...]:
        """The qualitative bands, best first."""
        value: tuple[Band, ...] = self.settings["qualitative.bands"].value
        return value

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

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words by its key, as "passages.department"."""
        value: tuple[str, ...] = self.settings[key].value
        return value

    def level_weights(self, form: str, levels: Iterable[str]) -> Mapping[str, Decimal]:
        """Points that each level 1 should carry, by the levels that a form has; empty where none is set."""
        sets: tuple[Mapping[str, Decimal], ...] = self.settings[f"weights.{form}"].value
        return next((weights for weights in sets if set(weights) == set(levels)), {})

    def grade(self, total: Decimal) -> str:
        """The grade that a total earns."""
        return next((g.name for g in self.grades if total >= g.low), self.grades[-1].name)

    def cite(self, key: str) -> Citation:
        """The citation of one setting."""
        setting = self.settings[key]
        return Citation(key, setting.document, setting.basis, setting.verified)


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise ValueError("应为数字")
    return Decimal(raw)


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("应为 true 或 false")
    return raw


def _one_of(*names: str) -> Callable[[Any], str]:
    def parse(raw: Any) -> str:
        if raw not in names:
            raise ValueError(f"应为 {'、'.join(names)} 之一")
        return str(raw)

    return parse


def _rows(raw: Any, keys: set[str]) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not raw or not all(isinstance(row, dict) for row in raw):
        raise ValueError("应为列表，每项一个表")
    if any(row.keys() != keys for row in raw):
        raise ValueError(f"每项应有且只有 {'、'.join(sorted(keys))}")
    return raw


def _bands(raw: Any) -> tuple[Band, ...]:
    rows = _rows(raw, {"judgement", "low", "high"})
    bands = tuple(Band(str(row["judgement"]), _number(row["low"]), _number(row["high"])) for row in rows)
    edges = [bands[0].high] + [band.low for band in bands]
    joined = all(upper.low == lower.high for upper, lower in pairwise(bands))
    if edges[0] != 1 or edges[-1] != 0 or sorted(edges, reverse=True) != edges or not joined:
        raise ValueError("各档应从1到0首尾相接，不留空档、不重叠")
    return bands


def _grades(raw: Any) -> tuple[Grade, ...]:
    grades = tuple(Grade(str(row["grade"]), _number(row["low"])) for row in _rows(raw, {"grade", "low"}))
    lows = [grade.low for grade in grades]
    if lows[-1] != 0 or lows != sorted(set(lows), reverse=True):
        raise ValueError("等级应从高到低排列，最后一级从0分开始")
    return grades


def _caps(raw: Any) -> tuple[Cap, ...]:
    if raw == []:
        return ()
    caps = tuple(Cap(_number(row["below"]), _number(row["total"])) for row in _rows(raw, {"below", "total"}))
    if any(one.below >= two.below or one.total >= two.total for one, two in pairwise(caps)):
        raise ValueError("各档应按执行率从低到高排列，封顶分也从低到高")
    return caps


def _words(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(word, str) for word in raw):
        raise ValueError("应为文字的列表")
    return tuple(raw)


def _level_weights(raw: Any) -> tuple[dict[str, Decimal], ...]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise ValueError("应为列表，每项是一级指标到分值的对照")
    return tuple({str(level): _number(points) for level, points in row.items()} for row in raw)


def _shares(raw: Any) -> dict[str, Decimal]:
    return {str(row["judgement"]): _number(row["share"]) for row in _rows(raw, {"judgement", "share"})}


SCHEMA: Mapping[str, Callable[[Any], Any]] = {
    "total.points": _number,
    "total.caps": _caps,
    "execution.weight": _number,
    "execution.base": _one_of("adjusted", "initial"),
    "weights.department": _level_weights,
    "weights.project": _level_weights,
    "weights.largest_share": _number,
    "quantitative.at_least": _one_of("ratio"),
    "quantitative.at_most": _one_of("ratio", "straight_line"),
    "quantitative.equal": _one_of("as_at_least", "both_directions"),
    "quantitative.strict_signs": _flag,
    "quantitative.missing_sign": _one_of("≥", "≤", "=", ">", "<"),
    "overshoot.notice_from": _number,
    "overshoot.reason_from": _number,
    "overshoot.deduct_from": _number,
    "overshoot.deduction": _number,
    "methods.attainment": _one_of("all_or_nothing"),
    "methods.by_execution_rate": _one_of("execution_rate"),
    "qualitative.bands": _bands,
    "qualitative.unclaimed": _shares,
    "grades.bounds": _grades,
    "passages.department": _words,
    "passages.project": _words,
    "passages.shortest": _number,
    "thresholds.tolerance": _number,
    "thresholds.adjustment": _number,
    "thresholds.execution_rate": _number,
    "thresholds.unspent": _number,
    "thresholds.grade_edge": _number,
}

FORMAT = '{ value = …, basis = "…", verified = true 或 false }'
HEADER = ("name", "title", "document", "issuer", "source")


def parse_rulebook(text: str, where: str, base: Rulebook | None = None) -> Rulebook:
    """Build a rulebook from its TOML. Raises RulebookError with every problem at once."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError([f"{where}：不是 TOML：{error}"]) from None
    if extends := raw.pop("extends", None):
        base = load_rulebook(str(extends))
    problems: list[str] = []
    header = {key: raw.pop(key, getattr(base, key, None)) for key in HEADER}
    problems += [f"{where}：缺少 {key}，应为文字" for key, v in header.items() if not isinstance(v, str)]
    forms = tuple(raw.pop("forms", base.forms if base else ()))
    if not forms:
        problems.append(f'{where}：缺少 forms，应为适用的表种，如 ["project"]')
    years = (
        raw.pop("from_year", base.years[0] if base else None),
        raw.pop("to_year", base.years[1] if base else None),
    )
    severities = dict(base.severities if base else {}) | _severities(raw.pop("severity", {}), where, problems)
    settings = dict(base.settings) if base else {}
    for section, members in raw.items():
        if not isinstance(members, dict):
            problems.append(f"{where}：不认识 {section}")
            continue
        for key, setting in members.items():
            parsed = _setting(f"{section}.{key}", setting, str(header["document"]), where, problems)
            if parsed:
                settings[f"{section}.{key}"] = parsed
    problems += [f"{where}：缺少 {key}，应写成 {key} = {FORMAT}" for key in SCHEMA if key not in settings]
    if not problems:
        problems += _contradictions(settings, where)
    if problems:
        raise RulebookError(problems)
    return Rulebook(**header, forms=forms, settings=settings, years=years, severities=severities)


def _severities(raw: Any, where: str, problems: list[str]) -> dict[str, Severity]:
    if not isinstance(raw, dict):
        problems.append(f"{where}：severity 应为编号到 {'、'.join(SEVERITIES)} 的对照")
        return {}
    problems += [
        f"{where}：severity.{code} = {word!r}，应为 {'、'.join(SEVERITIES)} 之一"
        for code, word in raw.items()
        if word not in SEVERITIES
    ]
    return {code: word for code, word in raw.items() if word in SEVERITIES}


def _contradictions(settings: Mapping[str, Setting], where: str) -> list[str]:
    """Weights that cannot make the full score."""
    full, execution = settings["total.points"].value, settings["execution.weight"].value
    found = []
    if not 0 <= execution < full:
        found.append(f"{where}：execution.weight 是 {execution}，应在 0 与 {full} 之间")
    for key in ("weights.department", "weights.project"):
        for weights in settings[key].value:
            total = sum(weights.values()) + execution
            if total != full:
                words = "＋".join(f"{level}{points}" for level, points in weights.items())
                found.append(f"{where}：{key} 的 {words}＋预算执行率{execution}＝{total}，应为 {full}")
    return found


def _setting(key: str, raw: Any, document: str, where: str, problems: list[str]) -> Setting | None:
    if key not in SCHEMA:
        problems.append(f"{where}：不认识 {key}，已知的有 {'、'.join(SCHEMA)}")
        return None
    if not isinstance(raw, dict) or not {"value", "basis", "verified"} <= raw.keys():
        problems.append(f'{where}：{key} 应写成 {{ value = …, basis = "…", verified = true 或 false }}')
        return None
    if unknown := raw.keys() - {"value", "basis", "verified", "document"}:
        problems.append(f"{where}：{key} 中不认识 {'、'.join(sorted(unknown))}")
    if not isinstance(raw["basis"], str) or not raw["basis"].strip():
        problems.append(f"{where}：{key} 缺少依据，basis 应写明出处的文字")
        return None
    if not isinstance(raw["verified"], bool):
        problems.append(f"{where}：{key} 的 verified 应为 true（核对过原文）或 false")
        return None
    try:
        value = SCHEMA[key](raw["value"])
    except ValueError as error:
        problems.append(f"{where}：{key} 的值 {raw['value']!r} {error}")
        return None
    return Setting(value, raw["basis"], raw["verified"], str(raw.get("document", document)))


def rulebook_names() -> tuple[str, ...]:
    """Every rulebook that is shipped, sorted."""
    folder = files("perf_xlsx").joinpath("rulebooks")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def load_rulebook(name: str) -> Rulebook:
    """A shipped rulebook by name, or one of the user's own by the path of its TOML. Raises RulebookError."""
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return parse_rulebook(path.read_text("utf-8"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise RulebookError([f"{name}：读不出来（{error}）"]) from None
    if name not in rulebook_names():
        raise RulebookError([f"没有评分办法 {name}，现有 {'、'.join(rulebook_names())}"])
    text = files("perf_xlsx").joinpath("rulebooks", f"{name}.toml").read_text("utf-8")
    return parse_rulebook(text, f"{name}.toml")

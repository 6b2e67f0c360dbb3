"""The settings of a rulebook: Chinese name, allowed values, and how a value reads in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.model import Trust
from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook.rulebook import BY_SHARE, OPEN, POINTS, RESCALED, Band, Cap, Grade, judgement_word
from perf_xlsx.rulebook.tiers import parse_tiers, tiers_in_words
from perf_xlsx.rulebook.values import filled_text, finite_decimal, table_rows
from perf_xlsx.system.pattern import pattern


class SettingType(Struct, frozen=True):
    """One setting: `parse` takes what TOML gives (ValueError says in Chinese what would be right).

    `unit` is how its numbers are typed by people: "%", "分" or "字". `choices` are its words, and what each means.
    """

    title: str
    parse: Callable[[Any], Any]
    words: Callable[[Any], str]
    unit: str = ""
    choices: Mapping[Any, str] = {}


def _between(low: str, high: str) -> Callable[[Any], Decimal]:
    def parse(raw: Any) -> Decimal:
        number = finite_decimal(raw)
        if not Decimal(low) <= number <= Decimal(high):
            raise ValueError(f"应在 {low} 与 {high} 之间")
        return number

    return parse


def _points(title: str) -> SettingType:
    return SettingType(title, _between("0", "1000"), lambda value: f"{plain(value)}分", "分")


def _share(title: str, high: str = "1") -> SettingType:
    return SettingType(title, _between("0", high), lambda value: f"{plain(value * 100)}%", "%")


def _flag(title: str, yes: str, no: str) -> SettingType:
    def parse(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise ValueError("应为 true 或 false")
        return raw

    return SettingType(title, parse, lambda value: yes if value else no, choices={True: yes, False: no})


def _choice(title: str, words: Mapping[str, str]) -> SettingType:
    def parse(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in words:
            raise ValueError(f"应为 {'、'.join(words)} 之一")
        return raw

    return SettingType(title, parse, lambda value: words[value], choices=words)


def _characters(title: str, none: str = "") -> SettingType:
    def words(value: Decimal) -> str:
        return f"{plain(value)}个字" if value or not none else none

    return SettingType(title, _between("0", "10000"), words, "字")


def _bands(raw: Any) -> tuple[Band, ...]:
    rows = table_rows(raw, {"judgement", "low", "high"})
    bands = tuple(
        Band(filled_text(row["judgement"], "judgement"), finite_decimal(row["low"]), finite_decimal(row["high"]))
        for row in rows
    )
    _distinct(bands)
    upside_down = next((band for band in bands if band.low >= band.high), None)
    if upside_down:
        raise ValueError(f"“{upside_down.judgement}”的 low 应小于 high")
    for upper, lower in pairwise(bands):
        if upper.low != lower.high:
            word = "留有空档" if upper.low > lower.high else "有重叠"
            raise ValueError(f"“{upper.judgement}”与“{lower.judgement}”之间{word}，前者的 low 应等于后者的 high")
    if bands[0].high != 1 or bands[-1].low != 0:
        raise ValueError("各档应从1到0，第一档的 high 为1，最后一档的 low 为0")
    return bands


def _distinct(bands: tuple[Band, ...]) -> None:
    """Raise ValueError where judgements could be confused with each other, or with anything that is none."""
    known: dict[str, str] = {}
    for word in (band.judgement for band in bands):
        folded = judgement_word(word)
        if not re.fullmatch(r'[^"|=\s][^"|\n\r\t]{0,19}', word):
            raise ValueError(f"的 judgement “{word[:20]}”应为不超过20个字的文字，不能有英文双引号、竖线和换行")
        if not any(ch.isalpha() for ch in folded) or is_blank(folded) or parse_quantity(folded) is not None:
            raise ValueError(f"的 judgement “{word}”应为文字，不能是数字、横线或其他符号")
        if other := known.get(folded):
            raise ValueError(f"的 judgement “{other}”与“{word}”相同，填报后分不清是哪一档")
        known[folded] = word


def _grades(raw: Any) -> tuple[Grade, ...]:
    """Grades from the best; each says from which total it is earned, and may say up to which."""
    rows = table_rows(raw, {"grade"}, {"low", "above", "below", "up_to"})
    grades = tuple(_grade(row) for row in rows)
    lows = [grade.low for grade in grades]
    if lows[-1] != 0 or grades[-1].open or lows != sorted(set(lows), reverse=True):
        raise ValueError("等级应从高到低排列，最后一级从0分开始")
    for upper, lower, row in zip(grades, grades[1:], rows[1:], strict=False):
        _adjoining(upper, lower, row)
    return grades


def _grade(row: Mapping[str, Any]) -> Grade:
    name = filled_text(row["grade"], "grade")
    if ("low" in row) == ("above" in row) or {"below", "up_to"} <= row.keys():
        raise ValueError(
            f"“{name}”应写明从多少分起：low（含）或 above（不含）；到多少分：below（不含）或 up_to（含），可以不写"
        )
    return Grade(name, finite_decimal(row.get("low", row.get("above"))), open="above" in row)


def _adjoining(upper: Grade, lower: Grade, row: Mapping[str, Any]) -> None:
    """Raise ValueError where a grade that says where it ends does not end where the next higher one begins."""
    if not row.keys() & {"below", "up_to"}:
        return
    end, closed = finite_decimal(row.get("below", row.get("up_to"))), "up_to" in row
    between = f"“{upper.name}”与“{lower.name}”之间"
    if end < upper.low:
        raise ValueError(f"{between}留有空档：{plain(end)}分至{plain(upper.low)}分没有等级")
    if end > upper.low:
        raise ValueError(f"{between}有重叠：{plain(upper.low)}分至{plain(end)}分有两个等级")
    if closed != upper.open:
        fault, many = ("有重叠", "有两个等级") if closed else ("留有空档", "没有等级")
        raise ValueError(f"{between}{fault}：{plain(end)}分{many}")


def _caps(raw: Any) -> tuple[Cap, ...]:
    if raw == []:
        return ()
    caps = tuple(
        Cap(finite_decimal(row["below"]), finite_decimal(row["total"]))
        for row in table_rows(raw, {"below", "total"})
    )
    if any(one.below >= two.below or one.total >= two.total for one, two in pairwise(caps)):
        raise ValueError("各档应按执行率从低到高排列，封顶分也从低到高")
    return caps


def _texts(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(word, str) for word in raw):
        raise ValueError("应为文字的列表")
    return tuple(raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("应为文字，没有的写空的引号")
    return raw


def _level_weights(raw: Any) -> tuple[dict[str, Decimal], ...]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise ValueError("应为列表，每项是一级指标到分值的对照")
    return tuple({str(level): finite_decimal(points) for level, points in row.items()} for row in raw)


def _shares(raw: Any) -> dict[str, Decimal]:
    rows = table_rows(raw, {"judgement", "share"}) if raw != [] else []
    return {filled_text(row["judgement"], "judgement"): finite_decimal(row["share"]) for row in rows}


def _percent(share: Decimal) -> str:
    return f"{plain(share * 100)}%"


def _bands_in_words(bands: tuple[Band, ...]) -> str:
    return "；".join(f"{b.judgement} {_percent(b.high)}—{_percent(b.low)}" for b in bands)


def _grades_in_words(grades: tuple[Grade, ...]) -> str:
    return "；".join(f"{g.name} {plain(g.low)}分{_from(g)}" if g.low else f"{g.name} 其余" for g in grades)


def _from(grade: Grade) -> str:
    return "以上（不含）" if grade.open else "及以上"


def _caps_in_words(caps: tuple[Cap, ...]) -> str:
    return "；".join(f"执行率低于{_percent(c.below)}，不超过{plain(c.total)}分" for c in caps) or "不封顶"


def _weights_in_words(sets: tuple[dict[str, Decimal], ...]) -> str:
    return "，或 ".join("＋".join(f"{k}{plain(v)}" for k, v in one.items()) for one in sets) or "不规定"


def _shares_in_words(shares: Mapping[str, Decimal]) -> str:
    return "；".join(f"{judgement}按{_percent(share)}" for judgement, share in shares.items()) or "都由单位打分"


def _texts_in_words(texts: tuple[str, ...]) -> str:
    return "、".join(texts) or "不要求"


TRUSTS: Mapping[Trust, str] = {
    Trust.READ: "看过文件原文",
    Trust.QUOTED: "没有看到原文，公开的表样、通知或报告中引用了它",
    Trust.UNREAD: "没有看到原文，也没有可靠的引文，来自摘要、通行做法或在用的系统",
    Trust.AGREED: "没有原文，是软件、模板或制定评分办法的单位自己的规定",
}
"""What a rulebook may write as `trust`, and what it means."""

SETTINGS: Mapping[str, SettingType] = {
    "total.points": _points("满分"),
    "execution.weight": _points("预算执行率的分值"),
    "execution.base": _choice(
        "预算执行率", {"adjusted": "全年执行数÷全年预算数（调整后）", "initial": "全年执行数÷年初预算数"}
    ),
    "weights.largest_share": _share("单个指标分值的提示线（占满分）"),
    "quantitative.at_least": _choice("≥、>指标未完成", {"ratio": "分值×实际完成值÷指标值"}),
    "quantitative.at_most": _choice(
        "≤、<指标未完成",
        {"ratio": "分值×指标值÷实际完成值", "straight_line": "分值×[1−(实际完成值−指标值)÷指标值]，不小于0"},
    ),
    "quantitative.equal": _choice(
        "=指标", {"as_at_least": "按≥指标计分", "both_directions": "多于或少于指标值都按偏差扣分"}
    ),
    "quantitative.strict_signs": _flag("＞、＜指标恰好相等", "不算完成", "算完成"),
    "quantitative.undefined": _choice(
        "指标值不大于0、或实际完成值为负而没有完成", {"nothing": "没有比例可言，得0分"}
    ),
    "quantitative.missing_sign": _choice(
        "未填指标性质时按", {sign: f"“{sign}”" for sign in ("≥", "≤", "=", ">", "<")}
    ),
    "quantitative.missing_sign_zero": _choice(
        "未填指标性质、指标值为0时按", {sign: f"“{sign}”" for sign in ("≤", "=")}
    ),
    "quantitative.missing_sign_by_name": _flag(
        "未填指标性质、名称表明方向时", "按名称；名称只是可能、两种得分不同的不评分", "不看名称"
    ),
    "methods.attainment": _choice("达标法", {"all_or_nothing": "达标得满分，未达标得0分"}),
    "methods.by_execution_rate": _choice("按执行率", {"execution_rate": "分值×预算执行率（最高100%）"}),
    "qualitative.bands": SettingType("定性指标的分档", _bands, _bands_in_words),
    "qualitative.unclaimed": SettingType("定性指标没有自评打分时", _shares, _shares_in_words),
    "overshoot.notice_from": _share("超额完成的提示线（完成率）", "100"),
    "overshoot.reason_from": _share("超额完成须说明原因的界限（完成率）", "100"),
    "overshoot.deduct_from": _share("超额完成扣分的界限（完成率）", "100"),
    "overshoot.deduction": _points("超额完成的扣分"),
    "total.caps": SettingType("总分按执行率封顶", _caps, _caps_in_words),
    "grades.bounds": SettingType("等级", _grades, _grades_in_words),
    "passages.shortest": _characters("说明的最少字数"),
    "thresholds.adjustment": _share("须说明的预算调整率（正负）", "100"),
    "thresholds.execution_rate": _share("低于多少须说明的预算执行率"),
    "thresholds.unspent": _share("不宜说“没有结余”的结余比例"),
    "thresholds.grade_edge": _points("离等级界限多近时提示"),
    "thresholds.tolerance": SettingType("视为一致的差额", _between("0", "1"), plain),
}
"""What every rulebook must say."""

OPTIONAL: Mapping[str, SettingType] = {
    "execution.scale": SettingType(
        "预算执行率分段计分", parse_tiers, lambda tiers: tiers_in_words(tiers, "执行率")
    ),
    "execution.level": SettingType("预算执行率的分值计入", _text, lambda value: value or "单独计分"),
    "quantitative.scale": SettingType(
        "定量指标按完成率分段计分", parse_tiers, lambda tiers: tiers_in_words(tiers, "完成率")
    ),
    "quantitative.scale_levels": SettingType(
        "分段计分的一级指标", _texts, lambda value: f"名称中有 {'、'.join(value)} 的" if value else "所有一级指标"
    ),
    "total.conversion": _choice(
        "各项得分计入总分",
        {POINTS: "直接相加", BY_SHARE: "单项得分×权重占比（分值÷满分）＝折算得分，折算得分相加"},
    ),
    "total.not_applicable": _choice(
        "实际完成值填“不适用”的指标", {OPEN: "不能评分", RESCALED: "不计分，总分＝实得分÷（满分−不适用分值）×满分"}
    ),
    "grades.by_level": _flag("一级指标的等级", "按得分率逐个评定", "不评定"),
    "passages.longest": _characters("说明的最多字数", "不限"),
    "passages.longest_reason": _characters("偏差原因的最多字数", "不限"),
}
"""What a rulebook may say; SILENT tells what holds where it does not."""

BY_FORM: Mapping[str, SettingType] = {
    "weights": SettingType("{form}的一级指标分值", _level_weights, _weights_in_words),
    "passages": SettingType("{form}必写的说明", _texts, _texts_in_words),
}
"""What a rulebook may say of a kind of form, as `weights.project`. Without it nothing is required."""

_FORM_NAME = pattern(r"[a-z][a-z0-9_]{0,39}")


def by_form(key: str) -> tuple[str, str] | None:
    """The section of a setting that belongs to one kind of form, and the kind; None for every other key."""
    section, _, form = key.partition(".")
    known = key in SETTINGS or key in OPTIONAL
    return (section, form) if not known and section in BY_FORM and _FORM_NAME.fullmatch(form) else None


def setting_type_of(key: str) -> SettingType | None:
    """The kind of a setting; None for an unknown key."""
    own = by_form(key)
    return BY_FORM[own[0]] if own else SETTINGS.get(key) or OPTIONAL.get(key)


def in_settings_order(keys: Iterable[str]) -> list[str]:
    """Keys by their sections, in the order of SETTINGS; in a section those of a kind of form come first."""
    sections = list(dict.fromkeys(key.partition(".")[0] for key in SETTINGS))
    places = {key: (1, at) for at, key in enumerate((*SETTINGS, *OPTIONAL))}
    return sorted(keys, key=lambda key: (sections.index(key.partition(".")[0]), *places.get(key, (0, 0)), key))

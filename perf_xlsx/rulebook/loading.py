"""A rulebook's TOML -> Rulebook, or every problem in it at once.

A setting is `key = { value = …, basis = "…", trust = "原文"|"转引"|"未核对"|"约定" }`, and `document = "…"` where
that is not the rulebook's own. A rulebook may say `extends = "other"` and give only what differs.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import SEVERITIES, Severity, Trust
from perf_xlsx.rulebook.rulebook import Rulebook, RulebookError, Setting
from perf_xlsx.rulebook.settings import BY_FORM, SETTINGS, TRUSTS, by_form, kind_of
from perf_xlsx.system.os_errors import place_of, why
from perf_xlsx.system.safe_text import cleaned, visible
from perf_xlsx.system.suggestion import meant

WORDS = "；".join(f"{trust}（{meaning}）" for trust, meaning in TRUSTS.items())
FORMAT = '{ value = …, basis = "…", trust = "原文" }'
VERIFIED = {True: Trust.READ, False: Trust.UNREAD}  # the notation before `trust`
OWN = ("name", "title", "document")  # never taken from the rulebook that is extended
HEADER = (*OWN, "issuer", "source")


def parse_rulebook(text: str, where: str, folder: Path | None = None, chain: tuple[str, ...] = ()) -> Rulebook:
    """Build a rulebook from its TOML. Raises RulebookError with every problem at once.

    `where` is named in messages; `folder` is where a rulebook of the user's own that it extends is looked for;
    `chain` are the files that led here, this one the last.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
        extends = str(raw.pop("extends")) if "extends" in raw else None  # a name of a file, as it is
        raw = cleaned(raw)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, brackets without end
        raise RulebookError([f"{where}：不是 TOML{place_of(error)}"]) from None
    base = _load(extends, folder, chain) if extends is not None else None
    problems: list[str] = []
    inherited = {key: getattr(base, key, None) for key in HEADER if key not in OWN}
    header = {key: raw.pop(key, inherited.get(key)) for key in HEADER}
    problems += [f"{where}：缺少 {key}，应为文字" for key, v in header.items() if not isinstance(v, str) or not v]
    forms = raw.pop("forms", base.forms if base else None)
    if not isinstance(forms, list | tuple) or not forms or not all(isinstance(form, str) for form in forms):
        problems.append(f'{where}：forms 应为适用的表种，如 ["department", "project"]')
    years = tuple(raw.pop(key, base.years[n] if base else None) for n, key in enumerate(("from_year", "to_year")))
    if not all(year is None or isinstance(year, int) for year in years):
        problems.append(f"{where}：from_year、to_year 应为年度，如 2024")
    severities = dict(base.severities if base else {}) | _severities(raw.pop("severity", {}), where, problems)
    by_reference = _forms(raw.pop("by_reference", []), where, problems)
    settings, document, dated = dict(base.settings) if base else {}, str(header["document"]), list[str]()
    for section, members in raw.items():
        if not isinstance(members, dict):
            problems.append(
                f"{where}：不认识 {section}，已知的有 {'、'.join((*HEADER, 'extends', 'forms'))} 和各节"
            )
            continue
        for key, setting in members.items():
            parsed = _setting(f"{section}.{key}", setting, where, problems, dated)
            if parsed:
                own = parsed if parsed.document else replace(parsed, document=document, by_reference=by_reference)
                settings[f"{section}.{key}"] = own
    problems += [f"{where}：缺少 {key}，应写成 {key} = {FORMAT}" for key in SETTINGS if key not in settings]
    if not problems:
        problems += _contradictions(settings, where)
    if problems:
        raise RulebookError(problems)
    return Rulebook(
        **header,
        forms=tuple(forms),
        settings=settings,
        years=years,
        severities=severities,
        by_reference=by_reference,
        dated=tuple(dated),
    )


def _forms(raw: Any, where: str, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(form, str) for form in raw):
        problems.append(f'{where}：by_reference 应为只是参照执行的表种，如 ["department"]')
        return ()
    return tuple(raw)


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
    """Weights that cannot make the full score; shares of judgements that there are not."""
    full, execution = settings["total.points"].value, settings["execution.weight"].value
    found = []
    if not 0 <= execution < full:
        found.append(f"{where}：execution.weight 是 {execution}，应在 0 与 {full} 之间")
    for key in (key for key in settings if (own := by_form(key)) and own[0] == "weights"):
        for weights in settings[key].value:
            total = sum(weights.values()) + execution
            if total != full:
                words = "＋".join(f"{level}{points}" for level, points in weights.items())
                found.append(f"{where}：{key} 的 {words}＋预算执行率{execution}＝{total}，应为 {full}")
    bands = {band.judgement: band for band in settings["qualitative.bands"].value}
    for judgement, share in settings["qualitative.unclaimed"].value.items():
        if judgement not in bands:
            names = "、".join(bands)
            found.append(
                f"{where}：qualitative.unclaimed 的“{judgement}”不是 qualitative.bands 中的一档（{names}）。"
                "改了分档，这一项也要写；都由单位打分的写 value = []"
            )
        elif not bands[judgement].low <= share <= bands[judgement].high:
            low, high = bands[judgement].low, bands[judgement].high
            found.append(
                f"{where}：qualitative.unclaimed 的“{judgement}”是 {share}，应在该档的 {low} 与 {high} 之间"
            )
    return found


def _setting(key: str, raw: Any, where: str, problems: list[str], dated: list[str]) -> Setting | None:
    """The setting, its document empty where it is the rulebook's own; None where a problem was told."""
    kind = kind_of(key)
    if kind is None:
        known = (*SETTINGS, *(f"{section}.表种" for section in BY_FORM))
        problems.append(f"{where}：不认识 {key}，已知的有 {'、'.join(known)}")
        return None
    if not isinstance(raw, dict) or not {"value", "basis"} <= raw.keys() or not raw.keys() & {"trust", "verified"}:
        problems.append(f"{where}：{key} 应写成 {key} = {FORMAT}；trust 为 {WORDS}")
        return None
    if unknown := raw.keys() - {"value", "basis", "trust", "verified", "document"}:
        problems.append(f"{where}：{key} 中不认识 {'、'.join(sorted(unknown))}")
    if not isinstance(raw["basis"], str) or not raw["basis"].strip():
        problems.append(f"{where}：{key} 缺少依据，basis 应写明出处的文字")
        return None
    trust = _trust(key, raw, where, problems, dated)
    if trust is None:
        return None
    try:
        value = kind.parse(raw["value"])
    except ValueError as error:
        problems.append(f"{where}：{key} 的值 {raw['value']!r} {error}")
        return None
    return Setting(value, raw["basis"], trust, str(raw.get("document", "")))


def _trust(key: str, raw: Mapping[str, Any], where: str, problems: list[str], dated: list[str]) -> Trust | None:
    if "trust" in raw:
        if "verified" in raw:
            problems.append(f"{where}：{key} 的 trust 和 verified 只写一个，请删去 verified")
        if raw["trust"] in list(Trust):
            return Trust(raw["trust"])
        problems.append(f"{where}：{key} 的 trust = {raw['trust']!r}，应为 {WORDS} 之一")
        return None
    if not isinstance(raw["verified"], bool):
        problems.append(f"{where}：{key} 的 verified 应为 true 或 false；请改写为 trust，为 {WORDS} 之一")
        return None
    trust = VERIFIED[raw["verified"]]
    dated.append(
        f'{where}：{key} 的 verified = {str(raw["verified"]).lower()} 是旧写法，请改写为 trust = "{trust}"'
    )
    return trust


def rulebook_names() -> tuple[str, ...]:
    """Every rulebook that is shipped, sorted."""
    folder = files("perf_xlsx.rulebook").joinpath("shipped")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def load_rulebook(name: str) -> Rulebook:
    """A shipped rulebook by name, or one of the user's own by the path of its TOML. Raises RulebookError."""
    return _load(name, None, ())


def _load(name: str, folder: Path | None, chain: tuple[str, ...]) -> Rulebook:
    if not name.endswith(".toml"):
        if name not in rulebook_names():
            raise RulebookError([_unknown(name)])
        text = files("perf_xlsx.rulebook").joinpath("shipped", f"{name}.toml").read_text("utf-8")
        return parse_rulebook(text, f"{name}.toml", chain=chain)
    path = (folder or Path()) / name
    try:
        here = os.path.realpath(path)
        if here in chain:
            raise RulebookError([f"{path.name}：extends 绕成了圈（{' → '.join((*chain, here))}）"])
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise RulebookError([f"没有这个评分办法文件：{path}"]) from None
    except OSError as error:
        raise RulebookError([f"{path}：读不出来（{why(error)}）"]) from None
    except UnicodeDecodeError:
        raise RulebookError([f"{path}：读不出来（不是 UTF-8 文本，请用记事本另存，编码选 UTF-8）"]) from None
    except ValueError:
        raise RulebookError([f"{visible(str(path))}：读不出来（名称中有文件名不能用的字符）"]) from None
    return parse_rulebook(text, path.name, path.parent, (*chain, here))


def _unknown(name: str) -> str:
    """That there is no such rulebook, which there are, and which one was meant."""
    names = rulebook_names()
    near = meant(name, names, {load_rulebook(one).title: one for one in names})
    file = f"，是不是要 {name}.toml？" if os.path.isfile(Path(f"{name}.toml")) else ""
    return f"没有评分办法 {name}，现有 {'、'.join(names)}{file or near}"

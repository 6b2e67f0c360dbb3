"""Turn a rulebook's TOML into a Rulebook, or report every problem in it at once.

A setting is `key = { value = …, basis = "…", trust = "原文"|"转引"|"未核对"|"约定" }`, and `document = "…"` where
that is not the rulebook's own (then also `by_reference`). It may say `extends = "other"` and give only what
differs. A workbook that `rules --to` wrote says the same.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.model import SEVERITIES, Severity, Trust
from perf_xlsx.rulebook.changed_values import changed_values, owed_bases, value_in_words, without_old_bases
from perf_xlsx.rulebook.rulebook import OTHERS, Band, Rulebook, RulebookError, Setting
from perf_xlsx.rulebook.setting_types import BY_FORM, OPTIONAL, SETTINGS, TRUSTS, by_form, setting_type_of
from perf_xlsx.rulebook.shared_words import unshared_words
from perf_xlsx.rulebook.workbook_layout import RulebookSource
from perf_xlsx.rulebook.workbook_problems import in_workbook
from perf_xlsx.rulebook.workbook_reading import raw_rulebook
from perf_xlsx.system.os_errors import stopped_at, why
from perf_xlsx.system.safe_text import cleaned, visible
from perf_xlsx.system.suggestion import meant

WORDS = "；".join(f"{trust}（{meaning}）" for trust, meaning in TRUSTS.items())
FORMAT = '{ value = …, basis = "…", trust = "原文" }'
VERIFIED = {True: Trust.READ, False: Trust.UNREAD}  # the notation before `trust`
OWN = ("name", "title", "document")  # never inherited
HEADER = (*OWN, "issuer", "source")
WORKBOOK = ".xlsx"


def parse_rulebook(text: str, where: str, folder: Path | None = None, chain: tuple[str, ...] = ()) -> Rulebook:
    """Build a rulebook from its TOML. Raises RulebookError with every problem at once.

    `where` is named in messages. A rulebook of the user's own that this one extends is looked for in `folder`;
    `chain` are the files that led here, this one the last.
    """
    extends, raw = _toml(text, where)
    base = _load(extends, folder, chain) if extends is not None else None
    return _built(raw, _RulebookParsing(where, base))


def _built(raw: dict[str, Any], parsing: _RulebookParsing) -> Rulebook:
    """The rulebook that the sections say. Raises RulebookError with every problem at once."""
    header = parsing.header(raw)
    forms = parsing.forms(raw)
    years = parsing.years(raw)
    severities = parsing.severities(raw)
    by_reference = parsing.by_reference(raw)
    settings = parsing.settings(raw, str(header["document"]), by_reference)
    if not parsing.problems:
        parsing.tell(*_contradictions(settings))
    if parsing.problems:
        raise RulebookError(parsing.problems)
    rulebook = Rulebook(
        **header,
        forms=forms,
        settings=settings,
        years=years,
        severities=severities,
        by_reference=by_reference,
        dated=tuple(parsing.dated),
    )
    parsing.tell(*unshared_words(rulebook))
    if parsing.problems:
        raise RulebookError(parsing.problems)
    return rulebook


def _toml(text: str, where: str) -> tuple[str | None, dict[str, Any]]:
    """The name that a rulebook extends, as it is typed, and the rest, cleaned."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
        extends = raw.pop("extends", None)
        return None if extends is None else str(extends), cleaned(raw)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, brackets without end
        raise RulebookError([f"{where}：不是 TOML{stopped_at(error)}"]) from None


class _RulebookParsing(Struct):
    """Takes a rulebook's TOML apart, collecting problems and `dated` remarks; what is absent comes from `base`."""

    where: str
    base: Rulebook | None
    source: RulebookSource | None = None  # where everything stands in a workbook
    problems: list[str] = field(default_factory=list)
    dated: list[str] = field(default_factory=list)

    def tell(self, *problems: str) -> None:
        """Add problems."""
        told = problems if self.source is None else (in_workbook(problem, self.source) for problem in problems)
        self.problems += [f"{self.where}：{problem}" for problem in told]

    def header(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Name, title, document, issuer and source."""
        found = {key: raw.pop(key, None if key in OWN else getattr(self.base, key, None)) for key in HEADER}
        self.tell(*(f"缺少 {key}，应为文字" for key, v in found.items() if not isinstance(v, str) or not v))
        return found

    def forms(self, raw: dict[str, Any]) -> tuple[str, ...]:
        """The kinds of form that it is made for."""
        forms = raw.pop("forms", list(self.base.forms) if self.base else None)
        if not _are_texts(forms) or not forms:
            self.tell('forms 应为适用的表种，如 ["department", "project"]')
            return ()
        return tuple(forms)

    def years(self, raw: dict[str, Any]) -> tuple[int | None, int | None]:
        """The first and last year that it is for; None: no limit."""
        first, last = self.base.years if self.base else (None, None)
        years = raw.pop("from_year", first), raw.pop("to_year", last)
        if not all(year is None or isinstance(year, int) for year in years):
            self.tell("from_year、to_year 应为年度，如 2024")
        return years

    def severities(self, raw: dict[str, Any]) -> dict[str, Severity]:
        """The severities by code that differ from the catalogue's."""
        found, own = dict(self.base.severities if self.base else {}), raw.pop("severity", {})
        words = "、".join(SEVERITIES)
        if not isinstance(own, dict):
            self.tell(f"severity 应为编号到 {words} 的对照")
            return found
        wrong = {code: word for code, word in own.items() if word not in SEVERITIES}
        self.tell(*(f"severity.{code} = {word!r}，应为 {words} 之一" for code, word in wrong.items()))
        return found | {code: word for code, word in own.items() if code not in wrong}

    def by_reference(self, raw: dict[str, Any]) -> tuple[str, ...]:
        """The kinds of form that the document does not rule itself."""
        forms = raw.pop("by_reference", [])
        if not _are_texts(forms):
            self.tell('by_reference 应为只是参照执行的表种，如 ["department"]')
            return ()
        return tuple(forms)

    def settings(self, raw: dict[str, Any], document: str, by_reference: tuple[str, ...]) -> dict[str, Setting]:
        """The settings by key, those of the base included; what is missing is a problem."""
        found = dict(self.base.settings) if self.base else {}
        for section, members in raw.items():
            if not isinstance(members, dict):
                self.tell(f"不认识 {section}，已知的有 {'、'.join((*HEADER, 'extends', 'forms'))} 和各节")
                continue
            for name, setting in members.items():
                key = f"{section}.{name}"
                try:
                    own = self._setting(key, setting)
                except ValueError as error:
                    self.tell(str(error))
                else:
                    found[key] = (
                        own if own.document else replace(own, document=document, by_reference=by_reference)
                    )
        there = found.keys() | (self.source.places.keys() if self.source else set())
        self.tell(*(f"缺少 {key}，应写成 {key} = {FORMAT}" for key in SETTINGS if key not in there))
        return found

    def _setting(self, key: str, raw: Any) -> Setting:
        """The setting, its document empty where it is the rulebook's own. Raises ValueError with what is wrong."""
        kind = setting_type_of(key)
        if kind is None:
            known = (*SETTINGS, *OPTIONAL, *(f"{section}.表种" for section in BY_FORM))
            raise ValueError(f"不认识 {key}，已知的有 {'、'.join(known)}")
        if (
            not isinstance(raw, dict)
            or not {"value", "basis"} <= raw.keys()
            or not raw.keys() & {"trust", "verified"}
        ):
            raise ValueError(f"{key} 应写成 {key} = {FORMAT}；trust 为 {WORDS}")
        if unknown := raw.keys() - {"value", "basis", "trust", "verified", "document", "by_reference"}:
            self.tell(f"{key} 中不认识 {'、'.join(sorted(unknown))}")
        if not isinstance(raw["basis"], str) or not raw["basis"].strip():
            raise ValueError(f"{key} 缺少依据，basis 应写明出处的文字")
        trust = self._trust(key, raw)
        try:
            value = kind.parse(raw["value"])
        except ValueError as error:
            raise ValueError(f"{key}{self._given(raw['value'])} {error}") from None
        own = raw.get("by_reference", [])
        if not _are_texts(own):
            raise ValueError(f'{key} 的 by_reference 应为表种的列表，如 ["department"]')
        return Setting(value, raw["basis"], trust, str(raw.get("document", "")), tuple(own))

    def _given(self, value: Any) -> str:
        """The value in a message; a table of a workbook is seen there."""
        if self.source is None:
            return f" 的值 {value!r}"
        return "" if isinstance(value, list) else f" 的值 {value}"

    def _trust(self, key: str, raw: Mapping[str, Any]) -> Trust:
        """How far the text is known; `verified` is an older notation of it."""
        if "trust" in raw:
            if "verified" in raw:
                self.tell(f"{key} 的 trust 和 verified 只写一个，请删去 verified")
            if raw["trust"] in list(Trust):
                return Trust(raw["trust"])
            raise ValueError(f"{key} 的 trust = {raw['trust']!r}，应为 {WORDS} 之一")
        verified = raw["verified"]
        if not isinstance(verified, bool):
            raise ValueError(f"{key} 的 verified 应为 true 或 false；请改写为 trust，为 {WORDS} 之一")
        trust = VERIFIED[verified]
        self.dated.append(
            f'{self.where}：{key} 的 verified = {str(verified).lower()} 是旧写法，请改写为 trust = "{trust}"'
        )
        return trust


def _are_texts(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(one, str) for one in raw)


def _contradictions(settings: Mapping[str, Setting]) -> Iterator[str]:
    """Settings that do not fit each other."""
    full, execution = settings["total.points"].value, settings["execution.weight"].value
    if not 0 <= execution < full:
        yield f"execution.weight 是 {execution}，应在 0 与 {full} 之间"
    inside = settings["execution.level"].value if "execution.level" in settings else ""
    for key in settings:
        if (own := by_form(key)) and own[0] == "weights":
            yield from _wrong_weights(key, settings[key].value, Decimal(0) if inside else execution, full)
            yield from _without_level(key, settings[key].value, inside)
    yield from _wrong_unclaimed(settings["qualitative.unclaimed"].value, settings["qualitative.bands"].value)


def _wrong_weights(
    key: str, sets: Iterable[Mapping[str, Decimal]], execution: Decimal, full: Decimal
) -> Iterator[str]:
    """Weights that do not add up to the full points."""
    for weights in sets:
        total = sum(weights.values()) + execution
        if total != full:
            words = "＋".join(f"{level}{points}" for level, points in weights.items())
            alone = f"＋预算执行率{execution}" if execution else ""
            rest = f"；没有规定的部分写 {OTHERS}" if total < full else ""
            yield f"{key} 的 {words}{alone}＝{total}，应为 {full}{rest}"


def _without_level(key: str, sets: Iterable[Mapping[str, Decimal]], inside: str) -> Iterator[str]:
    """Budget execution is counted in a level 1 that a share-out of the points does not have."""
    for weights in sets:
        if inside and inside not in weights:
            yield f"{key} 的 {'、'.join(weights)} 中没有“{inside}”，而 execution.level 把预算执行率计入它"


def _wrong_unclaimed(unclaimed: Mapping[str, Decimal], known: Iterable[Band]) -> Iterator[str]:
    """Shares of judgements that are no band, or outside their band."""
    bands = {band.judgement: band for band in known}
    for judgement, share in unclaimed.items():
        band, key = bands.get(judgement), f"qualitative.unclaimed 的“{judgement}”"
        if band is None:
            yield (
                f"{key}不是 qualitative.bands 中的一档（{'、'.join(bands)}）。"
                "改了分档，这一项也要写；都由单位打分的写 value = []"
            )
        elif not band.low <= share <= band.high:
            yield f"{key}是 {share}，应在该档的 {band.low} 与 {band.high} 之间"


def rulebook_names() -> tuple[str, ...]:
    """Every rulebook that is shipped, sorted."""
    folder = files("perf_xlsx.rulebook").joinpath("shipped")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def load_rulebook(name: str) -> Rulebook:
    """A shipped rulebook by name, or one of the user's own by the path of its file. Raises RulebookError."""
    return _load(name, None, ())


@cache
def rules_digest(name: str) -> str:
    """The SHA-256 of all that a rulebook says. Raises RulebookError."""
    return hashlib.sha256(repr(load_rulebook(name)).encode()).hexdigest()


def _own(rulebook: Rulebook, where: str, source: RulebookSource | None = None) -> Rulebook:
    """A rulebook of the user's own; an inherited basis of a value that was changed is reported, and not cited."""
    old = list(owed_bases(rulebook))
    keys = list(changed_values(rulebook, map(load_rulebook, rulebook_names())))
    told = [f"{_at(key, where, source)}依据待填，请写依据，并改文件和来源" for key in old]
    told += [
        f"{_at(key, where, source)}值是“{value_in_words(rulebook, key)}”，依据却是另一种值的"
        f"“{rulebook.settings[key].basis}”。评分时按“约定、依据待填”引用，请写这个值的依据，并改文件和来源"
        for key in keys
    ]
    return replace(without_old_bases(rulebook, keys), dated=(*rulebook.dated, *told)) if told else rulebook


def _at(key: str, where: str, source: RulebookSource | None) -> str:
    """Where the basis of a setting stands, and what the setting is called."""
    place = source.places.get(f"{key} basis") if source else None
    return f"{where}：{place}：{source.titles[key]} 的" if source and place else f"{where}：{key} 的"


def _load(name: str, folder: Path | None, chain: tuple[str, ...]) -> Rulebook:
    if not is_rulebook_file(name):
        if name not in rulebook_names():
            raise RulebookError([_unknown(name)])
        text = files("perf_xlsx.rulebook").joinpath("shipped", f"{name}.toml").read_text("utf-8")
        return parse_rulebook(text, f"{name}.toml", chain=chain)
    path = (folder or Path()) / name
    try:
        here = os.path.realpath(path)
        if here in chain:
            raise RulebookError([f"{path.name}：extends 绕成了圈（{' → '.join((*chain, here))}）"])
        if name.lower().endswith(WORKBOOK):
            source = raw_rulebook(path)
            problems = [f"{path.name}：{problem}" for problem in source.problems]
            built = _built(cleaned(source.raw), _RulebookParsing(path.name, None, source, problems))
            return _own(built, path.name, source)
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise RulebookError([f"没有这个评分办法文件：{path}"]) from None
    except OSError as error:
        raise RulebookError([f"{path}：读不出来（{why(error)}）"]) from None
    except UnicodeDecodeError:
        raise RulebookError([f"{path}：读不出来（不是 UTF-8 文本，请用记事本另存，编码选 UTF-8）"]) from None
    except ValueError:
        raise RulebookError([f"{visible(str(path))}：读不出来（名称中有文件名不能用的字符）"]) from None
    return _own(parse_rulebook(text, path.name, path.parent, (*chain, here)), path.name)


def is_rulebook_file(name: str) -> bool:
    """Whether a rulebook is named by its file: a TOML or a workbook."""
    return name.lower().endswith((".toml", WORKBOOK))


def _unknown(name: str) -> str:
    """That there is no such rulebook, which there are, and which one was meant."""
    names = rulebook_names()
    near = meant(name, names, {load_rulebook(one).title: one for one in names})
    file = f"，是不是要 {name}.toml？" if os.path.isfile(Path(f"{name}.toml")) else ""
    return f"没有评分办法 {name}，现有 {'、'.join(names)}{file or near}"

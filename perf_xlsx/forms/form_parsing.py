"""A form's TOML -> Form. Errors are in Chinese: file, table, key, and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.forms.form import (
    ASIDES,
    BOX_KINDS,
    BOXES,
    HEADINGS,
    LINES,
    OTHER,
    PASSAGES,
    SOURCES,
    TOTALS,
    Block,
    Box,
    Boxes,
    Choice,
    Form,
    FormError,
    FormSheet,
    Line,
    Lines,
    OfficialOriginal,
    Rows,
)
from perf_xlsx.system.os_errors import stopped_at
from perf_xlsx.system.safe_text import cleaned, one_line
from perf_xlsx.system.suggestion import meant
from perf_xlsx.vocabulary import vocabulary

COMMON = "common.toml"
BASES = ("department", "project")  # shipped forms that a form may be based on
MOST = 200  # members of any list
LONGEST_SHOWN = 40  # characters of a wrong value
BLOCKS = {"boxes": "单个的格", "lines": "固定的行", "rows": "可以增减的行"}


class _Key(Struct, frozen=True):
    """The values that a key may have, described by `words`; `needed` keys are required."""

    fits: Callable[[Any], bool]
    words: str
    needed: bool = False

    @property
    def must(self) -> _Key:
        return replace(self, needed=True)


def _text(longest: int) -> _Key:
    return _Key(lambda value: isinstance(value, str) and 0 < len(value) <= longest, f"文字，不超过{longest}个字")


def _number(low: int, high: int, whole: bool = False) -> _Key:
    kinds = int if whole else (int, Decimal)

    def fits(value: Any) -> bool:
        return isinstance(value, kinds) and not isinstance(value, bool) and _is_between(value, low, high)

    return _Key(fits, f"{low} 至 {high} 的{'整数' if whole else '数字'}")


def _is_between(value: int | Decimal, low: int, high: int) -> bool:
    return (isinstance(value, int) or value.is_finite()) and low <= value <= high


def _many(member: _Key, least: int = 0) -> _Key:
    def fits(value: Any) -> bool:
        return isinstance(value, list) and least <= len(value) <= MOST and all(map(member.fits, value))

    return _Key(fits, f"{f'至少{least}项、' if least else ''}最多{MOST}项的列表，每项是 {member.words}")


def _matching(pattern: str, words: str) -> _Key:
    return _Key(lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None, words)


_LABEL = _matching(r'[^"\n\r\t]{1,60}', "文字，不超过60个字，不能有英文双引号和换行")
_WORD = _matching(r'[^"|\n\r\t]{1,60}', "文字，不超过60个字，不能有英文双引号、竖线和换行")
_KEY = _matching("[a-z0-9_]{1,40}", "小写英文字母、数字和下划线，不超过40个字符")
_NAME = _matching("[a-z][a-z0-9_]{0,39}", "小写英文字母开头，只有小写英文字母、数字和下划线，不超过40个字符")
_FLAG = _Key(lambda value: isinstance(value, bool), "true 或 false")
_TABLE = _Key(lambda value: isinstance(value, dict), "一个表")
_CHOICE = _Key(
    lambda value: isinstance(value, dict) or _WORD.fits(value), f"{_WORD.words}，或 {{ value = …, same = […] }}"
)
_BLOCK_KIND = _Key(
    lambda value: value in BLOCKS, "、".join(f"{kind}（{words}）" for kind, words in BLOCKS.items()) + " 之一"
)
_BOX_KIND = _Key(lambda value: value in BOX_KINDS, f"{'、'.join(BOX_KINDS)} 之一")
_PRINTED = _many(_matching(r"[^\n\r\t]{1,200}", "文字，不超过200个字，不能有换行"))
_LABELS, _WORDS, _TABLES = _many(_LABEL), _many(_WORD), _many(_TABLE, 1)

_FORM = {
    "name": _NAME.must, "title": _LABEL.must, "official": _LABEL.must, "versions": _many(_LABEL, 1).must,
    "rulebook": _LABEL.must, "total_line": _KEY.must, "project_line": _KEY, "source": _text(1000).must,
    "guide": _many(_text(1000), 1).must, "guide_before": _many(_text(1000)), "sheets": _TABLES.must,
    "asides": _WORDS, "titles": _LABELS, "original": _TABLE, "layout": _TABLE, "base": _NAME,
}  # fmt: skip
_SHEET = {
    "name": _matching(r"[^\[\]:*?/\\'\"\n\r\t]{1,31}", "不超过31个字，不能有 [ ] : * ? / \\ ' 和引号").must,
    "title": _LABEL.must, "hint": _text(500).must, "landscape": _FLAG.must, "blocks": _TABLES.must,
}  # fmt: skip
_BOXES = {"kind": _BLOCK_KIND.must, "key": _KEY.must, "title": _LABEL.must, "boxes": _TABLES.must,
          "width": _number(1, 200), "heading": _FLAG}  # fmt: skip
_LINES = {
    "kind": _BLOCK_KIND.must, "key": _KEY.must, "title": _LABEL.must, "head": _LABEL.must,
    "head_width": _number(1, 200).must, "lines": _TABLES.must, "columns": _TABLES.must,
}  # fmt: skip
_ROWS = {
    "kind": _BLOCK_KIND.must, "key": _KEY.must, "title": _LABEL.must, "rows": _number(1, 1000, whole=True).must,
    "columns": _TABLES.must, "preset": _many(_LABELS), "totals": _WORDS,
}  # fmt: skip
_BOX = {
    "key": _KEY.must, "label": _LABEL.must, "kind": _BOX_KIND, "required": _FLAG, "help": _text(255),
    "error": _text(255), "synonyms": _LABELS, "choices": _many(_CHOICE, 1), "strict": _FLAG, "depends_on": _KEY,
    "minimum": _number(-(10**12), 10**12), "points": _FLAG, "preset": _text(255), "width": _number(1, 200),
    "formula": _KEY, "claimed_only": _FLAG, "since": _LABEL,
}  # fmt: skip
_LINE = {
    "key": _KEY.must, "label": _LABEL.must, "synonyms": _LABELS, "parts": _many(_KEY), "blank_part_is_zero": _FLAG,
    "indent": _number(0, 10, whole=True), "required": _many(_KEY), "lead": _LABEL,
}  # fmt: skip
_ORIGINAL = {
    "file": _matching(r'[^/\\:*?"<>|\n\r\t]{1,200}', "同一文件夹中的文件名，不带路径").must,
    "sha256": _matching("[0-9a-f]{64}", "64个小写十六进制字符").must,
}  # fmt: skip
_LAYOUT = dict.fromkeys((BOXES, LINES, PASSAGES, OTHER, "funds", "projects", "indicators", "unread"), _TABLE)
_OTHER = dict.fromkeys((TOTALS, HEADINGS, ASIDES, SOURCES), _PRINTED)
_UNREAD = dict.fromkeys(_LAYOUT.keys() - {"unread"}, _PRINTED)
_MEMBERS = {"boxes", "columns"}
_OPTION = {"value": _WORD.must, "same": _WORDS, "under": _WORD}


def parse_form(text: str, where: str) -> Form:
    """Build a form from its TOML; `where` is the file's name in messages. Raises FormError."""
    try:
        raw = cleaned(tomllib.loads(text, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise FormError(f"{where}：不是 TOML{stopped_at(error)}") from None
    if "sheets" not in raw and raw.keys() & {"extends", "document", "forms"}:
        raise FormError(f"{where}：像是评分办法，不是表种文件。评分办法用 --rulebook 指定")
    taken = _take(_with_common_lists(_with_base(raw, where), where), where, _FORM)
    taken["original"] = _original(taken.pop("original", None), taken.pop("layout", {}), where)
    taken["sheets"] = tuple(_sheet(one, where) for one in taken["sheets"])
    return Form(**{"project_line": None} | taken)


def _with_base(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """A form with what the shipped form says that its `base` names; its own keys come first."""
    if "base" not in raw:
        return raw
    if raw["base"] not in BASES:
        raise FormError(f"{where}：base 是{_shown(raw['base'])}，应为 {'、'.join(BASES)} 之一。")
    if missing := {"name", "title", "official"} - raw.keys():
        raise FormError(f"{where}：缺少 {min(missing)}，它不能取自 base。")
    return {**_shipped(raw["base"]), **raw}


@cache
def _shipped(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("perf_xlsx.forms").joinpath(f"{name}.toml").read_text("utf-8"), parse_float=Decimal)


def _original(raw: Mapping[str, Any] | None, layout: Mapping[str, Any], where: str) -> OfficialOriginal | None:
    """The workbook that the form was adopted from, with its labels; None where the form is its own."""
    if raw is None:
        if layout:
            raise FormError(f"{where}：有 layout，缺少 original。")
        return None
    taken, blocks = _take(raw, f"{where} › original", _ORIGINAL), _take(layout, f"{where} › layout", _LAYOUT)
    unread = _take(blocks.pop("unread", {}), f"{where} › layout.unread", _UNREAD)
    return OfficialOriginal(
        **taken, labels={name: _labels(name, one, where) for name, one in blocks.items()}, unread=unread
    )


def _labels(block: str, raw: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    """The labels of one block by key; passages go by their titles."""
    keys = _OTHER if block == OTHER else dict.fromkeys(raw, _PRINTED)
    named = _LABEL if block == PASSAGES else _KEY
    for key in raw:
        if not named.fits(key):
            raise FormError(f"{where} › layout.{block}：不认识{_shown(key)}，应为 {named.words}。")
    return _take(raw, f"{where} › layout.{block}", keys)


@cache
def _common() -> Mapping[str, Any]:
    return tomllib.loads(files("perf_xlsx.forms").joinpath(COMMON).read_text("utf-8"), parse_float=Decimal)


def _with_common_lists(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """A form with the lists of common.toml that its `common` names; its own come first."""
    if "common" not in raw:
        return raw
    lists, named = _common()["lists"], raw["common"]
    if not isinstance(named, list) or not all(isinstance(name, str) and name in lists for name in named):
        raise FormError(f"{where}：common 是{_shown(named)}，应为列表，每项是 {'、'.join(lists)} 之一。")
    own = {key: value for key, value in raw.items() if key != "common"}
    return {name: lists[name] for name in named} | own


def _with_common_block(raw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """A block with what the block of common.toml holds that its `common` names; its own keys come first."""
    if "common" not in raw:
        return raw
    blocks, name = _common()["blocks"], raw["common"]
    if not isinstance(name, str) or name not in blocks:
        raise FormError(f"{where}：common 是{_shown(name)}，应为 {'、'.join(blocks)} 之一。")
    own = {key: value for key, value in raw.items() if key != "common"}
    members = {
        key: _merged(blocks[name][key], own[key], where) for key in own.keys() & _MEMBERS & blocks[name].keys()
    }
    return {**blocks[name], **own, **members}


def _merged(common: list[dict[str, Any]], own: Any, where: str) -> Any:
    """Common boxes or columns with a form's own; what is no list of tables is given back, to be refused later."""
    if not _TABLES.fits(own):
        return own
    merged = list(common)
    for one in own:
        _put(one, merged, where)
    return merged


def _put(one: dict[str, Any], boxes: list[dict[str, Any]], where: str) -> None:
    """Change the box of the same key, or add one; `before` is the key of the next one."""
    at = next((n for n, box in enumerate(boxes) if box.get("key") == one.get("key")), len(boxes))
    known = boxes.pop(at) if at < len(boxes) else {}
    keys = [box.get("key") for box in boxes]
    if "before" in one:
        if one["before"] not in keys:
            words = "、".join(map(str, keys))
            raise FormError(f"{where}：before 是{_shown(one['before'])}，应为同一块中的 key：{words}。")
        at = keys.index(one["before"])
    boxes.insert(at, known | {key: value for key, value in one.items() if key != "before"})


def _take(raw: Mapping[str, Any], where: str, known: Mapping[str, _Key]) -> dict[str, Any]:
    """The values of a table, lists as tuples. Raises FormError for the first wrong key."""
    for key, value in raw.items():
        if key not in known:
            near = meant(key, known) or "。"
            raise FormError(f"{where}：不认识{_shown(key)}，已知的有 {'、'.join(known)}{near}")
        if not known[key].fits(value):
            raise FormError(f"{where}：{key} 是{_shown(value)}，应为 {known[key].words}。")
    for key, one in known.items():
        if one.needed and key not in raw:
            raise FormError(f"{where}：缺少 {key}，应为 {one.words}。")
    return {key: _frozen(value) for key, value in raw.items()}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    """The beginning of a wrong value, on one line, for a message."""
    shown = one_line(value if isinstance(value, str) else str(value))
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
    return f"“{shown}”" if isinstance(value, str) else f" {shown}"


def _at(where: str, name: str, raw: Mapping[str, Any], key: str = "key") -> str:
    """The place of a table in messages: the file, then the tables around it by their keys."""
    return f"{where} › {name}{_shown(raw[key]) if isinstance(raw.get(key), str) else ''}"


def _sheet(raw: Mapping[str, Any], where: str) -> FormSheet:
    where = _at(where, "sheets", raw, "name")
    taken = _take(raw, where, _SHEET)
    return FormSheet(**taken | {"blocks": tuple(_block(one, where) for one in taken["blocks"])})


def _block(raw: Mapping[str, Any], where: str) -> Block:
    raw = _with_common_block(raw, _at(where, "blocks", raw, "common"))
    where = _at(where, "blocks", raw)
    kind = raw.get("kind")
    taken = _take(raw, where, {"lines": _LINES, "rows": _ROWS}.get(str(kind), _BOXES))
    del taken["kind"]
    if kind == "boxes":
        width = {"width": taken.pop("width")} if "width" in taken else {}
        boxes = tuple(_box(width | one, _at(where, "boxes", one)) for one in taken["boxes"])
        return Boxes(**taken | {"boxes": boxes})
    taken["columns"] = tuple(_box(one, _at(where, "columns", one)) for one in taken["columns"])
    if kind == "rows":
        return Rows(**taken)
    lines = tuple(Line(**_take(one, _at(where, "lines", one), _LINE)) for one in taken["lines"])
    return Lines(**taken | {"lines": lines, "head_width": float(taken["head_width"])})


def _box(raw: Mapping[str, Any], where: str) -> Box:
    taken = _take(raw, where, _BOX)
    choices = tuple(_choice(one, where) for one in taken.get("choices", ()))
    taken["choices"] = tuple(map(_in_other_words, choices)) if taken["key"] == "sign" else choices
    for key, number in (("minimum", Decimal), ("width", float)):
        if key in taken:
            taken[key] = number(taken[key])
    return Box(**taken)


def _choice(raw: Any, where: str) -> Choice:
    return (
        Choice(raw) if isinstance(raw, str) else Choice(**_take(raw, _at(where, "choices", raw, "value"), _OPTION))
    )


def _in_other_words(sign: Choice) -> Choice:
    """A sign with every way to write it."""
    known = vocabulary("signs").get(sign.value, {})
    return replace(sign, same=(*sign.same, *known.get("words", ()), *known.get("directions", ())))

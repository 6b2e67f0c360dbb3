"""The file of an adopted form: the shipped form that it is based on, the workbook, and what its labels mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from msgspec import Struct

from perf_xlsx.adoption.roles import ANSWER, TITLE
from perf_xlsx.adoption.surveyed_labels import SETTLED, Label, Survey
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms import load_form, shipped_names
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES, SOURCES, TOTALS
from perf_xlsx.reading.official.likeness import similarity
from perf_xlsx.system.pattern import pattern

LONGEST_LABEL, LONGEST_NOTE = 200, 40
BLOCKS = (BOXES, "funds", LINES, "projects", "indicators", PASSAGES, OTHER)
_BARE = pattern(r"[A-Za-z0-9_-]+")
_YEAR = pattern(r"[(（]?(?:20\d\d)?年度?[)）]?")
_HEAD = """\
# 由 perf-xlsx adopt 从官方表样写出。template --form 用它给出同样的表，score、check 用 --forms 认识它。
# 改动含义时，请在“（核对）”工作簿中更正，再运行一次 adopt；name、title 可以直接改。
"""


class Naming(Struct, frozen=True):
    """What an adopted form is called, the shipped form that it is based on, and its workbook."""

    name: str
    title: str
    official: str
    base: str
    file: str
    sha256: str


def naming(title: str, stem: str, base: str, file: str, sha256: str) -> Naming:
    """The names of a form: its title as printed, with the file's name where a shipped form is called the same."""
    official = _YEAR.sub("", re.sub(r'[\s"]', "", title))[:50] or load_form(base).official
    called = official.removesuffix("表")
    if any(load_form(name).short == called.removesuffix("绩效自评") for name in shipped_names()):
        called = f"{called}（{stem}）"
    return Naming(f"form_{sha256[:8]}", re.sub(r'[\s"]', "", called)[:60], official, base, file, sha256)


def form_text(named: Naming, found: Survey) -> str:
    """The TOML of a form."""
    lines = [_HEAD, *(f"{key} = {_quoted(getattr(named, key))}" for key in ("name", "title", "official", "base"))]
    lines += ["", "[original]", f"file = {_quoted(named.file)}", f"sha256 = {_quoted(named.sha256)}"]
    meanings, unread = _sorted(found)
    for block in BLOCKS:
        if block in meanings:
            lines += ["", f"[layout.{block}]", *map(_line, meanings[block].items())]
    if unread:
        lines += ["", "# 没有含义、不读取的栏目", "[layout.unread]", *map(_line, unread.items())]
    return "\n".join(lines) + "\n"


def _sorted(found: Survey) -> tuple[Mapping[str, Mapping[str, list[str]]], Mapping[str, list[str]]]:
    """The labels by block and key, and those that are not read by the block that they stand in."""
    meanings: dict[str, dict[str, list[str]]] = {}
    unread: dict[str, list[str]] = {}
    for label in found.labels:
        text, unmeant = printed_label(label), is_unread(label, found)
        if not text or (label.role.key in (TITLE, ANSWER) and not unmeant):
            continue
        known = unread if unmeant else meanings.setdefault(label.role.block, {})
        words = known.setdefault(label.zone if unmeant else label.role.key, [])
        if text not in words:
            words.append(text)
    return {block: keys for block, keys in meanings.items() if keys}, unread


def is_unread(label: Label, found: Survey) -> bool:
    """Whether the reader must not read a label, though it may know it: it has no meaning, or a person said so.

    A column that is a remark or a heading is not read either.
    """
    if not label.role.key:
        return True
    if label.role.block != OTHER or label.role.key in (SOURCES, TOTALS):
        return False
    if label.zone == BOXES:
        return label.sure == SETTLED and label.role.key in (TITLE, ANSWER)
    is_heading = label.role.key == HEADINGS and label.sure != SETTLED
    return label.sure == SETTLED or (found.is_column(label) and not is_heading)


def printed_label(label: Label) -> str:
    """A label on one line, without a value in its own cell; "" for what is no label, or too long for one."""
    text = normalise(label.text).partition(":")[0] if label.inside else label.name
    text = re.sub(r"[\r\n\t]", "", text).strip()
    if label.role.block in (BOXES, PASSAGES) and "/" in text:  # 实施单位/负责人: the reader takes the value apart
        text = max(text.split("/"), key=lambda part: similarity(part, label.role.words.partition("：")[2])).strip()
    if (label.role.block, label.role.key) == (BOXES, "money_unit") and label.inside:
        return ""  # the reader finds 单位：万元 wherever it stands
    return text if len(text) <= (LONGEST_NOTE if label.role.key == ASIDES else LONGEST_LABEL) else ""


def _line(item: tuple[str, list[str]]) -> str:
    key, words = item
    name = key if _BARE.fullmatch(key) else _quoted(key)
    return f"{name} = [{', '.join(map(_quoted, words))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""Openings of reports with the role of each figure marked in the text: {792.22万元|executed}."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = re.compile(r"\{([^{}|]*)\|([a-z_]+)(-?)\}")
BARE: Mapping[str, Any] = dict.fromkeys(
    ("level1", "level2", "midyear", "weight", "method", "claimed_completion", "claimed_points")
)


@dataclass(frozen=True)
class Label:
    """A figure of the text: where it stands, its role, whether its form has it."""

    start: int
    end: int
    role: str
    in_form: bool


@dataclass(frozen=True)
class Opening:
    """An opening of a report, the case of its form, the labels of its figures."""

    title: str
    case: str
    text: str
    labels: tuple[Label, ...]


def _plain(marked: str) -> tuple[str, tuple[Label, ...]]:
    text, labels, last = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[last : mark.start()]
        labels.append(Label(len(text), len(text) + len(mark[1]), mark[2], not mark[3]))
        text += mark[1]
        last = mark.end()
    return text + marked[last:], tuple(labels)


def _case(form: Mapping[str, Any]) -> str:
    indicators = [{**BARE, "reason": "", "improvement": "", **one} for one in form.get("indicators", ())]
    return json.dumps({**form, "indicators": indicators}, ensure_ascii=False)


def openings(path: Path) -> list[Opening]:
    """The openings of a file, in its order."""
    data = tomllib.loads(path.read_text("utf-8"))
    return [
        Opening(one["title"], _case(one["form"]), *_plain(one["text"].lstrip("\n"))) for one in data["opening"]
    ]

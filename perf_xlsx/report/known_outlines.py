"""The shipped outlines, and those in files."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.report.outline import Outline, OutlineError
from perf_xlsx.report.outline_parsing import COMMON, parse_outline
from perf_xlsx.system.os_errors import is_special, why
from perf_xlsx.system.safe_text import visible
from perf_xlsx.system.suggestion import meant

LARGEST = 256 * 1024  # bytes of a file
FIELDS = "fields.toml"
USUAL = {"department": "xinjiang-department", "project": "mof-project"}  # where none is asked for


@cache
def outline_names() -> tuple[str, ...]:
    """The names of the shipped outlines, sorted."""
    named = (one.name for one in files("perf_xlsx.report").joinpath("outlines").iterdir())
    return tuple(
        sorted(n.removesuffix(".toml") for n in named if n.endswith(".toml") and n not in (COMMON, FIELDS))
    )


def load_outline(name: str) -> Outline:
    """A shipped outline by its name, or one of a file (.toml). Raises OutlineError."""
    if name.lower().endswith(".toml"):
        return parse_outline(_text(Path(name)), visible(os.path.basename(name)))
    return _shipped(name)


@cache
def _shipped(name: str) -> Outline:
    if name not in outline_names():
        near = meant(name, outline_names()) or "。"
        raise OutlineError([f"没有提纲 {visible(name)}，现有 {'、'.join(outline_names())}{near}"])
    text = files("perf_xlsx.report").joinpath(f"outlines/{name}.toml").read_text("utf-8")
    return parse_outline(text, f"{name}.toml")


def default_outline(evaluation: SelfEvaluation) -> Outline:
    """The outline for a form where none is asked for; a bureau's own kind is of a project if it names one."""
    kind = (
        evaluation.form
        if evaluation.form in USUAL
        else "project"
        if "project" in evaluation.boxes
        else "department"
    )
    return _shipped(USUAL[kind])


def _text(path: Path) -> str:
    shown = visible(str(path))
    try:
        if is_special(path):
            raise OutlineError([f"{shown} 是管道或设备，不是提纲文件。"])
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise OutlineError([f"没有这个提纲文件：{shown}。"]) from None
    except (OSError, ValueError) as error:
        reason = why(error) if isinstance(error, OSError) else "名称中有文件名不能用的字符"
        raise OutlineError([f"{shown}：读不出来（{reason}）。"]) from None
    if len(content) > LARGEST:
        raise OutlineError([f"{shown} 超过 {LARGEST // 1024} KB，不像提纲文件。"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OutlineError([f"{shown} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。"]) from None

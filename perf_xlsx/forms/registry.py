"""The known form kinds: the shipped ones, and those of a bureau's own files while they are in use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from perf_xlsx.forms.fitness import unfit
from perf_xlsx.forms.form import Form, FormError
from perf_xlsx.forms.form_parsing import COMMON, parse_form
from perf_xlsx.system.os_errors import is_special, why
from perf_xlsx.system.safe_text import visible
from perf_xlsx.system.suggestion import meant

LARGEST = 256 * 1024  # bytes of a file; the shipped ones have 20 KB
MOST_FILES = 20

_added: ContextVar[Mapping[str, FormFile]] = ContextVar("forms")


class FormFile(Struct, frozen=True):
    """A bureau's own form: the name and the text of its TOML, which can be sent to any process or machine.

    `folder` is where it was read from: an original workbook stands beside it.
    """

    file: str
    text: str
    folder: str = ""

    @property
    def form(self) -> Form:
        """The form. Raises FormError."""
        return _own(self)


@lru_cache(4 * MOST_FILES)
def _own(file: FormFile) -> Form:
    form = parse_form(file.text, file.file)
    if form.name in shipped_names():
        title = _shipped(form.name).title
        raise FormError(f'{file.file}：name = "{form.name}" 与自带的表种（{title}）重名，请换一个名称。')
    if form.short in (_shipped(name).short for name in shipped_names()):
        raise FormError(f"{file.file}：title 是“{form.title}”，与自带的表种相同，汇总时分不清，请换一个。")
    if problems := unfit(form, [_shipped(name) for name in shipped_names()]):
        raise FormError("\n  ".join(f"{file.file}：{problem}" for problem in problems))
    return form


def read_forms(paths: Iterable[str | Path]) -> tuple[FormFile, ...]:
    """The forms of files, and of folders all their .toml files. Raises FormError."""
    found: dict[str, FormFile] = {}
    for path in _files(map(Path, paths)):
        if (real := os.path.realpath(path)) in found:
            continue
        file = FormFile(visible(path.name), _text(path), os.path.dirname(real))
        if len(found) == MOST_FILES:
            raise FormError(f"表种文件超过{MOST_FILES}个，请只指定用到的。")
        _check_distinct(file, found.values())
        found[real] = file
    return tuple(found.values())


def _check_distinct(file: FormFile, others: Iterable[FormFile]) -> None:
    """Raises FormError where another form has this one's name, or is called the same."""
    for other in others:
        if other.form.name == file.form.name and other.text != file.text:
            raise FormError(f"{file.file} 与 {other.file} 的 name 都是“{file.form.name}”，请改其中一个。")
        if other.form.name != file.form.name and other.form.short == file.form.short:
            raise FormError(f"{file.file} 与 {other.file} 的 title 都是“{file.form.title}”，请改其中一个。")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        try:
            names = sorted(
                name for name in os.listdir(path) if name.endswith(".toml") and not name.startswith(".")
            )
        except OSError as error:
            raise FormError(f"{visible(str(path))}：文件夹打不开（{why(error)}）。") from None
        if not names:
            raise FormError(f"{visible(str(path))} 里没有表种文件（.toml）。")
        yield from (path / name for name in names)


def _text(path: Path) -> str:
    shown = visible(str(path))
    try:
        if is_special(path):
            raise FormError(f"{shown} 是管道或设备，不是表种文件。")
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise FormError(f"没有这个表种文件：{shown}。") from None
    except (OSError, ValueError) as error:
        reason = why(error) if isinstance(error, OSError) else "名称中有文件名不能用的字符"
        raise FormError(f"{shown}：读不出来（{reason}）。") from None
    if len(content) > LARGEST:
        raise FormError(f"{shown} 超过 {LARGEST // 1024} KB，不像表种文件。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormError(f"{shown} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。") from None


@contextmanager
def with_forms(own: Iterable[FormFile]) -> Iterator[None]:
    """Inside, the forms of these files are known as well as the shipped ones (and those known already).

    Raises FormError where one of them is wrong, or two that differ have one name.
    """
    known = dict(_added.get({}))
    for file in own:
        _check_distinct(file, known.values())
        known[file.form.name] = file
    before = _added.set(known)
    try:
        yield
    finally:
        _added.reset(before)


@cache
def shipped_names() -> tuple[str, ...]:
    """Every form kind that is shipped, sorted."""
    named = (file.name for file in files("perf_xlsx.forms").iterdir() if file.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in named if name != COMMON))


def form_names() -> tuple[str, ...]:
    """Every known form kind: the shipped ones, sorted, then a bureau's own."""
    return (*shipped_names(), *_added.get({}))


def load_form(name: str) -> Form:
    """The form kind of that name. Raises FormError when there is none."""
    own = _added.get({}).get(name)
    return own.form if own else _shipped(name)


def folder_of(name: str) -> str:
    """The folder of a bureau's own form; "" for a shipped one."""
    own = _added.get({}).get(name)
    return own.folder if own else ""


@cache
def _shipped(name: str) -> Form:
    if name not in shipped_names():
        raise FormError(_unknown(name))
    return parse_form(files("perf_xlsx.forms").joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def _unknown(name: str) -> str:
    names = form_names()
    file = f"，是不是要 {name}.toml？" if name and os.path.isfile(f"{name}.toml") else ""
    near = file or meant(name, names, {load_form(form).title: form for form in names}) or "。"
    return f"没有表种 {visible(name)}，现有 {'、'.join(names)}{near}"

"""Text from outside without control characters, direction marks and invisible tags."""

from __future__ import annotations

import re
from typing import Any

_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # str.splitlines ends a line at each of these
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_TAGS = "\ufff9-\ufffb\U000e0000-\U000e007f"
_OBEYED = f"\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f{_DIRECTIONS}{_TAGS}\ufffe\uffff"
_HALVES = "\ud800-\udfff"

_ANY = re.compile(f"[{_LINE_ENDS}{_OBEYED}{_HALVES}]")
_BREAKS = re.compile(r"[\t\n\r]+")


def harmless(text: str) -> str:
    """The text without dangerous characters. Tabs and line ends stay; a lone surrogate becomes U+FFFD."""
    return _ANY.sub(_instead, text) if _ANY.search(text) else text


def _instead(found: re.Match[str]) -> str:
    character = found[0]
    if character in _LINE_ENDS:
        return "\n"
    return "\ufffd" if "\ud800" <= character <= "\udfff" else ""


def one_line(text: str) -> str:
    """Harmless text on one line, for tables and lists."""
    return _BREAKS.sub(" ", harmless(text))


def visible(name: str) -> str:
    """A file name in which U+FFFD replaces each removed character, so that the reader notices it."""
    return _BREAKS.sub(lambda found: "\ufffd" * len(found[0]), _ANY.sub("\ufffd", name))


def escaped_json(json_text: str) -> str:
    """The same JSON with dangerous characters and line ends written as escapes."""
    return _ANY.sub(_escape, json_text) if _ANY.search(json_text) else json_text


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def cleaned(data: Any) -> Any:
    """Plain data (of JSON or TOML) with every text and key made harmless."""
    match data:
        case str():
            return harmless(data)
        case dict():
            return {cleaned(key): cleaned(value) for key, value in data.items()}
        case list():
            return [cleaned(value) for value in data]
    return data

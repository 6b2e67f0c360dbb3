"""Suggestions for mistyped names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NEAR = 0.65  # of difflib's ratio
LONGEST = 100  # characters that are compared


def meant(word: str, known: Iterable[str], titles: Mapping[str, str] | None = None) -> str:
    """A question with the known name closest to `word` (“，是不是要 score？”), or "" if none is close."""
    from difflib import get_close_matches  # late: rarely needed

    names = {title.casefold(): name for title, name in (titles or {}).items()}
    names |= {name.casefold(): name for name in known}
    typed = word.casefold()[:LONGEST]
    found = get_close_matches(typed, names, 1, NEAR) or [
        name for name in names if len(typed) > 1 and typed in name
    ]
    return f"，是不是要 {names[found[0]]}？" if found else ""

"""Regular expressions compiled when first used: compiling all 240 is a tenth of a cold command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "groupindex")

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class LazyPattern:
        """Has what `re.Pattern` has, once somebody asks for any of it."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self.pattern, self.flags = text, flags

        def __getattr__(self, name: str) -> Any:
            """Compile, and keep the methods here, so that this is asked once."""
            if name not in METHODS:
                raise AttributeError(name)
            compiled = re.compile(self.pattern, self.flags)
            vars(self).update({method: getattr(compiled, method) for method in METHODS})
            return vars(self)[name]

    pattern = LazyPattern

__all__ = ["pattern"]

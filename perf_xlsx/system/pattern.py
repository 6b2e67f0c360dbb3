"""Regular expressions that are compiled when first used: compiling all 240 takes a tenth of a cold start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "groupindex")

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class LazyPattern:
        """A stand-in for `re.Pattern` that compiles when a method is first used."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self.pattern, self.flags = text, flags

        def __getattr__(self, name: str) -> Any:
            """Compile, and store the methods in the instance, so that this runs only once."""
            if name not in METHODS:
                raise AttributeError(name)
            compiled = re.compile(self.pattern, self.flags)
            vars(self).update({method: getattr(compiled, method) for method in METHODS})
            return vars(self)[name]

    pattern = LazyPattern

__all__ = ["pattern"]

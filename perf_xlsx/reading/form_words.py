"""Whether the texts of a sheet may be those of a form: a large sheet without any is not read cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from perf_xlsx.forms import Boxes, Form, Lines, form_names, load_form
from perf_xlsx.forms.official import official_form
from perf_xlsx.sheets.fixed_texts import SCORED_HEADS, SIGNED
from perf_xlsx.system.pattern import pattern

LEAST = 3  # different labels; every part of a form has more, and most lists have one or two
_AROUND = 10  # characters beside the words of a label: 其中：…（万元）
_BLANKS = pattern(r"[^\S\n]+")
_WORDS = pattern(r"[\u3400-\u9fff]{2,}")


def may_show_a_form(texts: Iterable[str]) -> bool:
    """Whether among the texts there are labels of a form of any kind, or heads of a sheet that scoring added."""
    lines, found = _BLANKS.sub("", "\n".join(texts)), set[str]()
    for word in _labels(tuple(map(load_form, form_names()))).finditer(lines):
        start, end = lines.rfind("\n", 0, word.start()) + 1, lines.find("\n", word.end())
        around = (end if end >= 0 else len(lines)) - start - len(word[0])
        if around <= _AROUND or lines.startswith((":", "："), word.end()):
            found.add(word[0])
    return len(found) >= LEAST


@lru_cache(8)
def _labels(forms: tuple[Form, ...]) -> re.Pattern[str]:
    """The words of every label, longer ones before those that they begin with."""
    kinds = [kind for form in forms for kind in (form, official_form(form.name).form)]
    texts = {text for kind in kinds for text in _texts_of(kind)}.union(SIGNED, *SCORED_HEADS)
    words = {max(found, key=len) for text in texts if (found := _WORDS.findall(text))}
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


def _texts_of(form: Form) -> Iterator[str]:
    for block in (block for sheet in form.sheets for block in sheet.blocks):
        yield block.title
        for box in block.boxes if isinstance(block, Boxes) else block.columns:
            yield from box.labels
        for line in block.lines if isinstance(block, Lines) else ():
            yield from line.labels

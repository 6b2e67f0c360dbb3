"""Whether a header is in one of the product's lists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from perf_xlsx.forms import form_names, typed
from perf_xlsx.forms.official import official_form
from perf_xlsx.reading.official.labels import core
from perf_xlsx.vocabulary import vocabulary


def is_listed(text: str) -> bool:
    """Whether a label is known for certain, or is one of the words of a role as it stands."""
    return core(text) in _listed()


@cache
def _listed() -> frozenset[str]:
    return frozenset(map(core, (*_labels(), *_words())))


def _labels() -> Iterator[str]:
    for name in form_names():
        kind = official_form(name)
        for box in kind.form.single_boxes:
            yield from box.labels
        for key in ("funds", "projects", "indicators"):
            if kind.form.has(key):
                block = kind.form.block(key)
                yield from (label for box in typed(block.fields) for label in box.labels)
        yield from (label for line in kind.form.lines("funds").lines for label in line.labels)
        yield from (*kind.totals, *kind.headings, *kind.asides)


def _words() -> Iterator[str]:
    """Words of roles as long as a header; shorter ones are parts of words."""
    for block in ("indicators", "funds", "lines", "boxes"):
        for rule in vocabulary("roles")[block].values():
            yield from (word for word in rule["words"] if len(word) > 2)

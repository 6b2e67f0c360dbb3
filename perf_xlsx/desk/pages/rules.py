"""评分办法: a rulebook in words, each setting with its basis and how it is known."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.chosen import limited_with
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.view import desk_of, note, page
from perf_xlsx.pipeline import usable_rulebook
from perf_xlsx.results.explain import DEFAULT, describe, setting_in_words, setting_title
from perf_xlsx.rulebook import TRUSTS, in_settings_order, rulebook_names

OWN = "own"


class RuleInWords(Struct, frozen=True):
    """One setting in words."""

    title: str
    words: str
    basis: str
    trust: str


class Described(Struct, frozen=True):
    """A rulebook in words: what it is, and its settings."""

    head: tuple[str, ...]
    rules: tuple[RuleInWords, ...]


def rules(request: Request) -> Response:
    """The rulebook that is asked for; the officer's own where it is chosen."""
    chosen = desk_of(request).chosen()
    own = chosen.rulebook
    names = [*rulebook_names()]
    asked = request.query_params.get("name", OWN if own else DEFAULT)
    if asked not in (OWN, *names):
        return note(request, "没有这个评分办法", "请在“评分办法”页的表中选一个。", status=404, back="/rules")
    name = (own or DEFAULT) if asked == OWN else asked
    try:
        found = (
            _described(name) if name in names else _own(name, chosen.forms, _changed(Path(name), *chosen.forms))
        )
    except (LimitedError, OSError):
        return note(request, "评分办法读不出来", "请在“设置”中重新选定。", status=422)
    return page(request, "rules", found=found, asked=asked, own=own, rulebooks=rulebooks(), trusts=TRUSTS)


@lru_cache(1)
def _own(path: str, forms: tuple[Path, ...], changed: tuple[int, ...]) -> Described:
    """A bureau's own, read once for each state of its file and of the forms. Raises LimitedError."""
    return limited_with(forms, _described, path)


def _changed(*paths: Path) -> tuple[int, ...]:
    """Raises OSError."""
    return tuple(path.stat().st_mtime_ns for path in paths)


def _described(name: str) -> Described:
    """Raises RulebookError."""
    rulebook = usable_rulebook(name)
    lines = iter(describe(rulebook))
    head = [next(lines).removesuffix(f"（{rulebook.name}）"), next(lines), next(lines)]
    settings = ((key, rulebook.settings[key]) for key in in_settings_order(rulebook.settings))
    return Described(
        tuple(head),
        tuple(
            RuleInWords(setting_title(key), setting_in_words(key, one), f"{one.document}：{one.basis}", one.trust)
            for key, one in settings
        ),
    )

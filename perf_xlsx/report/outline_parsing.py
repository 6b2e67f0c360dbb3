"""An outline's TOML -> Outline. All problems are told at once, each with its file, part and key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from msgspec import Struct, field

from perf_xlsx.domain.model import Trust
from perf_xlsx.report.condition import Comparison, parse_condition
from perf_xlsx.report.facts import SIZE, TABLES, field_names
from perf_xlsx.report.outline import ConditionalSentence, Hold, Outline, OutlineError, OutlinePart
from perf_xlsx.report.page_setup import PageSetup
from perf_xlsx.report.sentence import Node, SentenceError, fields_of, parse_sentence
from perf_xlsx.system.os_errors import stopped_at
from perf_xlsx.system.pattern import pattern
from perf_xlsx.system.safe_text import cleaned
from perf_xlsx.system.suggestion import meant

COMMON = "common.toml"
MOST = 300  # members of any list
LONGEST = 2000  # characters of any text
DEEPEST = 4  # levels of headings
TRUSTS = "、".join(Trust)
SIZES = {"line": (10, 60), "characters": (10, 60)}  # everything else: 1 to 120
HEADER = ("name", "title", "forms", "source", "trust", "heading", "under_heading", "page", "parts")
PART = ("level", "heading", "holds", "blank", "optional")
KINDS = ("say", "passage", "table", "rest", "blank")  # of what a part holds; `blank` also goes with `passage`
HOLD = ("say", "each", "where", "heading", "numbered", "passage", "blank", "table", "caption", "rest", "when")
_NAME = pattern(r"[a-z0-9][a-z0-9-]{0,39}")
_BOX = pattern(r"[a-z][a-z0-9_]*")
T = TypeVar("T")


def parse_outline(text: str, where: str) -> Outline:
    """Build an outline from its TOML; `where` is named in messages. Raises OutlineError with every problem."""
    try:
        raw = cleaned(tomllib.loads(text, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise OutlineError([f"{where}：不是 TOML{stopped_at(error)}"]) from None
    parsing = _OutlineParsing(where)
    outline = parsing.outline(raw)
    if parsing.problems:
        raise OutlineError(parsing.problems)
    return outline


@cache
def _common() -> Mapping[str, Any]:
    text = files("perf_xlsx.report").joinpath(f"outlines/{COMMON}").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)


class _OutlineParsing(Struct):
    """Takes an outline apart and collects the problems."""

    where: str
    problems: list[str] = field(default_factory=list)

    def tell(self, path: str, problem: str) -> None:
        """Add a problem at a key."""
        self.problems.append(f"{self.where}：{path} {problem}" if path else f"{self.where}：{problem}")

    def outline(self, raw: Mapping[str, Any]) -> Outline:
        """The whole outline; what is wrong is told and left empty."""
        self.known("", raw, HEADER)
        trust = raw.get("trust", Trust.AGREED)
        if trust not in list(Trust):
            self.tell("trust", f"应为 {TRUSTS} 之一")
            trust = Trust.AGREED
        name = self.text("name", raw.get("name"))
        if name and not _NAME.fullmatch(name):
            self.tell("name", "应由小写英文字母、数字和连字符组成，不超过40个字符")
        under = self.texts("under_heading", raw.get("under_heading", []))
        return Outline(
            name=name,
            title=self.text("title", raw.get("title")),
            forms=self.texts("forms", raw.get("forms"), least=1),
            source=self.text("source", raw.get("source")),
            trust=Trust(trust),
            heading=self.sentence("heading", raw.get("heading")),
            under_heading=tuple(self.sentence(f"under_heading 第{n}项", one) for n, one in enumerate(under, 1)),
            parts=self.parts(raw.get("parts")),
            page=self.page(raw.get("page", {})),
        )

    # ---- parts -----------------------------------------------------------------------------------------------

    def parts(self, raw: Any) -> tuple[OutlinePart, ...]:
        """The parts; a level may go down by one only."""
        if not self.tables("parts", raw, least=1):
            return ()
        found: list[OutlinePart] = []
        for number, one in enumerate(raw, 1):
            part = self.part(f"第{number}个 parts", one)
            if part.level > (found[-1].level if found else 0) + 1:
                self.tell(f"第{number}个 parts（{part.heading}）的 level", f"是{part.level}，上一级标题还没有")
            found.append(part)
        return tuple(found)

    def part(self, path: str, raw: Mapping[str, Any]) -> OutlinePart:
        """One part with what it holds."""
        heading = self.text(f"{path}的 heading", raw.get("heading"))
        path = f"{path}（{heading}）" if heading else path
        self.known(path, raw, PART)
        level = raw.get("level")
        if not isinstance(level, int) or not 1 <= level <= DEEPEST:
            self.tell(f"{path}的 level", f"应为 1 至 {DEEPEST} 的整数")
            level = 1
        holds = raw.get("holds", [])
        given = list(self.expanded(path, holds)) if self.tables(f"{path}的 holds", holds) else []
        return OutlinePart(
            level,
            heading,
            tuple(self.hold(f"{path}的 holds 第{number}项", one) for number, one in enumerate(given, 1)),
            self.text(f"{path}的 blank", raw.get("blank", ""), least=0),
            self.flag(f"{path}的 optional", raw.get("optional", False)),
        )

    def expanded(self, path: str, holds: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """What a part holds, with what common.toml has in the place of `common = "…"`.

        Where that is a single thing, other keys beside `common` are added to it, or replace its own.
        """
        for one in holds:
            common = _common().get(str(one.get("common")), {"holds": [one]})["holds"]
            own = {key: value for key, value in one.items() if key != "common"}
            if "common" not in one:
                yield one
            elif common == [one]:
                known = "、".join(_common())
                self.tell(f"{path}的 holds", f"common 应为 {known} 之一{meant(str(one['common']), _common())}")
            elif own and len(common) > 1:
                self.tell(f"{path}的 holds", f'common = "{one["common"]}" 有{len(common)}项，不能再带其他的键')
            else:
                yield from ({**inner, **own} for inner in self.expanded(path, common))

    def hold(self, path: str, raw: Mapping[str, Any]) -> Hold:
        """One thing that a part holds."""
        self.known(path, raw, HOLD)
        kinds = [kind for kind in KINDS if raw.get(kind)]
        if len(kinds) != 1 and kinds != ["passage", "blank"]:
            self.tell(path, f"应恰好有 {'、'.join(KINDS)} 中的一项（passage 可以带 blank）")
        for key in ("each", "where", "heading", "numbered"):
            if key in raw and ("say" not in raw or "each" not in raw):
                self.tell(f"{path}的 {key}", "只用于 say 和 each 同在的项")
        each = self.choice(f"{path}的 each", raw.get("each", ""), ("", *TABLES))
        return Hold(
            say=self.clauses(f"{path}的 say", raw.get("say", []), each),
            each=each,
            where=self.condition(f"{path}的 where", raw.get("where", ""), each),
            heading=self.sentence(f"{path}的 heading", raw["heading"], each) if "heading" in raw else (),
            numbered=self.flag(f"{path}的 numbered", raw.get("numbered", False)),
            passage=self.texts(f"{path}的 passage", raw.get("passage", [])),
            blank=self.text(f"{path}的 blank", raw.get("blank", ""), least=0),
            table=self.choice(f"{path}的 table", raw.get("table", ""), ("", *TABLES)),
            caption=self.text(f"{path}的 caption", raw.get("caption", ""), least=0),
            rest=self.flag(f"{path}的 rest", raw.get("rest", False)),
            when=self.condition(f"{path}的 when", raw.get("when", "")),
        )

    def clauses(self, path: str, raw: Any, each: str) -> tuple[ConditionalSentence, ...]:
        """The clauses of a paragraph: texts, or tables { when, text }."""
        members = [raw] if isinstance(raw, str) else raw
        if not isinstance(members, list) or len(members) > MOST:
            self.tell(path, f"应为文字，或最多{MOST}项的列表")
            return ()
        return tuple(self.clause(f"{path}第{number}句", one, each) for number, one in enumerate(members, 1))

    def clause(self, path: str, raw: Any, each: str) -> ConditionalSentence:
        """One of them."""
        if isinstance(raw, str):
            return ConditionalSentence(self.sentence(path, raw, each))
        if not isinstance(raw, dict) or raw.keys() != {"when", "text"}:
            self.tell(path, '应为文字，或 { when = "…", text = "…" }')
            return ConditionalSentence(())
        return ConditionalSentence(
            self.sentence(path, raw["text"], each), self.condition(f"{path}的 when", raw["when"], each)
        )

    # ---- sentences and conditions ----------------------------------------------------------------------------

    def sentence(self, path: str, raw: Any, each: str = "") -> tuple[Node, ...]:
        """A sentence whose fields are known."""
        text = self.text(path, raw)
        nodes: tuple[Node, ...] = self.parsed(path, parse_sentence, text, ())
        for name in fields_of(nodes):
            self.field(path, name, each)
        return nodes

    def condition(self, path: str, raw: Any, each: str = "") -> tuple[Comparison, ...]:
        """A condition whose fields are known."""
        text = self.text(path, raw, least=0)
        found: tuple[Comparison, ...] = self.parsed(path, parse_condition, text, ())
        for name in (name for one in found for name in one.fields):
            if name not in TABLES:
                self.field(path, name, each)
        return found

    def parsed(self, path: str, parse: Callable[[str], T], text: str, otherwise: T) -> T:
        """What `parse` makes of the text."""
        try:
            return parse(text)
        except SentenceError as error:
            self.tell(path, str(error))
            return otherwise

    def field(self, path: str, name: str, each: str) -> None:
        """Tell a field that no form has. A line or box of a bureau's own form may have any key."""
        known, plain = field_names(), name.removesuffix(SIZE)
        head, dot, column = plain.rpartition(".")
        if dot:
            columns = known["staff"] if head == "staff" else known["lines"]
            if not _BOX.fullmatch(head) or column not in columns:
                self.tell(path, f"没有字段 {{{name}}}，点后面是 {'、'.join(columns)} 之一{meant(column, columns)}")
            return
        names = known["form"] | (known[each] if each else {})
        if plain not in names:
            self.tell(path, f"没有字段 {{{name}}}，这里有 {'、'.join(names)}{meant(plain, names)}")

    # ---- values ----------------------------------------------------------------------------------------------

    def known(self, path: str, raw: Mapping[str, Any], keys: Iterable[str]) -> None:
        """Tell keys that do not belong."""
        for key in raw.keys() - set(keys):
            self.tell(path, f"没有 {key} 这一项，已知的有 {'、'.join(keys)}{meant(key, keys)}")

    def text(self, path: str, raw: Any, least: int = 1) -> str:
        """A text of bounded length."""
        if isinstance(raw, str) and least <= len(raw) <= LONGEST:
            return raw
        self.tell(path, f"应为文字，不超过{LONGEST}个字" if raw is not None else "缺少")
        return ""

    def texts(self, path: str, raw: Any, least: int = 0) -> tuple[str, ...]:
        """A list of texts."""
        texts = isinstance(raw, list) and all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in raw)
        if texts and least <= len(raw) <= MOST:
            return tuple(raw)
        self.tell(path, f"应为文字的列表，{least}至{MOST}项")
        return ()

    def tables(self, path: str, raw: Any, least: int = 0) -> bool:
        """Whether it is a list of tables."""
        fits = isinstance(raw, list) and least <= len(raw) <= MOST and all(isinstance(one, dict) for one in raw)
        if not fits:
            self.tell(path, f"应为表的列表，{least}至{MOST}项")
        return fits

    def flag(self, path: str, raw: Any) -> bool:
        """true or false."""
        if not isinstance(raw, bool):
            self.tell(path, "应为 true 或 false")
        return raw is True

    def choice(self, path: str, raw: Any, known: tuple[str, ...]) -> str:
        """One of these words."""
        if raw in known:
            return str(raw)
        self.tell(path, f"应为 {'、'.join(filter(None, known))} 之一")
        return ""

    def page(self, raw: Any) -> PageSetup:
        """Margins, sizes and fonts that differ from GB/T 9704-2012."""
        if not isinstance(raw, dict):
            self.tell("page", "应为一个表")
            return PageSetup()
        names = PageSetup.__struct_fields__
        self.known("page", raw, names)
        found = {key: self.page_value(key, raw[key]) for key in names if key in raw}
        return PageSetup(**{key: value for key, value in found.items() if value is not None})

    def page_value(self, key: str, raw: Any) -> Any:
        """One of them; None, after it was told, where it is wrong."""
        if key.endswith("font"):
            if isinstance(raw, str) and 0 < len(raw) <= 31:  # as Word takes them
                return raw
            self.tell(f"page.{key}", "应为字体名称，不超过31个字")
            return None
        low, high = SIZES.get(key, (1, 120))
        if isinstance(raw, int | Decimal) and not isinstance(raw, bool) and low <= raw <= high:
            return int(raw) if key == "characters" else Decimal(raw)
        self.tell(f"page.{key}", f"应为 {low} 至 {high} 的数字")
        return None

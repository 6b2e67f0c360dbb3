"""Read a rulebook from a workbook that `rules --to` wrote and a person changed; every fault with its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from perf_xlsx.domain.model import SEVERITIES as SEVERITY_KEYS
from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.quantity import normalise, same_label
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.severity import STANDING_NAMES
from perf_xlsx.ooxml import Book, Cell, Grid, Limits, Package, PackageError, read_file, read_grid
from perf_xlsx.rulebook import workbook_layout as w
from perf_xlsx.rulebook.rulebook import SILENT, RulebookError
from perf_xlsx.rulebook.setting_types import OPTIONAL, SettingType, by_form, setting_type_of
from perf_xlsx.rulebook.tiers import RATIO

LARGEST = Limits(file_mb=8, unpacked_mb=32, cells=100_000)
MOST_ROWS = 500  # of one table
HEADER_ROWS = 20  # a title or remarks may stand above the heads
CellsByHead = dict[str, Cell]


def raw_rulebook(path: Path) -> w.RulebookSource:
    """What the workbook says, as TOML would give it, and what is wrong with its cells.

    Raises RulebookError where it is no workbook, and OSError.
    """
    where = path.name
    try:
        book = Book(Package.open(read_file(path, LARGEST), LARGEST))
        grids = {sheet.name: read_grid(book, sheet) for sheet in book.sheets}
    except PackageError as error:
        raise RulebookError([f"{where}：{error.detail}"]) from None
    except MemoryError:
        raise RulebookError([f"{where}：内容过多，内存不够"]) from None
    rules = grids.get(w.RULES)
    if rules is None or _header(rules, w.RULE_HEADS) is None:
        said = f"不是评分办法工作簿：没有“{w.RULES}”表，或表中没有“{'、'.join(w.RULE_HEADS.values())}”一行"
        raise RulebookError([f"{where}：{said}。请用 perf-xlsx rules --to 办法.xlsx 写出一份，在它上面改"])
    reading = _WorkbookReading(grids)
    raw = reading.rulebook()
    problems = tuple(dict.fromkeys(reading.problems))  # some tables are read for more than one setting
    return w.RulebookSource(raw, problems, reading.places, reading.titles, reading.rows)


class _WorkbookReading(Struct):
    """Reads sheet by sheet, collecting problems and where everything stands."""

    grids: Mapping[str, Grid]
    problems: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str], str] = field(default_factory=dict)

    def rulebook(self) -> dict[str, Any]:
        """Everything, in sections."""
        raw = self._basics()
        for row, number in self._table(w.RULES, w.RULE_HEADS):
            self._rule(row, number, raw)
        self._refuse_other_forms(w.WEIGHTS, "weights")
        self._refuse_other_forms(w.PASSAGES, "passages")
        raw["severity"] = self._severities()
        return raw

    def _refuse_other_forms(self, sheet: str, section: str) -> None:
        """Rows of a table for a kind of form that the sheet of rules does not have would be lost."""
        for row, at in self._table(sheet, w.HEADS[sheet]):
            text = _text(row["form"])
            if len(forms := _keys(text)) != 1 or f"{section}.{forms[0]}" not in self.places:
                self._wrong(sheet, at, "form", text, f"“{w.RULES}”中有的一个表种，括号中的代号不能少")

    # ---- sheets and rows

    def _table(self, sheet: str, heads: Mapping[str, str]) -> Iterator[tuple[CellsByHead, int]]:
        """The rows below a sheet's heads, by what their columns hold, with their numbers; empty ones left out."""
        grid = self.grids.get(sheet)
        if grid is None:
            self.problems.append(f"缺少工作表“{sheet}”，请从 rules --to 写出的工作簿中复制回来")
            return
        found = _header(grid, heads)
        if found is None:
            self.problems.append(f"“{sheet}”：没有找到表头，应有一行写着 {'、'.join(heads.values())}")
            return
        top, columns = found
        numbers = sorted({row for row, column in grid.cells if row > top and column in columns.values()})
        for count, number in enumerate(numbers):
            if count == MOST_ROWS:
                self.problems.append(f"“{sheet}”!A{number}：行数过多，最多{MOST_ROWS}行")
                return
            row = {key: grid.cells.get((number, column), Cell(None)) for key, column in columns.items()}
            if any(_text(cell) for cell in row.values()):
                self._remember(sheet, row, number, columns)
                yield row, number

    def _remember(self, sheet: str, row: CellsByHead, number: int, columns: Mapping[str, int]) -> None:
        for key, column in columns.items():
            self.places[f"{sheet} {number} {key}"] = f"“{sheet}”!{column_name(column)}{number}"
        first = next(iter(columns))
        if words := _text(row[first]):
            self.rows.setdefault((sheet, words), self._place(sheet, number, first))

    def _place(self, sheet: str, number: int, key: str) -> str:
        return self.places[f"{sheet} {number} {key}"]

    def _wrong(self, sheet: str, number: int, key: str, given: str, wanted: str) -> None:
        there = f"填“{given[:40]}”，" if given else "没有填写，"
        self.problems.append(f"{self._place(sheet, number, key)}：{there}应为{wanted}")

    # ---- values

    def _number(self, row: CellsByHead, sheet: str, number: int, key: str, needed: bool = True) -> Decimal | None:
        """A number or a percentage; None, and a problem, where there is none."""
        text, value = _text(row[key]), _number(row[key])
        if value is None and (text or needed):
            self._wrong(sheet, number, key, text, "数字")
        return value

    def _word(self, row: CellsByHead, sheet: str, number: int, key: str, choices: Mapping[str, Any]) -> Any:
        """What a word of a list means; None, and a problem, where it is none of them."""
        text = _text(row[key])
        known = {same_label(word): meaning for word, meaning in choices.items()}
        if same_label(text) in known:
            return known[same_label(text)]
        self._wrong(sheet, number, key, text, f" {'、'.join(filter(None, choices))} 之一")
        return None

    # ---- the sheet of basics

    def _basics(self) -> dict[str, Any]:
        grid, raw = self.grids.get(w.BASICS), dict[str, Any]()
        if grid is None:
            self.problems.append(f"缺少工作表“{w.BASICS}”，请从 rules --to 写出的工作簿中复制回来")
            return raw
        labels = {same_label(_text(cell)): at for at, cell in sorted(grid.cells.items(), reverse=True)}
        for key, label in w.BASIC_LABELS.items():
            at = labels.get(same_label(label))
            if at is None:
                self.problems.append(f"“{w.BASICS}”：没有找到“{label}”一栏")
                continue
            self.places[key] = f"“{w.BASICS}”!{column_name(at[1] + 1)}{at[0]}"
            value = self._basic(key, grid.cells.get((at[0], at[1] + 1), Cell(None)))
            if value is not None:
                raw[key] = value
        return raw

    def _basic(self, key: str, cell: Cell) -> Any:
        text = _text(cell)
        if key in ("forms", "by_reference"):
            return _keys(text)
        if key not in ("from_year", "to_year"):
            return text
        year = _number(cell)
        if text and (year is None or year % 1 or not 2000 <= year <= 2099):
            self.problems.append(f"{self.places[key]}：填“{text[:40]}”，应为年度，如 2025，没有的空着")
            return None
        return None if year is None else int(year)

    # ---- the sheet of rules

    def _rule(self, row: CellsByHead, number: int, raw: dict[str, Any]) -> None:
        """One setting into its section; one that the rulebook is silent about is left out."""
        key = _text(row["key"])
        kind = setting_type_of(key)
        if kind is None:
            self._wrong(w.RULES, number, "key", key, "原来的编号，请不要改这一栏")
            return
        if key in self.places:
            self.problems.append(
                f"{self._place(w.RULES, number, 'key')}：“{kind.title}”已在{self.places[key]}，请只留一行"
            )
            return
        self._locate(key, row, number)
        before = len(self.problems)
        value = self._table_value(key) if _is_table(key) else self._single(key, kind, row, number)
        if len(self.problems) > before:
            return
        trust = _text(row["trust"])
        if trust == w.UNRULED and (key in OPTIONAL or by_form(key)):
            self._silent(key, value, number)
            return
        section, _, name = key.partition(".")
        raw.setdefault(section, {})[name] = {
            "value": value,
            "basis": _text(row["basis"]),
            "trust": trust,
            "document": _text(row["document"]),
            "by_reference": _keys(_text(row["by_reference"])),
        }

    def _locate(self, key: str, row: CellsByHead, number: int) -> None:
        """Remember where a setting stands, and what it is called there."""
        self.places[key] = self._place(w.RULES, number, "value")
        self.places |= {f"{key} {part}": self._place(w.RULES, number, part) for part in ("basis", "trust")}
        self.titles[key] = _text(row["title"])

    def _silent(self, key: str, value: Any, number: int) -> None:
        """A value was changed, but still has no basis."""
        silent = SILENT.get(key, ())
        if value != (list(silent) if isinstance(silent, tuple) else silent):
            self.problems.append(
                f"{self._place(w.RULES, number, 'trust')}：这一项改了值，来源还是“{w.UNRULED}”，请写依据，并选来源"
            )

    def _single(self, key: str, setting_type: SettingType, row: CellsByHead, number: int) -> Any:
        if setting_type.choices:
            return self._word(
                row, w.RULES, number, "value", {words: value for value, words in setting_type.choices.items()}
            )
        if isinstance(SILENT.get(key), str):
            return _text(row["value"])
        if isinstance(SILENT.get(key), tuple):
            return [word for word in re.split("[、,，;；]", _text(row["value"])) if word.strip()]
        value = self._number(row, w.RULES, number, "value")
        if value is not None and setting_type.unit == "%" and _meant_in_percent(value, setting_type):
            wanted = f"百分数：{plain(value)}%请写成“{plain(value)}%”或 {plain(value / 100)}"
            self._wrong(
                w.RULES,
                number,
                "value",
                f"{_text(row['value'])}",
                f"{wanted}（只写{plain(value)}是{plain(value * 100)}%）",
            )
        return value

    # ---- the sheets of tables

    def _table_value(self, key: str) -> Any:
        own = by_form(key)
        if own:
            return self._weights(own[1]) if own[0] == "weights" else self._passages(own[1])
        return {
            "qualitative.bands": self._bands,
            "qualitative.unclaimed": self._unclaimed,
            "grades.bounds": self._grades,
            "total.caps": self._caps,
        }.get(key, lambda: self._tiers(key))()

    def _bands(self) -> list[dict[str, Any]]:
        found = []
        for row, at in self._table(w.BANDS, w.HEADS[w.BANDS]):
            low, high = (self._number(row, w.BANDS, at, key) for key in ("low", "high"))
            found.append({"judgement": _text(row["judgement"]), "low": low, "high": high})
        return found

    def _unclaimed(self) -> list[dict[str, Any]]:
        rows = self._table(w.BANDS, w.HEADS[w.BANDS])
        shares = (
            (_text(row["judgement"]), self._number(row, w.BANDS, at, "share", needed=False)) for row, at in rows
        )
        return [{"judgement": word, "share": share} for word, share in shares if share is not None]

    def _grades(self) -> list[dict[str, Any]]:
        found = []
        for row, at in self._table(w.GRADES, w.HEADS[w.GRADES]):
            low, end = (self._number(row, w.GRADES, at, key, key == "from") for key in ("from", "to"))
            start = self._word(row, w.GRADES, at, "closed", {w.YES: "low", w.NO: "above", "": "low"})
            grade = {"grade": _text(row["grade"]), start: low}
            if end is not None:
                grade[self._word(row, w.GRADES, at, "to_closed", {w.YES: "up_to", w.NO: "below", "": "below"})] = (
                    end
                )
            found.append(grade)
        return found

    def _caps(self) -> list[dict[str, Any]]:
        rows = self._table(w.CAPS, w.HEADS[w.CAPS])
        return [{key: self._number(row, w.CAPS, at, key) for key in ("below", "total")} for row, at in rows]

    def _tiers(self, key: str) -> list[dict[str, Any]]:
        of = {name: setting for setting, name in w.TIERED.items()}
        found = []
        for row, at in self._table(w.TIERS, w.HEADS[w.TIERS]):
            mine = self._word(row, w.TIERS, at, "of", of) if key == "execution.scale" else of.get(_text(row["of"]))
            if mine == key:
                found.append(self._tier(row, at))
        return found

    def _tier(self, row: CellsByHead, at: int) -> dict[str, Any]:
        start = self._word(row, w.TIERS, at, "closed", {w.YES: "from", w.NO: "above", "": "from"})
        ratio = _text(row["share"]) == w.RATIO_WORD
        tier = {
            start: self._number(row, w.TIERS, at, "from"),
            "share": RATIO if ratio else self._number(row, w.TIERS, at, "share"),
        }
        if any(_text(row[key]) for key in ("step", "off", "start")):
            steps = {key: self._number(row, w.TIERS, at, key, key != "start") for key in ("step", "off", "start")}
            tier |= {key: value for key, value in steps.items() if value is not None}
            counted = {w.COUNTED: True, w.NOT_COUNTED: False, "": False}
            tier["begun"] = self._word(row, w.TIERS, at, "begun", counted)
        return tier

    def _weights(self, form: str) -> list[dict[str, Any]]:
        sets: dict[str, dict[str, Any]] = {}
        for row, at in self._table(w.WEIGHTS, w.HEADS[w.WEIGHTS]):
            if _keys(_text(row["form"])) == [form]:
                level, levels = _text(row["level"]), sets.setdefault(_text(row["set"]), {})
                if not level or level in levels:
                    self._wrong(w.WEIGHTS, at, "level", level, "一级指标的名称，同一方案中只写一次")
                levels[level] = self._number(row, w.WEIGHTS, at, "points")
                self.places.setdefault(f"weights.{form} table", self._place(w.WEIGHTS, at, "points"))
        return list(sets.values())

    def _passages(self, form: str) -> list[str]:
        rows = self._table(w.PASSAGES, w.HEADS[w.PASSAGES])
        return [_text(row["passage"]) for row, _ in rows if _keys(_text(row["form"])) == [form]]

    def _severities(self) -> dict[str, Any]:
        words = {STANDING_NAMES[severity]: severity for severity in SEVERITY_KEYS}
        found = {}
        for row, at in self._table(w.SEVERITIES, w.HEADS[w.SEVERITIES]):
            code = _text(row["code"]).partition(" ")[0]
            found[code] = self._word(row, w.SEVERITIES, at, "severity", words)
        return found


def _is_table(key: str) -> bool:
    return key in w.TABLES or by_form(key) is not None


def _header(grid: Grid, heads: Mapping[str, str]) -> tuple[int, dict[str, int]] | None:
    """The first row that holds all heads, and the column of each."""
    wanted = {same_label(head): key for key, head in heads.items()}
    rows: dict[int, dict[str, int]] = {}
    for (number, column), cell in sorted(grid.cells.items()):
        if number <= HEADER_ROWS:
            rows.setdefault(number, {}).setdefault(same_label(_text(cell)), column)
    found = next((number for number, row in rows.items() if wanted.keys() <= row.keys()), None)
    return None if found is None else (found, {key: rows[found][head] for head, key in wanted.items()})


def _meant_in_percent(value: Decimal, setting_type: SettingType) -> bool:
    """Whether a number is too large for the setting, and right as that many percent."""
    return not _fits(value, setting_type) and _fits(value / 100, setting_type)


def _fits(value: Decimal, setting_type: SettingType) -> bool:
    try:
        setting_type.parse(value)
    except ValueError:
        return False
    return True


def _text(cell: Cell) -> str:
    """What a cell says; "" where it is empty, crossed out or an error."""
    match cell.value:
        case None:
            return ""
        case bool(truth):
            return str(truth).upper()
        case Decimal() as number:
            return plain(number)
        case value:
            return str(value).strip()


def _number(cell: Cell) -> Decimal | None:
    """The number in a cell, also one typed as text, with % or 分 or 字 behind it."""
    if isinstance(cell.value, Decimal):
        return cell.value
    found = re.fullmatch(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(%|分|个?字)?", normalise(_text(cell)))
    if isinstance(cell.value, bool) or found is None:
        return None
    return Decimal(found[1]) / 100 if found[2] == "%" else Decimal(found[1])


def _keys(text: str) -> list[str]:
    """The kinds of form in a list such as “项目支出（project）、部门整体支出（department）”."""
    found: list[str] = []
    for piece in filter(None, (one.strip() for one in re.split("[、,，;；\n]", normalise(text)))):
        inside = re.findall(r"\(([a-z0-9_]{1,40})\)$", piece)
        found.append(inside[0] if inside else piece)
    return found

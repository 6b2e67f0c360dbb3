"""Take apart what people type where a number is asked for: sign, number and unit."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain import numerals
from perf_xlsx.domain.text import INVISIBLE, fold, is_footnote, is_fraction, is_raised, written_out
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

# Longest first, so that ">=" is not read as ">".
SIGNS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        ((word, sign) for sign, known in vocabulary("signs").items() for word in known.get("words", ())),
        key=lambda pair: -len(pair[0]),
    )
)
_SIGN_WORDS = tuple(word for word, _ in SIGNS)
DIRECTIONS: dict[str, str] = {
    word: sign for sign, known in vocabulary("signs").items() for word in known.get("directions", ())
}
OPPOSITE = {"≥": "≤<", ">": "≤<", "≤": "≥>", "<": "≥>"}
JUDGEMENTS: tuple[str, ...] = tuple(vocabulary("judgements")["classes"])  # the best first
_MARKS: str = vocabulary("blanks")["marks"]["characters"]
_BLANK_WORDS = frozenset(vocabulary("blanks")["marks"]["words"])
NOTHING = frozenset(vocabulary("blanks")["nothing"]["words"])
_LONGEST_BLANK = max(map(len, _BLANK_WORDS))
_OPENING = 200  # characters of a long text, which tell that it is none of the words
DASHES = frozenset(mark * n for mark in _MARKS for n in (1, 2)) | _BLANK_WORDS  # as formulas can look them up
LONGEST_QUANTITY = 200  # characters; a longer text is no number with its unit
LONGEST_COUNTED = 4  # characters of a unit behind a number in words
LONGEST_FORMULA = 4  # characters of km², CO₂
MOST_MARKS = 8  # footnotes' marks at one end of a text

_UNITS = vocabulary("units")
MONEY_UNITS: dict[str, int] = _UNITS["money"]  # in 元
TENTHS: dict[str, int] = _UNITS["tenths"]
_PREFIXES: dict[str, str] = _UNITS["prefixes"]
PERCENT_WORDS: tuple[str, ...] = tuple(_UNITS["synonyms"]["%"])
_PERCENT_OF = pattern(rf"([%‰])(?:{'|'.join(_UNITS['words']['percent'])}|率)+")
_FORMULAS = pattern("|".join(re.escape(word) + r"(?!\d)" for word in _UNITS["words"]["formulas"]))
_FORMULA_ENDS = pattern(f"(?:{'|'.join(map(re.escape, _UNITS['words']['formulas']))})$")
_NO_UNIT = ("-", "~", "—", ",", ".", "/", "+", "*", "×", "^", ":", "±", "<", ">", "=", "⁄", "÷")
_LOOSE = tuple(word for known in vocabulary("signs").values() for word in known.get("loose", ()))
_NUMBER = pattern(r"[+-]?\s*(?:(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,2}(?![\d.]))?")
_BEGINS = pattern(rf"(?:{'|'.join(map(re.escape, (word for word, _ in SIGNS)))})?\s*(\d[\d., ]*)?(\D)")
_BRACKETED = pattern(r"\(([\d,. ]+)\)(?=$|[%元万亿])")  # accountants' negative
_STOPS = ".。;"  # behind a number they end the sentence
_MINUS = str.maketrans("−–△▲", "----")
_YUAN = tuple(numerals.WORDS["yuan"])
_IN_WORDS = pattern(rf"([{numerals.CHARACTERS}]+)([%‰]|(?:{any_of((*_YUAN, *TENTHS))})?)(.*)")
_COUNTED = pattern(rf"(?!{'|'.join(_UNITS['words']['numbered'])})[一-鿿]{{1,{LONGEST_COUNTED}}}")  # and not 余, 多
_DIGIT, _ZERO = f"([{''.join(numerals.DIGITS)}])", numerals.ZEROS[0]
_CENTS = pattern(
    rf"(?:{_ZERO}?{_DIGIT}{numerals.WORDS['tenth']})?(?:{_ZERO}?{_DIGIT}{numerals.WORDS['hundredth']})?"
    rf"(?:{any_of(numerals.WORDS['whole'])})?"
)


class Quantity(Struct, frozen=True):
    """A number and what was typed around it; `sign` and `unit` are "" when absent.

    `cleaned`: separators, full-width digits or hidden characters were removed. `words`: it was written in Chinese
    numerals. `bracketed`: brackets made it negative. `mark` is a footnote's mark or an item's number: ①.
    """

    number: Decimal
    sign: str = ""
    unit: str = ""
    cleaned: bool = False
    words: bool = False
    mark: str = ""
    bracketed: bool = False


def normalise(text: str) -> str:
    """Text for comparison: full-width forms folded, invisible characters removed, ends trimmed; ① is no digit."""
    return fold(text).strip()


_TWICE = pattern(r"([^()]{1,8})\(([^()]{1,8})\)")  # %(百分比)


@lru_cache(1 << 5)  # a long one may come again in every row
def clean(text: str) -> str:
    """Text for storage: without invisible characters."""
    return text.translate(INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").strip()


def is_blank(text: str) -> bool:
    """Whether a text means an empty cell: nothing visible, dashes, dots, asterisks."""
    if len(text) > _OPENING and len(normalise(text[:_OPENING]).strip(_MARKS)) > _LONGEST_BLANK:
        return False
    folded = normalise(text)
    return not folded.strip(_MARKS) or folded in _BLANK_WORDS


def same_name(text: str) -> str:
    """A name for comparison: normalised, without spaces, colons and asterisks; CO₂ is CO2."""
    return re.sub(r"[\s:*＊]", "", written_out(text))


@lru_cache(1 << 12)  # the labels of a form come again in every workbook
def same_label(text: str) -> str:
    """A label for comparison: a name without a footnote's mark or an item's number at its ends."""
    folded = normalise(text)
    return same_name(unmarked(folded)[0] or folded)


@lru_cache(1 << 8)  # one unit is asked for by many rules
def unit_name(unit: str) -> str:
    """A unit for comparison: "％", "百分比", "%覆盖" and "%（百分比）" are "%"."""
    unit = re.sub(r"\s", "", normalise(unit))
    if (said_twice := _TWICE.fullmatch(unit)) and unit_name(said_twice[1]) == unit_name(said_twice[2]):
        return unit_name(said_twice[1])
    worded = _PERCENT_OF.fullmatch(unit)
    return "%" if unit in PERCENT_WORDS else worded[1] if worded else unit


def parse_sign(text: str) -> str | None:
    """The sign that a word means, alone or as a direction (正向), or None."""
    folded = re.sub(r"\s", "", normalise(text))
    return next((sign for word, sign in SIGNS if folded == word), DIRECTIONS.get(folded))


def parse_quantity(text: str) -> Quantity | None:
    """Read "≥1,234.50 万元", "９５％", "(1,234.50)" or "壹佰元整".

    None when it is not a single number ("完成", "3-5", "2023年6月"), or not for sure (10⁴, 1½).
    """
    folded = normalise(text)
    if len(folded) > LONGEST_QUANTITY:
        return None
    folded, mark = unmarked(folded.translate(_MINUS).rstrip(_STOPS))
    sign, rest = "", folded
    if folded.startswith(_SIGN_WORDS):
        word, sign = next(pair for pair in SIGNS if folded.startswith(pair[0]))
        rest = folded[len(word) :].strip()
    found = _prefixed(rest, Quantity(Decimal(0), sign), text)
    return found and replace(found, mark=mark + found.mark)


def _prefixed(rest: str, signed: Quantity, text: str) -> Quantity | None:
    """A number without its sign, also as 百分之九十 or ¥90; `text` is what was typed."""
    before = next((word for word in _PREFIXES if rest.startswith(word)), "")
    rest = rest.removeprefix(before).strip()
    rest = "100" if before and rest in numerals.WORDS["hundred"] else rest
    rest, unit = (rest[1:].strip(), "¥") if rest.startswith("¥") else (rest, _PREFIXES.get(before, ""))
    found = _numbered(rest, replace(signed, unit=unit), text)
    return None if found and before and found.unit != unit else found


def _numbered(rest: str, signed: Quantity, text: str) -> Quantity | None:
    """A number and its unit."""
    bracket = _BRACKETED.match(rest)
    if rest.startswith(numerals.WORDS["negative"]):
        rest = f"-{rest[1:]}"
    elif bracket:
        rest = f"-{bracket[1].strip()}{rest[bracket.end() :]}"
    found = _NUMBER.match(rest)
    if found is None:
        words = _in_words(rest, signed.sign)
        return words and replace(words, unit=words.unit or signed.unit)
    behind = _behind(rest[found.end() :])
    if behind is None:
        return None
    digits = re.sub(r"[,\s]", "", found.group())
    plain, unit = digits.removeprefix("+") in text, unit_name(behind[0]) or signed.unit
    number = Decimal(f"{Decimal(digits):f}")
    if unit in TENTHS:
        number, unit, plain = number * TENTHS[unit], "%", False
    return replace(
        signed, number=number, unit=unit, cleaned=not plain, mark=behind[1], bracketed=bracket is not None
    )


def _behind(text: str) -> tuple[str, str] | None:
    """The unit behind a number and the footnote's marks; None where these may be a part of the number."""
    rest, marks = text.strip(), ""
    while rest and is_footnote(rest[0]):
        if is_fraction(rest[0]) or (is_raised(rest[0]) and unicodedata.numeric(rest[0], 1.0) != 1):
            return None
        marks, rest = marks + rest[0], rest[1:].strip()
    return None if rest[:1] in _NO_UNIT or any(map(_belongs_to_number, _FORMULAS.sub("", rest))) else (rest, marks)


def _belongs_to_number(character: str) -> bool:
    """Whether it cannot be a part of a unit: a digit, a mark, a combining character."""
    combining = unicodedata.category(character)[0] == "M"
    return combining or character.isdecimal() or is_footnote(character)


def marked_number(text: str) -> bool:
    """Whether the text begins with a number that a mark makes doubtful: 10⁴人, ≥1½."""
    found = _BEGINS.match(normalise(text))
    marked = found is not None and (is_fraction(found[2]) or bool(found[1] and is_footnote(found[2])))
    return marked and parse_target(text) is None


def unmarked(text: str) -> tuple[str, str]:
    """A folded text without the marks at its ends, and these marks.

    A raised character behind a digit or in a formula (m², 10⁴) is none of them, nor is a fraction.
    """
    start, end = 0, len(text)
    while start < min(end, MOST_MARKS) and is_footnote(text[start]) and not is_fraction(text[start]):
        start += 1
    least = max(start, end - MOST_MARKS)
    while end > least and is_footnote(text[end - 1]) and _ends_there(text[start:end]):
        end -= 1
    return text[start:end].strip(), text[:start] + text[end:]


def _ends_there(text: str) -> bool:
    """Whether the mark at the end of a text is certainly a footnote's."""
    last, before = text[-1], text[:-1].rstrip()
    if is_fraction(last) or (is_raised(last) and (before[-1:].isdecimal() or is_footnote(before[-1:] or "a"))):
        return False
    return not (is_raised(last) and _FORMULA_ENDS.search(text[-LONGEST_FORMULA:]))


_TIME = pattern(r"(?<!\d)20\d\d(?:\s*年|[-/]\d{1,2}|\.\d{1,2}\.\d)|\d{1,2}\s*月")
_MONTH = pattern(  # "2023.6" is June without a sign before it and a unit behind it: "≤2050.5万元" is money
    rf"({'|'.join(word for word, _ in SIGNS)})?\s{{0,9}}(?<![\d.])20\d\d\.(?:0?[1-9]|1[0-2])\s*"
    rf"(?=$|[~,;。、)-]|{any_of(vocabulary('dates')['words']['behind_a_month'])})"
)
_REACHES = pattern(rf"^(?:{any_of(vocabulary('signs')['≥']['reached'])})\s*(?=\d)")
_BOUNDS = tuple(
    (pattern(rf"\(?[及含]{{0,2}}\)?(?:{'|'.join(known['behind'])})$"), sign)
    for sign, known in vocabulary("signs").items()
    if "behind" in known
)


def is_time(text: str) -> bool:
    """Whether a target is a point in time ("2023年12月底前"), which no ratio can measure; "12个月" is none."""
    folded = normalise(text)
    folded = re.sub(r"\s+", " ", folded)  # else looking for a month in many takes the square of their number
    month = _MONTH.search(folded)
    return _TIME.search(folded) is not None or (month is not None and month[1] is None)


def parse_target(text: str) -> Quantity | None:
    """Read a value with its sign in words: "达到95%", "90%以上", "3天以内"; None for a time or a text."""
    folded = normalise(text)
    if len(folded) > LONGEST_QUANTITY or is_time(folded):
        return None
    folded, mark = unmarked(folded)
    bare, sign = _bounded(folded)
    found = parse_quantity(bare) if sign else parse_quantity(text)
    if found is None or not sign:
        return found
    sign = sign if found.sign and bare.startswith(_LOOSE) else found.sign or sign
    return replace(found, sign=sign, mark=mark + found.mark)


def _bounded(text: str) -> tuple[str, str]:
    """A value without the words around it that stand for a sign, and that sign."""
    for bound, sign in _BOUNDS:
        if bound.search(text):
            rest = bound.sub("", text)
            return _REACHES.sub("", rest) if sign == "≥" else rest, sign  # 达到95%以上
    bare = _REACHES.sub("", text)
    return bare, "≥" if bare != text else ""


def _in_words(text: str, sign: str) -> Quantity | None:
    """A number in Chinese numerals, bare or as an amount of money: "拾伍", "壹佰贰拾叁万元整".

    Behind a sign it may count anything (≥一百人); an ordinal is no number: ≥二级.
    """
    found = _IN_WORDS.fullmatch(text)
    number = numerals.numeral_value(found[1]) if found else None
    if found is None or number is None:
        return None
    unit, rest = found[2], found[3]
    quantity = Quantity(Decimal(number), sign, unit, cleaned=True, words=True)
    if sign and not unit and _COUNTED.fullmatch(rest):
        return replace(quantity, unit=rest)
    if unit in _YUAN:
        return _with_cents(quantity, rest)
    if rest:
        return None
    return replace(quantity, number=Decimal(number * TENTHS[unit]), unit="%") if unit in TENTHS else quantity


def _with_cents(yuan: Quantity, rest: str) -> Quantity | None:
    """An amount with what follows 元: 伍角贰分, 整; None for anything else."""
    cents = _CENTS.fullmatch(rest)
    if cents is None:
        return None
    tenths, hundredths = (numerals.DIGITS[word] if word else 0 for word in cents.groups())
    return replace(yuan, number=yuan.number + Decimal(tenths) / 10 + Decimal(hundredths) / 100, unit="元")

"""Numbers in other writing, percentages as fractions, formulas in place of values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from tests.kit.damage.bench import Bench, damage

# ---- numbers ----------------------------------------------------------------------------------------------------


def plain_text(number: float) -> str:
    return f"{Decimal(str(number)):f}"


def retype_all(bench: Bench, change: Callable[[float], Any]) -> None:
    for _, cell in list(bench.numbers()):
        cell.value = change(cell.value)


@damage("数字存成文本", tells=("R12",))
def numbers_as_text(bench: Bench) -> None:
    retype_all(bench, plain_text)


@damage("数字是全角", tells=("R12",))
def numbers_full_width(bench: Bench) -> None:
    retype_all(bench, lambda n: "".join(chr(ord(ch) + 0xFEE0) for ch in plain_text(n)))


@damage("数字带千位逗号", tells=("R12",))
def numbers_with_commas(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):,}")


@damage("数字带全角逗号", tells=("R12",))
def numbers_with_wide_commas(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):,}".replace(",", "，"))


@damage("数字带空格和不可见字符", tells=("R12",))
def numbers_with_spaces(bench: Bench) -> None:
    retype_all(bench, lambda n: f"\u00a0{plain_text(n)}\u200b ".replace(".", "\u200b."))


@damage("数字写成科学记数", tells=("R12",))
def numbers_scientific(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):E}")


@damage("金额带本表单位", tells=("R09",))
def amount_with_unit(bench: Bench) -> None:
    for path in ("funds.total.adjusted", "funds.total.executed"):
        bench.cell(path).value = f"{bench.value(path):,}万元"


@damage("金额以元为单位", reads=False, tells=("R08",))
def amount_in_yuan(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = f"{bench.value('funds.total.executed') * 10000:,}元"


@damage("金额写成亿", reads=False, tells=("R08",))
def amount_in_yi(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = f"{bench.value('funds.total.executed') / 10000}亿"


@damage("金额存成元，格式显示成万元", reads=False, tells=("R12",))
def amount_scaled_by_format(bench: Bench) -> None:
    for path, code in (("funds.total.executed", '0\\.0,"万元"'), ("indicators.3.actual", "#,##0,")):
        if isinstance(bench.cell(path).value, int | float):
            bench.cell(path).value = float(bench.value(path) * 10000)
            bench.cell(path).number_format = code


@damage("分值带分字", tells=("R12",))
def weight_with_unit(bench: Bench) -> None:
    bench.cell("indicators.0.weight").value = f"{bench.value('indicators.0.weight')}分"


@damage("金额大写", tells=("R12",))
def amount_in_words(bench: Bench) -> None:
    for path in ("funds.total.adjusted", "funds.total.executed"):
        bench.cell(path).value = capitals(bench.value(path) * 10000)


@damage("金额大写而没有元字", reads=False, tells=("R08",))
def amount_in_words_without_unit(bench: Bench) -> None:
    words = capitals(bench.value("funds.total.executed") * 10000)
    bench.cell("funds.total.executed").value = words.split("元")[0]


@damage("分值写成汉字", tells=("R12",))
def weight_in_words(bench: Bench) -> None:
    words = {8: "八", 10: "十", 12: "十二", 15: "拾伍"}
    bench.cell("indicators.4.weight").value = words.get(int(bench.value("indicators.4.weight")), "伍")


def capitals(yuan: Decimal) -> str:
    """An amount in yuan as it is written on a cheque."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
    text, zero = "", False
    whole, cents = divmod(int(yuan * 100), 100)
    figures = str(whole)
    for place, figure in zip(range(len(figures) - 1, -1, -1), figures, strict=True):
        if figure == "0":
            zero = True
        else:
            text += ("零" if zero and text else "") + digits[int(figure)] + units[place % 4]
            zero = False
        if place % 4 == 0 and place and whole // 10**place % 10000:
            text += "万" if place % 8 == 4 else "亿"
    tail = (f"{digits[cents // 10]}角" if cents // 10 else "") + (f"{digits[cents % 10]}分" if cents % 10 else "")
    return f"{text}元{tail or '整'}"


NEGATIVES = {
    "括号": "({})", "全角括号": "（{}）", "全角负号": "－{}", "数学负号": "−{}", "△": "△{}", "▲": "▲{}",
    "负字": "负{}",
}  # fmt: skip


def _negatives() -> None:
    for name, pattern in NEGATIVES.items():

        def apply(bench: Bench, pattern: str = pattern) -> None:
            path = "funds.total.adjustment"
            number = bench.value(path)
            cell = bench.cell(path)
            cell.value = pattern.format(f"{abs(number):,}") if number < 0 else f"{number:,}"  # 40 stays as it is

        damage(f"负数写成{name}", tells=("R12",))(apply)


_negatives()


@damage("金额带货币符号", tells=("R09",))
def amount_with_currency(bench: Bench) -> None:
    path = "funds.total.executed"
    bench.cell(path).value = f"￥{bench.value(path):,}"


@damage("数字位置填了逻辑值", reads=False, tells=("R08",))
def number_is_true(bench: Bench) -> None:
    bench.put("indicators.3.actual", "<v>1</v>", "b")
    bench.put("funds.total.executed", "<v>0</v>", "b")


@damage("数字里混了字母", reads=False, tells=("R08",))
def letter_for_a_digit(bench: Bench) -> None:
    bench.cell("indicators.3.weight").value = "1O"
    bench.cell("indicators.3.actual").value = "1O0"


@damage("金额的格式变成了日期", reads=False, tells=("R08",))
def amount_as_a_day(bench: Bench) -> None:
    bench.cell("funds.total.executed").number_format = "yyyy-mm-dd"


@damage("数字分组不对", reads=False, tells=("R08",))
def number_grouped_wrong(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = "1.234,56"
    bench.cell("indicators.3.actual").value = "1,2345"


# ---- percent and fraction ---------------------------------------------------------------------------------------

SHARE = "indicators.3.actual"  # in percent in every story


@damage("百分数带百分号格式")
def percent_by_format(bench: Bench) -> None:
    cell = bench.cell(SHARE)
    cell.value, cell.number_format = float(bench.value(SHARE) / 100), "0.00%"
    rate = bench.cell("funds.total.claimed_rate")
    rate.value, rate.number_format = float(bench.value("funds.total.claimed_rate")), "0.00%"


@damage("百分号只是格式里的字")
def percent_literal(bench: Bench) -> None:
    cell = bench.cell(SHARE)
    cell.value, cell.number_format = float(bench.value(SHARE)), '0.00"%"'
    rate = bench.cell("funds.total.claimed_rate")
    rate.value, rate.number_format = float(bench.value("funds.total.claimed_rate") * 100), r"0.00\%"


@damage("百分数写成全角文本")
def percent_full_width(bench: Bench) -> None:
    bench.cell(SHARE).value = f"{bench.value(SHARE)} ％"
    bench.cell("funds.total.claimed_rate").value = f"{bench.value('funds.total.claimed_rate') * 100:.2f}％"


@damage("执行率写成小数", tells=("R12",))
def rate_as_fraction(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = float(bench.value("funds.total.claimed_rate"))


@damage("执行率写成文本小数", tells=("R12",))
def rate_as_text_fraction(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = str(bench.value("funds.total.claimed_rate"))


@damage("执行率只写数字")
def rate_as_number(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = float(bench.value("funds.total.claimed_rate") * 100)


@damage("超过1的完成率写成小数", tells=("R12",))
def completion_as_fraction(bench: Bench) -> None:
    path = "indicators.7.claimed_completion"
    bench.cell(path).value = float(bench.value(path))


@damage("百分数写成小数，没有旁证", reads=False, tells=("R12",))
def share_as_fraction(bench: Bench) -> None:
    path = "indicators.3.midyear"
    bench.cell(path).value = float(bench.value(path) / 100)


@damage("百分数写成小数，完成率可以作证", tells=("R12",))
def share_as_fraction_with_witness(bench: Bench) -> None:
    bench.cell(SHARE).value = float(bench.value(SHARE) / 100)


# ---- formulas ---------------------------------------------------------------------------------------------------


def typed_number(bench: Bench, path: str) -> str:
    return f"{bench.value(path):f}"


@damage("公式有结果", tells=("R11",))
def formula_with_result(bench: Bench) -> None:
    for path in ("indicators.3.actual", "funds.total.executed"):
        bench.put(path, f"<f>1+1</f><v>{typed_number(bench, path)}</v>")


@damage("公式引用别的工作簿，有结果", tells=("R11",))
def linked_with_result(bench: Bench) -> None:
    path = "funds.total.adjusted"
    bench.put(path, f"<f>[1]汇总!$B$3</f><v>{typed_number(bench, path)}</v>")


@damage("数组公式和共享公式有结果", tells=("R11",))
def array_formula(bench: Bench) -> None:
    one, other = "indicators.3.actual", "indicators.4.actual"
    bench.put(one, f'<f t="array" ref="I9">SUM(I6:I8)</f><v>{typed_number(bench, one)}</v>')
    bench.put(other, f'<f t="shared" si="0"/><v>{typed_number(bench, other)}</v>')


@damage("公式没有结果", reads=False, tells=("R10",))
def formula_without_result(bench: Bench) -> None:
    bench.cell("indicators.3.actual").value = "=H9+1"
    bench.cell("funds.total.executed").value = "=[1]汇总!B3"
    bench.cell("boxes.unit").value = "=A1"


def _errors() -> None:
    for error in ("#DIV/0!", "#REF!", "#N/A"):

        def apply(bench: Bench, error: str = error) -> None:
            bench.put("indicators.3.actual", f"<f>1/0</f><v>{error}</v>", "e")
            bench.put("funds.total.claimed_rate", f"<v>{error}</v>", "e")
            bench.put("indicators.3.sign", f"<v>{error}</v>", "e")

        damage(f"错误值{error}", reads=False, tells=("R10",))(apply)


_errors()


@damage("WPS单元格图片", reads=False, tells=("R10",))
def picture_in_cell(bench: Bench) -> None:
    formula = '_xlfn.DISPIMG("ID_1",1)'
    bench.put("boxes.unit", f"<f>{escape(formula)}</f><v>={escape(formula)}</v>", "str")

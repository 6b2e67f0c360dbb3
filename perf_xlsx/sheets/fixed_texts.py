"""What a workbook of ours says of itself, and the words that a template prints besides its form's labels."""

from __future__ import annotations

HIDDEN_SHEET = "_perf_xlsx"
GUIDE = "填报说明"  # the first sheet, which holds no boxes
PROPERTY_PREFIX = "perf_xlsx."
CONSOLIDATED = "汇总"  # what the consolidated workbook says in the place of a form
NUMBER = "序号"  # the head of the column that counts rows
REQUIRED_HEAD = "必填项"  # the head of the guide's column that counts empty boxes
COMPUTED_HELP = "自动计算，仅供核对。"
NUMBER_WANTED = "请填数字"  # what a computed box shows where text stands in the place of a number
SIGN_WANTED = "请选性质"  # where the sign is none of the choices
METHOD_WANTED = "请选方法"  # where the method is none of the choices, or none that fits
UNIT_WANTED = "请核对单位"  # where a number may be in another unit than its row's
PERCENT_WANTED = "请统一％"  # where one of two numbers may be a fraction of the other's percents
NO_PERCENT = "请去掉％"  # where points or money stand as percent
LEVEL_WANTED = "请选档次"  # where a qualitative row has no judgement of the three
CLAIM_WANTED = "请填得分"  # where only the unit itself can say how many points within the band
THESE_FIRST = "请先改好“请…”处"  # what the total shows as long as one box asks
FILL_FIRST = "填齐后显示"  # as long as a required box is empty
NOT_SCORED = "暂不能评分"  # where everything is filled, and something cannot be scored all the same
_AT = "："  # between what is wanted and the box
HINTS = frozenset({
    NUMBER_WANTED, SIGN_WANTED, METHOD_WANTED, PERCENT_WANTED, UNIT_WANTED, NO_PERCENT, LEVEL_WANTED, CLAIM_WANTED,
    THESE_FIRST, FILL_FIRST, NOT_SCORED,
})  # fmt: skip
LEGEND_WORDS = ("必须填写", "按需填写", "自动计算")
LEGEND = "".join(f"■ {word}　" for word in LEGEND_WORDS)


def at_box(hint: str, label: str) -> str:
    """A hint that says which box it means."""
    return f"{hint}{_AT}{label}"


def is_hint(text: object) -> bool:
    """Whether a computed box shows a hint of ours, wherever it points."""
    return isinstance(text, str) and text.partition(_AT)[0] in HINTS


# By these sheets of ours are known when a copy of them comes back.

PROGRAM = "；perf_xlsx "  # stands in the last line of 自评表,
SIGNATURES = (("填报人：", "单位负责人："), ("联系电话：", "（单位公章）"))  # and these above it
SIGNED = frozenset({*SIGNATURES[0], SIGNATURES[1][1]})
SUMMARY_HEADS = ("自评得分", "计算得分", "差额", "为什么", "依据")
SEVERITY_HEAD, PROBLEM_HEADS = "严重程度", ("填报内容", "应为", "相差", "问题", "怎么办", "依据")
ORIGIN_HEADS = ("本表位置", "原工作表", "原单元格", "原内容")
SCORED_HEADS = (  # heads that stand together on 评分汇总, 问题清单 and 来源对照 alone
    frozenset(SUMMARY_HEADS),
    frozenset({SEVERITY_HEAD, *PROBLEM_HEADS}),
    frozenset(ORIGIN_HEADS),
)

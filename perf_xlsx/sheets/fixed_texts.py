"""The printed words of our workbooks besides a form's labels: one home for whoever writes or recognises them."""

from __future__ import annotations

from enum import StrEnum

HIDDEN_SHEET = "_perf_xlsx"
APPROVED_KEY = "approved"  # stands on it before each approved indicator
STEP = "pxl_"  # begins the names of the steps of live formulas; those of boxes and columns begin with BOX
BOX = "px_"
SUMMARY = "评分汇总"  # the first sheet of a scored copy
GUIDE = "填报说明"  # the first sheet, which holds no boxes
PROPERTY_PREFIX = "perf_xlsx."
# Defined names of a template that is a bureau's own workbook: its labels, its boxes, and what we add beside them.
LABEL_NAME, ANSWER_NAME, AID_NAME = "pf_label_", "pf_box_", "pf_aid_"
CONSOLIDATED = "汇总"  # what the consolidated workbook says in the place of a form
RETURN_LIST = "退回清单"  # and the list of letters
NUMBER = "序号"  # the head of the column that counts rows
REQUIRED_HEAD = "核对"  # the head of the column of live checks on the guide
FORMER_HEAD = "必填项"  # what stood there in templates of version 1
COMPUTED_HELP = "自动计算，仅供核对。"
LEGEND_WORDS = ("必须填写", "按需填写", "自动计算")
LEGEND = "".join(f"■ {word}　" for word in LEGEND_WORDS)


DONE, WRONG, DOUBTED, OWED, IDLE = "✔", "✖", "△", "还差", "○"  # what a live check begins with
CHECK_MARKS = tuple(f"{mark} " for mark in (DONE, WRONG, DOUBTED, OWED, IDLE))


class Hint(StrEnum):
    """What a row of indicators says, as far as it is no prompt: in more words, or once it is filled in."""

    PERCENT = "请统一指标值与实际值：一个是百分数一个不是"
    UNIT = "请核对指标值与实际值的单位"
    DATED = "指标值是日期：请把指标性质选“定性”，或填数字"
    LEVEL = "请选实际完成值的档次"
    CLAIM = "请填自评得分"
    NOT_SCORED = "暂不能评分，请核对本行"
    NO_MEASURE = "指标值是0，请核对指标值和指标性质"
    UNLIKE = "自评得分与参考得分不符"
    UNEXPLAINED = "请写偏差原因和改进措施"


UNIT_LEAD = "金额单位："  # begins the line that says it on each sheet with money


class Prompt(StrEnum):
    """What a computed box shows in place of a number: what it asks for, or waits for."""

    NUMBER = "请填数字"  # a text, a date or an impossible number
    POSITIVE = "请填大于0的数"  # a weight of nothing
    PLAIN_NUMBER = "请去掉％"  # points or money as a percentage
    SIGN = "请选性质"  # no sign, or none of the choices
    METHOD = "请选方法"  # none of the methods, or none that fits the sign
    UNIT = "请核对单位"  # a number that may be in another unit than its row's
    PERCENT = "请统一％"  # one of two numbers that may be a fraction of the other's percents
    LEVEL = "请选档次"  # a qualitative row without one of the rulebook's judgements
    CLAIM = "请填得分"  # only the unit itself can say how many points within the band
    CORRECT_FIRST = "请改好"  # the total, as long as one box asks; which, and for what
    FILL_FIRST = "填齐后显示"  # the total, as long as a required box is empty
    LEVEL1 = "请选一级指标"  # a row whose level decides how it is scored, and which has none
    NOT_APPLICABLE = "不适用"  # points of a row that does not apply
    AFTERWARDS = "评分后折算"  # the total, where points have to be converted or rescaled first
    NOT_SCORED = "暂不能评分"  # the total, where all is filled and something cannot be scored all the same

    def of(self, label: str) -> str:
        """The prompt with the label of the box that it means."""
        return f"{self}{_OF}{label}"


def asks_by_name(formula: str) -> bool:
    """Whether a formula is one of the template's own, which ask for boxes and steps by their names."""
    return STEP in formula or BOX in formula


_OF = "："
_LIVE = frozenset({*Prompt, *Hint, OWED, DONE, "请先改好“请…”处"})  # the last is of version 1


def is_live_text(text: object) -> bool:
    """Whether a text is what one of the template's formulas shows in place of a number."""
    return isinstance(text, str) and not {text, text.partition(_OF)[0]}.isdisjoint(_LIVE)


# Scored sheets are recognised by these when a copy of them comes back.

SCORED_BY = "自评得分、自评等级由单位填报，核定得分按评分办法计算"  # begins the last line of 自评表
NOT_VALID = "{}，未通过校验，不得盖章报送"  # and this is at its head, where it may not be sealed
SIGNED, SEAL = ("填报人：", "单位负责人：", "联系电话："), "（单位公章）"
SIGNED_ON = "年　　　月　　　日"  # where no date was typed
SUMMARY_HEADS = ("自评得分", "计算得分", "自评−计算", "计算过程", "依据")
SEVERITY_HEAD, PROBLEM_HEADS = "严重程度", ("填报内容", "应为", "相差", "问题", "整改意见", "依据")
ORIGIN_HEADS = ("本表位置", "原工作表", "原单元格", "原内容")
SCORED_HEADS = (  # heads that occur together on 评分汇总, 问题清单 and 来源对照 alone
    frozenset(SUMMARY_HEADS),
    frozenset({SEVERITY_HEAD, *PROBLEM_HEADS}),
    frozenset(ORIGIN_HEADS),
    frozenset({"自评得分", "计算得分", "差额", "为什么", "依据"}),  # those of copies scored up to version 0.2
    frozenset({SEVERITY_HEAD, "填报内容", "应为", "相差", "问题", "怎么办", "依据"}),
)
EARLIER_PROGRAM = "；perf_xlsx "  # in the last line of a 自评表 of these copies,
EARLIER_SIGNED = frozenset({*SIGNED[:2], SEAL})  # and these above it

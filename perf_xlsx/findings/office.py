"""What only the office that receives the forms can do, in words for each reader: a unit cannot run our commands.

Findings hold the words that office and unit both read. A terminal names the option, a letter asks nothing of
the unit.
"""

from __future__ import annotations

ASK_RULES = "请与收表单位核对适用的评分办法"
ASK_WHICH_RULES = "请与收表单位核对按哪一个评分"
ASK_PASSWORD, ASK_DECRYPTION = "或把密码告诉收表单位", "，收表单位现在不能打开有密码的文件"
ASK_FORM = "如是自定的表种，请与收表单位核对"
ASK_LAYOUT = "表样由收表单位规定的，请与收表单位核对"

TERMINAL = (
    (ASK_RULES, "请用 --rulebook 换成适用的评分办法"),
    (ASK_WHICH_RULES, "请核对按哪一个评分：按模板的，去掉 --rulebook 再运行一次；按本次的，不用改"),
    (ASK_PASSWORD, "或向单位要密码，写在文本文件里，用 --password-file 指定，再运行一次"),
    (ASK_DECRYPTION, '；或运行 pip install "perf-xlsx[encrypted]"，用 --password-file 写明密码，再运行一次'),
    (ASK_FORM, "如是自定的表种，请用 --forms 指定它的文件（.toml），再运行一次"),
    (ASK_LAYOUT, "表样由本单位规定的，可在本单位的表样文件中写明这一栏的名称，用 --forms 指定"),
)
LETTER = (
    (ASK_RULES, "适用的评分办法由收表单位核对"),
    (ASK_WHICH_RULES, "按哪一个评分由收表单位核对"),
    (ASK_PASSWORD, "或把密码告诉收表单位的经办人"),
    (ASK_DECRYPTION, ""),
    (ASK_FORM, "如是自定的表种，由收表单位核对"),
    (ASK_LAYOUT, "表样由收表单位规定的，由收表单位核对"),
)


def at_terminal(advice: str) -> str:
    """The advice for who runs commands."""
    return _in(TERMINAL, advice)


def in_letter(advice: str) -> str:
    """The advice for a unit, in a letter of the receiving office."""
    return _in(LETTER, advice)


def _in(words: tuple[tuple[str, str], ...], advice: str) -> str:
    for both, own in words:
        advice = advice.replace(both, own)
    return advice

"""A rulebook as a workbook: names of its sheets, their heads and words, for whoever writes or reads it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

BASICS, RULES = "基本信息", "规定"
BANDS, GRADES, CAPS, TIERS = "定性分档", "等级", "总分封顶", "分段计分"
WEIGHTS, PASSAGES, SEVERITIES = "一级指标分值", "必写说明", "问题轻重"
CHOICES = "选项"  # hidden: the lists of drop-downs
TABLES: Mapping[str, str] = {
    "qualitative.bands": BANDS,
    "qualitative.unclaimed": BANDS,
    "grades.bounds": GRADES,
    "total.caps": CAPS,
    "execution.scale": TIERS,
    "quantitative.scale": TIERS,
    "weights": WEIGHTS,
    "passages": PASSAGES,
}
"""The sheet of each setting that is a table; `weights` and `passages` for every kind of form."""
BASIC_LABELS: Mapping[str, str] = {
    "name": "代号",
    "title": "名称",
    "document": "文件",
    "issuer": "发布单位",
    "source": "来源",
    "forms": "适用的表种",
    "by_reference": "参照执行的表种",
    "from_year": "起始年度",
    "to_year": "截止年度",
}
RULE_HEADS: Mapping[str, str] = {
    "title": "规定",
    "value": "值",
    "allowed": "怎么填",
    "basis": "依据",
    "document": "文件",
    "trust": "来源",
    "by_reference": "参照执行的表种",
    "key": "编号",
}
UNRULED = "不规定"  # as `trust`: the rulebook is silent about an optional setting
SEE = "见“{}”表"  # the value of a setting that is a table
YES, NO = "含", "不含"
RATIO_WORD = "按比例"
COUNTED, NOT_COUNTED = "按一步扣", "不扣"
LIST_MARK = "、"
TIERED: Mapping[str, str] = {"execution.scale": "预算执行率", "quantitative.scale": "定量指标完成率"}
HEADS: Mapping[str, Mapping[str, str]] = {
    BANDS: {
        "judgement": "档次",
        "low": "最低（占分值）",
        "high": "最高（占分值）",
        "share": "没有自评打分时（占分值）",
    },
    GRADES: {
        "grade": "等级",
        "from": "从多少分起",
        "closed": "含不含这一分",
        "to": "到多少分",
        "to_closed": "含不含那一分",
    },
    CAPS: {"below": "执行率低于", "total": "总分不超过"},
    TIERS: {
        "of": "按什么分段",
        "from": "从多少起",
        "closed": "含不含这个界限",
        "share": "得分（占分值）",
        "step": "每低多少",
        "off": "扣几分",
        "start": "从多少起算",
        "begun": "不足一步的",
    },
    WEIGHTS: {"form": "表种", "set": "方案", "level": "一级指标", "points": "分值"},
    PASSAGES: {"form": "表种", "passage": "说明的标题"},
    SEVERITIES: {"code": "编号", "severity": "轻重"},
}
"""The heads of each sheet of a table, by what its columns hold."""


class RulebookSource(Struct, frozen=True):
    """What a workbook says, as TOML would, and the problems of its cells; settings with one are not in `raw`.

    `places` are sheet and cell by the key of a setting, of what it says (“key basis”, “key trust”) and of the
    first row of its table (“key table”); `titles` are its names there. `rows` are the places of table rows by
    their sheet and the text that they begin with.
    """

    raw: dict[str, object]
    problems: tuple[str, ...]
    places: Mapping[str, str]
    titles: Mapping[str, str]
    rows: Mapping[tuple[str, str], str]

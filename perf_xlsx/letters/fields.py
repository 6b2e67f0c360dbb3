"""The fields that a letter's template may use: one text each, or a text for each item of a list."""

from __future__ import annotations

from collections.abc import Mapping

SINGLE = (
    "单位", "单位编码", "联系人", "表名", "年度", "文件", "报送次数", "处理要求", "期限", "发函单位", "评分办法",
    "评分表", "校验码", "与上次比较", "更正节", "更正数", "说明节", "说明数", "改动节",
)  # fmt: skip
LISTS: Mapping[str, tuple[str, ...]] = {  # those without fields are only asked for: 【如有联系人】
    "更正": ("序号", "位置", "填报内容", "应为", "问题", "办法"),  # errors
    "说明": ("序号", "位置", "问题", "办法"),  # warnings
    "改动": ("序号", "位置", "上次", "这次"),  # changes that nobody asked for
    "未报": ("序号", "表名", "项目", "情况"),  # rows of the list that nothing was returned for
    "联系人": (),
    "评分办法": (),
    "评分表": (),
    "校验码": (),
    "与上次比较": (),
}

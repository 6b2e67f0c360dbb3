"""Sixty returns of one day, by file name: right and wrong ones, damaged, locked, of other formats, official, doubled."""

from __future__ import annotations

from functools import cache

from tests import FIXTURES
from tests.kit.batch_returns import OLE, a_return
from tests.kit.filled import template_of
from tests.kit.foreign_workbooks import xlsb
from tests.kit.locked import locked

PASSWORD = "Caizheng-2024"
OFFICIAL = ("hb-shangwu", "sd-licheng", "nx-yuanzhou", "sh-putuo-2forms", "layout-jiankong", "cq-liangping")
LOCKED = ("加密一.xlsx", "加密二.xlsx")
DOUBLED = ("重复报送.xlsx", "示例03局.xlsx")  # one return under two names


@cache
def mixed_returns(count: int = 60) -> dict[str, bytes]:
    """`count` files, all of which the page takes in."""
    good = template_of("department-corrected")
    files = {
        "申报有误.xlsx": template_of("department-as-filed"),
        "完好.xlsx": good,
        "项目.xlsx": template_of("project"),
        "截断.xlsx": good[: len(good) // 2],
        "空文件.xlsx": b"",
        "其实是网页.xls": b"<html><table><tr><td>1</td></tr></table></html>",
        "其实是文本.xlsx": "单位,得分\n甲局,100\n".encode("gbk"),
        "加密坏了.xlsx": OLE + "EncryptedPackage".encode("utf-16-le"),
        LOCKED[0]: locked(a_return("project", "加密甲局", 96), PASSWORD),
        LOCKED[1]: locked(a_return("department", "加密乙局", 97), "another password"),
        "旧格式.xls": (FIXTURES / "部门整体.xls").read_bytes(),
        "开放格式.ods": (FIXTURES / "部门整体.ods").read_bytes(),
        "二进制.xlsb": xlsb(a_return("project", "二进制局", 94)),
        DOUBLED[0]: a_return("project", "示例03局", 93),
        "示例05局（改）.xlsx": a_return("project", "示例05局", 12),
        **{f"{name}.xlsx": (FIXTURES / "published" / f"{name}.xlsx").read_bytes() for name in OFFICIAL},
    }
    for n in range(count - len(files)):
        form = ("department", "project")[n % 2]
        files[f"示例{n:02}局.xlsx"] = a_return(form, f"示例{n:02}局", 90 + n)
    return files

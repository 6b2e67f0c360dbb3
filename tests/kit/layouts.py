"""Workbooks in the official 自评表 layouts, merged as the real ones are. The figures are made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Side

# The columns of indicators in the national layout of 2020.
HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
THIN = Border(*(Side(style="thin"),) * 4)


class Paper:
    """One sheet, filled range by range: `put("A1:C1", text)` merges."""

    def __init__(self, title: str = "Sheet1") -> None:
        self.book = openpyxl.Workbook()
        self.sheet = self.book.active
        self.sheet.title = title
        for column in "ABCDEFGHIJKL":
            self.sheet.column_dimensions[column].width = 14

    def put(self, area: str, value: Any, number_format: str = "General") -> None:
        """A value in the first cell of an area, the rest merged into it."""
        first = self.sheet[area.split(":")[0]]
        first.value, first.number_format = value, number_format
        if isinstance(value, str):
            first.data_type = "s"  # "=100%" is typed as text
        first.alignment, first.border = Alignment(wrap_text=True, vertical="center"), THIN
        if ":" in area:
            self.sheet.merge_cells(area)

    def row(self, row: int, columns: str, *values: Any) -> None:
        """Values side by side; columns as "A B C:D"."""
        for column, value in zip(columns.split(), values, strict=True):
            first, _, last = column.partition(":")
            self.put(f"{first}{row}" + (f":{last}{row}" if last else ""), value)

    def levels(self, **merged: str) -> None:
        """Levels merged over their rows: `B14_18="产出指标"`."""
        for area, text in merged.items():
            column, top, bottom = area[0], *area[1:].split("_")
            self.put(f"{column}{top}:{column}{bottom}" if top != bottom else f"{column}{top}", text)

    def save(self, path: Path) -> Path:
        """Write the workbook."""
        self.book.save(path)
        return path


NATIONAL = "B C D E F G H I:J"


def first_rows(
    p: Paper, project: str, unit: str, goals: tuple[str, str], year: int = 2023, last: str = "H"
) -> None:
    """The rows of a project's form above its indicators, up to column `last`: all of 100万元 is spent."""
    p.put(f"A1:{last}1", "项目支出绩效自评表")
    p.put(f"A2:{last}2", f"（{year}年度）")
    p.row(3, "A B:D E F:H", "项目名称", project, "实施单位", unit)
    money = ("项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    p.row(4, "A:B C D E F G H", *money)
    p.row(5, "A:B C D E F G H", "年度资金总额", 100, 100, 100, 10, "100%", 10)
    p.row(6, "A:D E:H", "预期目标", "实际完成情况")
    p.row(7, "A:D E:H", *goals)


def national() -> Paper:
    """财预〔2020〕10号: prompts "指标1：", signs and units inside the targets, a total row, a remark."""
    p = Paper("自评表（定稿）")
    p.put("A1:J1", "项目支出绩效自评表")
    p.put("A2:J2", "（2023年度）")
    p.row(3, "A:B C:J", "项目名称", "农村公路日常养护项目")
    p.row(4, "A:B C:E F:G H:J", "主管部门", "示例县交通运输局", "实施单位", "示例县公路养护中心")
    p.put("A5:B9", "项目资金\n（万元）")
    money = "C:D E F G H I J"
    p.row(5, money, None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    p.row(6, money, "年度资金总额", 120, 118.5, 112.3, 10, "94.77%", 9.48)
    p.row(7, money, "其中：当年财政拨款", 100, 98.5, 92.3, "—", None, "—")
    p.row(8, money, "　　　上年结转资金", 20, 20, 20, "—", None, "—")
    p.row(9, money, "　　　其他资金", None, None, None, "—", None, "—")
    p.put("A10:A11", "年度总体目标")
    p.row(10, "B:E F:J", "预期目标", "实际完成情况")
    p.row(11, "B:E F:J", "完成42公里村道养护。", "全部完成，部分路面修补结转下年。")
    p.put("A12:A23", "绩\n效\n指\n标")
    p.row(12, NATIONAL, "一级\n指标", "二级指标", "三级指标", "年度\n指标值", "实际\n完成值", "分值", "得分",
          "偏差原因分析及改进措施")  # fmt: skip
    p.levels(
        B13_18="产出指标\n（50分）", C13_14="数量指标", C15_15="质量指标", C16_16="时效指标", C17_18="成本指标"
    )
    p.levels(B19_21="效益指标\n（30分）", C19_19="经济效益指标", C20_20="社会效益指标", C21_21="可持续影响指标")
    p.levels(B22_22="满意度指标（10分）", C22_22="服务对象满意度指标")
    rest = "D E F G H I:J"
    p.row(13, rest, "指标1：养护村道里程", "≥42公里", "42.6公里", 15, 15, None)
    p.row(
        14, rest, "指标2：修补路面面积", "≥3,500平方米", "3320平方米", 10, 9.49, "雨季停工；下年提前到三月开工。"
    )
    p.row(15, rest, "指标1：验收合格率", "=100%", "100%", 10, 10, None)
    p.row(16, rest, "指标1：完工时间", "2023年11月底前", "达成预期指标", 5, 5, None)
    p.row(17, rest, "指标1：每公里养护成本", "≤2.8万元", "2.64万元", 10, 10, None)
    p.row(18, rest, "指标2：", None, None, None, None, None)
    p.row(19, rest, "指标1：", "/", "/", "/", "/", None)
    p.row(20, rest, "指标1：受益群众", "不低于 9000人", "9350人", 15, 15, None)
    p.row(21, rest, "指标1：长效养护机制", "建立健全", "部分达成预期指标并具有一定效果", 15, 11,
          "村级管护员尚未配齐；上半年配齐。")  # fmt: skip
    p.row(22, rest, "指标1：沿线群众满意度", "≥90％", "93.5%", 10, 10, None)
    p.row(23, NATIONAL, "……", None, None, None, None, None, None, None)
    p.row(24, "A:F G H I:J", "总分", 100, 94.97, None)
    p.put("A25:J25", "注：1.一级指标分值统一设置为：产出指标50分、效益指标30分、满意度指标10分、预算执行率10分。")
    return p


def yunnan() -> Paper:
    """云南: a header in two rows, the target split into sign, value and unit, the grade in the total row."""
    p = Paper()
    p.put("A1:K1", "2023年度项目支出绩效自评表")
    p.put("K2", "单位：万元")
    p.row(3, "A B:K", "项目名称", "自然资源卫片执法补助经费")
    p.row(4, "A B:E F G:K", "主管部门", "示例市自然资源局", "实施单位", "示例区自然资源局")
    p.put("A5:A9", "项目资金（万元）")
    money = "B:D E F G H I J:K"
    p.row(5, money, None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    p.row(6, money, "年度资金总额", 7.29, 7.29, 7.29, 10, "100%", 10)
    p.row(7, money, "其中：当年财政拨款", 7.29, 7.29, 7.29, None, "100%", None)
    p.row(8, money, "上年结转资金", None, None, None, None, None, None)
    p.row(9, money, "其他资金", None, None, None, None, None, None)
    p.put("A10:A11", "年度总体目标")
    p.row(10, "B:F G:K", "预期目标", "实际完成情况")
    p.row(11, "B:F G:K", "完成年度卫片图斑核查。", "已完成。")
    p.row(12, "A:C D:F", "绩效指标", "年度指标值")
    for column, label in zip("GHIJ", ("实际完成值", "分值", "得分", "偏差原因分析及改进措施"), strict=True):
        p.put(f"{column}12:{column}13" if column != "J" else "J12:K13", label)
    p.row(13, "A B C D E F", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位")
    p.levels(A14_16="产出指标", B14_14="数量指标", B15_15="质量指标", B16_16="时效指标")
    p.levels(A17_17="效益指标", B17_17="社会效益指标", A18_18="满意度指标", B18_18="服务对象满意度指标")
    rest = "C D E F G H I J:K"
    p.row(14, rest, "核查图斑数", "≥", 260, "个", 274, 20, 20, None)
    p.row(15, rest, "外业核查合格率", "﹦", 100, "%", 100, 20, 20, None)
    p.row(16, rest, "项目完成及时率", "＝", 95, "%", 90, 10, 9.47, "资料移交晚；下年提前对接。")
    p.row(17, rest, "违法行为制止率", "≥", 95, "%", 96, 30, 30, None)
    p.row(18, rest, "群众满意度", "≥", 95, "%", 95, 10, 10, None)
    p.row(19, "A:C D:K", "其他需要说明的事项", "无其他事项，资料齐全备查。")
    p.row(20, "A:G H I J:K", "总分", 100, 99.47, "优")
    return p


def sichuan() -> Paper:
    """四川: 权重 and 完成值, five sources of money, slashes, texts below, some left as printed."""
    p = Paper()
    p.put("A1:K1", "部门预算项目支出绩效自评表（2023年度）")
    p.row(2, "A B:K", "项目名称", "51000021R000000000001-聘用人员经费")
    p.row(3, "A B:F G H:K", "主管部门", "示例县发展和改革局本级", "实施单位\n（盖章）", "示例县发展和改革局")
    p.put("A4:A6", "项目基本情况")
    p.put("B4:B5", "1.项目年度目标完成情况")
    p.row(4, "C:F G:K", "项目年度目标", "年度目标完成情况")
    p.row(5, "C:F G:K", "工资按月足额发放。", "全年足额发放。")
    p.row(6, "B C:K", "2.项目实施内容及过程概述", "按月核定并发放聘用人员工资、缴纳社保。")
    p.put("A7:A12", "预算执行情况（10分）")
    money = "B:C D E F G H I J:K"
    p.row(
        7,
        money,
        "年度预算数（万元）",
        "年初预算",
        "调整后预算数",
        "预算执行数",
        "预算执行率",
        "权重",
        "得分",
        "原因",
    )
    p.row(8, "B:C D E F G H I", "总额", 238.93, 251.89, 230, "91.31%", 10, 9.13)
    p.put("J8:K12", "预算执行率未达到90%的需说明原因（100字以内）")
    p.row(9, "B:C D E F G H I", "其中：财政资金", 200, 210, 190, "90.48%", "/", "/")
    p.row(10, "B:C D E F G H I", "财政专户管理资金", 0, 0, 0, "/", "/", "/")
    p.row(11, "B:C D E F G H I", "单位资金", 38.93, 41.89, 40, "95.49%", "/", "/")
    p.row(12, "B:C D E F G H I", "其他资金", None, None, None, None, "/", "/")
    p.put("A13:A17", "绩效指标（90分）")
    p.row(13, "B C D E F G H I J K", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位",
          "完成值", "权重", "得分", "未完成原因分析")  # fmt: skip
    p.levels(B14_15="产出指标", C14_14="质量指标", C15_15="数量指标", B16_16="效益指标", C16_16="社会效益指标")
    p.levels(B17_17="满意度指标", C17_17="满意度指标")
    rest = "D E F G H I J K"
    p.row(14, rest, "发放（缴纳）覆盖率", "＝", 100, "％", 100, 40, 40, None)
    p.row(15, rest, "科目调整次数", "≤", 10, "次", 12, 10, 8.33, "年中政策调整；加强预算编制。")
    p.row(16, rest, "足额保障率", "＝", 100, "%", 100, 30, 30, None)
    p.row(17, rest, "职工满意度", "≥", 90, "%", 92, 10, 10, None)
    p.row(18, "A:H I J K", "合计", 100, 97.46, None)
    p.row(19, "A B:K", "评价结论", "结合自评情况，说明项目自评总分（200字以内）")
    p.row(20, "A B:K", "存在问题", "科目调整较多，预算编制还不够细。")
    p.row(21, "A B:K", "改进措施", "细化年初预算，减少年中科目调整。")
    p.row(22, "A:E F:K", "项目负责人：（签字）", "财务负责人：（签字）")
    return p


def hubei(claims: tuple[float, ...] = (20, 20, 10, 20, 10)) -> Paper:
    """湖北: no weights, execution 20 points, unit and date in one line, reasons below the table."""
    p = Paper()
    p.put("A1:G1", "2023年度长江禁捕项目自评表")
    p.put("A2:G2", "单位名称：示例区农业农村局　　　　填报日期：2024-03-05")
    p.row(3, "A:B C:G", "项目名称", "渔民退捕补贴")
    p.row(4, "A:B C:D E F:G", "主管部门", "示例市农业农村局", "项目实施单位", "示例区农业农村局渔政科")
    p.put("A5:B6", "预算执行情况（万元）\n（20分）")
    p.row(5, "C D E F G", None, "预算数（A）", "执行数（B）", "执行率（B/A）", "得分\n（20分*执行率）")
    p.row(6, "C D E F G", "年度财政资金总额", 156, 156, "100%", 20)
    p.put("A7:A12", "年度绩效目标1（80分）")
    p.row(7, "B C D E F G", "一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分")
    p.levels(B8_10="产出指标", C8_8="数量指标", C9_9="质量指标", C10_10="时效指标")
    p.levels(B11_11="效益指标", C11_11="社会效益指标", B12_12="满意度指标", C12_12="服务对象满意度")
    rows = (("补贴渔船数", "66艘", "66艘"), ("补贴发放率", "100%", "100%"), ("发放时间", "12月底前完成", "达成"),
            ("渔民转产率", "≥90%", "94%"), ("退捕渔民满意度", "≥90%", "95%"))  # fmt: skip
    for row, (texts, points) in enumerate(zip(rows, claims, strict=True), 8):
        p.row(row, "D E F G", *texts, points)
    p.row(13, "A:F G", "总分", 20 + sum(claims))
    p.row(14, "A:B C:G", "偏差大或目标未完成原因分析", "各项指标均已完成，没有明显偏差。")
    p.row(15, "A:B C:G", "改进措施及结果应用方案", "继续做好渔民转产帮扶，结果用于编制下年预算。")
    p.put("A16:G16", "备注：1.预算执行情况口径：预算数为调整后财政资金总额。")
    return p


def beijing() -> Paper:
    """北京: letters in the headers, percent formats, a header repeated, weights after the points."""
    p = Paper("附件1")
    p.put("A1:J1", "项目支出绩效自评表")
    p.put("A2:J2", "（ 2023 年度）")
    p.row(3, "A:B C:J", "项目名称", "数字档案馆运行维护")
    p.row(4, "A:B C:E F:G H:J", "主管部门", "示例市档案局", "实施单位", "示例市档案馆")
    p.row(5, "A:B C:E F:G H:J", "项目负责人", "（略）", "联系电话", "（略）")
    p.put("A6:B10", "项目资金\n（万元）")
    money = "C:D E F G H I J"
    p.row(6, money, None, "年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率（B/A）", "得分")
    p.row(7, money, "年度资金总额：", 345.678, 345.678, 341.2, 10, None, 9.87)
    p.put("I7", 0.987, "0.0%")
    p.row(8, money, "其中：本年财政拨款", 345.678, 345.678, 341.2, "-", None, "-")
    p.row(9, money, "上年结转资金", 0, 0, 0, "-", None, "-")
    p.row(10, money, "其他资金", 0, 0, 0, "-", None, "-")
    p.put("A11:A12", "年度总体目标")
    p.row(11, "B:F G:J", "预期目标", "实际完成情况")
    p.row(12, "B:F G:J", "保障数字档案馆全年运行。", "系统运行平稳。")
    head = (
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值(A)",
        "实际完成值(B)",
        "得分",
        "分值",
        "偏差原因分析及改进措施",
    )
    p.put("A13:A17", "绩效指标")
    p.row(13, NATIONAL, *head)
    p.levels(B14_16="产出指标", C14_14="数量指标", C15_15="质量指标", C16_16="时效指标")
    p.row(14, "D E F G H I:J", "维护系统", "6套", "6套", 20, 20, None)
    p.row(15, "D E F G H I:J", "系统可用率", None, None, 20, 20, None)
    p.put("E15", 0.995, "0.0%")
    p.put("F15", 0.998, "0.0%")
    p.row(16, "D E F G H I:J", "故障响应时间", "30分钟以内", "40分钟", 7.5, 10, "外场人员不足；增配一名值守人员。")
    p.row(18, NATIONAL, *head)
    p.levels(B19_19="效益指标", C19_19="社会效益指标", B20_20="满意度指标", C20_20="服务对象满意度指标")
    p.row(19, "D E F G H I:J", "在线查档人次", "达到12000人次", "12480人次", 30, 30, None)
    p.row(20, "D E F G H I:J", "查档群众满意度", "≥95%", 0.97, 10, 10, None)
    p.row(21, "A:F G H I:J", "总分", 97.37, 100, None)
    return p


def anhui() -> Paper:
    """安徽 department: 分值 before 年度指标值; basic and project expenditure below the total; its main tasks."""
    p = Paper()
    p.put("A1:I1", "部门整体支出绩效自评表")
    p.put("A2:I2", "（2023年度）")
    p.row(3, "A:B C:I", "部门名称", "示例市图书馆")
    p.put("A4:B7", "年度预算资金（万元）")
    p.row(4, "C D E F G H I", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    p.row(5, "C D E F G H I", "年度资金总额", 1860, 1900, 1824, 10, "96%", 9.6)
    p.row(6, "C D E F G H I", "其中：基本支出", 1260, 1280, 1260, "—", "98.44%", "—")
    p.row(7, "C D E F G H I", "项目支出", 600, 620, 564, "—", "90.97%", "—")
    p.put("A8:A9", "年度总体目标")
    p.row(8, "B:E F:I", "预期目标", "实际完成情况")
    p.row(9, "B:E F:I", "全年开放300天，新增藏书2万册。", "全年开放306天，新增藏书1.86万册。")
    p.put("A10:A13", "年度主要任务")
    p.put("B10:B11", "任务名称")
    p.put("C10:C11", "主要内容")
    p.row(10, "D:E F:G", "预算数（万元）", "执行数（万元）")
    p.put("H10:I11", "完成情况")
    p.row(11, "D E F G", "总额", "其中：财政拨款", "总额", "其中：财政拨款")
    p.row(12, "B C D E F G H:I", "馆藏建设", "采购图书", 380, 380, 350, 350, "新增藏书1.86万册。")
    p.row(13, "B C D E F G H:I", "阅读推广", "举办讲座", 240, 200, 214, 180, "举办讲座96场。")
    p.put("A14:A19", "绩效指标")
    p.row(14, "B C D E F G H I", "一级指标", "二级指标", "三级指标", "分值", "年度指标值", "全年完成值", "得分",
          "未完成原因和改进措施")  # fmt: skip
    p.levels(B15_17="产出指标", C15_16="数量指标", C17_17="成本指标", B18_18="效益指标", C18_18="社会效益指标")
    p.levels(B19_19="满意度指标", C19_19="读者满意度指标")
    p.row(15, "D E F G H I", "全年开放天数", 20, "≥300天", "306天", 20, None)
    p.row(16, "D E F G H I", "新增藏书", 20, "≥2万册", "1.86万册", 18.6, "采购延期；提前招标。")
    p.row(17, "D E F G H I", "单册采购成本", 10, "不超过45元", "43.2元", 10, None)
    p.row(18, "D E F G H I", "年接待读者", 30, "≥80万人次", "83万人次", 30, None)
    p.row(19, "D E F G H I", "读者满意度", 10, "≥90%", "94.6%", 10, None)
    p.row(20, "A:D E F:G H I", "总分", 100, None, 98.2, None)
    return p


def chongqing() -> Paper:
    """重庆 department: one row of money with its weight and points, a flat list, targets changed in the year."""
    p = Paper("部门整体绩效自评表")
    p.put("A1:K1", "2023年度部门整体绩效自评表")
    p.row(2, "A B:D E F:G H:I J:K", "主管部门", "示例区融媒体中心", "联系电话", "（略）", "自评总分（分）", 97.14)
    p.put("A3:A4", "部门预算执行情况\n（万元）")
    p.row(3, "B:C D:E F:G H I J:K", "年初预算数", "全年（调整）预算数", "全年执行数", "执行率（%）",
          "执行率权重（分）", "执行率得分（分）")  # fmt: skip
    p.row(4, "B:C D:E F:G H I J:K", 2150, 2230, 2096.2, 94, 10, 9.4)
    p.put("A5:A6", "当年绩效目标")
    p.row(5, "B:D E:G H:K", "年初绩效目标", "全年（调整）绩效目标", "全年目标实际完成情况")
    p.row(6, "B:D E:G H:K", "做好新闻宣传和文化建设。", "无", "宣传任务全部完成。")
    p.put("A7:A13", "绩效指标")
    p.row(7, "B C D E F G H I J K", "指标名称", "计量单位", "指标性质", "年初指标值", "调整指标值", "全年完成值",
          "得分系数（%）", "指标权重（分）", "指标得分（分）", "是否核心指标")  # fmt: skip
    columns = "B C D E F G H I J K"
    p.row(8, columns, "组织宣传活动次数", "次", "≥", 40, None, 43, 100, 20, 20, "是")
    p.row(9, columns, "播发稿件数量", "篇", "≥", 2200, 2860, 2859, 99.97, 20, 19.99, "否")
    p.row(10, columns, "“三公”经费控制率", "%", "≤", 100, None, 92, 100, 10, 10, "否")
    p.row(11, columns, "制度健全性", None, "定性", "健全", None, "达成", 100, 15, 14, "否")
    p.row(12, columns, "固定资产利用率", "%", "正向指标", 100, None, 95, 95, 15, 14.25, "否")
    p.row(13, columns, "观众满意度", "%", "定量指标", 95, None, 95, 100, 10, 9.5, "是")
    return p


def xinjiang() -> Paper:
    """新疆 department: midyear and completion, reason and improvement apart, claims and projects below the table."""
    p = Paper()
    p.put("A1:L1", "部门整体支出绩效自评表")
    p.put("A2:L2", "（2023年度）　　金额单位：万元")
    p.row(3, "A:B C:L", "单位名称", "示例市机关事务服务中心")
    p.row(
        4,
        "A:B C:D E:F G:H I:J K:L",
        "资金类别",
        "年初预算数",
        "预算调整数",
        "全年预算数",
        "全年执行数",
        "预算执行率",
    )
    p.row(5, "A:B C:D E:F G:H I:J K:L", "基本支出", 3103.71, 81.09, 3184.8, 2761.83, "86.72%")
    p.row(6, "A:B C:D E:F G:H I:J K:L", "项目支出", 3000, -2892.82, 107.18, 95.45, "89.06%")
    p.row(7, "A:B C:D E:F G:H I:J K:L", "合计", 6103.71, -2811.73, 3291.98, 2857.28, "86.80%")
    p.row(8, "A B C D E F G H I J K L", "一级指标", "二级指标", "三级指标", "预期指标值", "年中监控完成值",
          "实际完成值", "指标完成率", "权重分值", "自评得分", "偏差原因", "改进措施", "备注")  # fmt: skip
    p.levels(A9_12="产出指标", B9_10="数量指标", B11_11="质量指标", B12_12="成本指标", A13_13="效益指标")
    p.levels(B13_13="社会效益指标", A14_14="满意度指标", B14_14="满意度指标")
    rest = "C D E F G H I J K L"
    p.row(
        9,
        rest,
        "公务用车运行维护费下降率",
        "≥2%",
        "0%",
        "0%",
        "0%",
        10,
        0,
        "车辆老化，油耗偏高",
        "报废两辆旧车",
        None,
    )
    p.row(10, rest, "政府采购执行率", "=100%", "57.07%", "100%", "100%", 20, 20, None, None, None)
    p.row(11, rest, "物业保洁验收合格率", "≥95%", "93.83%", "98.28%", "103.45%", 15, 15, None, None, None)
    p.row(12, rest, "预算经费", "≤6103.71万元", "1210万元", "2857.28万元", "100%", 10, 10, None, None, None)
    p.row(13, rest, "保障办公用房面积", "≥18000平方米", "16200平方米", "17100平方米", "95%", 25, 23.75,
          "一栋楼移交推迟", "六月底前移交", None)  # fmt: skip
    p.row(14, rest, "受益职工满意度", "≥95%", "95%", "98.28%", "103.45%", 10, 10, None, None, None)
    p.row(15, "A:B C:L", "预算执行率得分", 8.68)
    p.row(16, "A:B C:L", "自评总分", 87.43)
    p.row(17, "A:B C:L", "自评等级", "良")
    p.row(18, "A:B C:L", "存在的主要问题及原因", "年中因机构划转调减2811.73万元；结余434.70万元主要为公用经费。")
    p.row(19, "A:B C:L", "改进措施", "细化年初预算编制，按季度分析执行进度。")
    columns = "A B:D E F:G H I:L"
    p.row(21, columns, "序号", "项目名称", "资金来源", "全年预算数", "全年执行数", "使用内容及效益")
    p.row(22, columns, 1, "驾驶员经费", "本级财力", 85.04, 75.04, "保障公务用车运行")
    p.row(23, columns, 2, "食堂餐费及服务费", "本级财力", 11.34, 11.34, "职工用餐")
    p.row(24, columns, 3, "驻社区补助", "上级补助", 10.8, 9.07, None)
    p.row(25, columns, "合计", None, None, 107.18, 95.45, None)
    return p


def one_sheet() -> Paper:
    """单表: everything of a department on one sheet, its table of projects between money and indicators."""
    p = Paper("部门整体自评")
    p.put("A1:L1", "2023年度部门整体支出绩效自评表")
    p.row(
        2,
        "A B:D E F:H I J:L",
        "部门（单位）名称",
        "示例区档案馆",
        "主管部门",
        "示例区委办公室",
        "填报日期",
        "2024-03-28",
    )
    p.row(3, "A B:D E F:H I J:L", "编制人数", 42, "实有人数", 39, "金额单位", "万元")
    p.put("A4:L4", "一、预算执行情况")
    money = "A:B C:D E:F G:H I:J K:L"
    p.row(5, money, "资金类别", "年初数", "年中调整数", "调整后预算", "全年支出数", "预算完成率")
    for row, line in enumerate(
        (("部门整体支出", 1120, -10, 1110, 1078, "97.12%"), ("其中：1.基本支出", 820, 10, 830, 812, "97.83%"),
         ("人员经费", 600, 10, 610, 604, "99.02%"), ("公用经费", 220, 0, 220, 208, "94.55%"),
         ("2.项目支出", 300, -20, 280, 266, "95%")), 6,
    ):  # fmt: skip
        p.row(row, money, *line)
    p.put("A11:L11", "二、项目支出情况")
    list_ = "A:C D E:F G:H I J:L"
    p.row(12, list_, "项目名称", "资金性质", "年初数", "调整后预算", "支出数", "项目实施效果")
    p.row(13, list_, "档案数字化", "一般公共预算", 180, 170, 160, "完成12600卷。")
    p.row(14, list_, "库房修缮", "一般公共预算", 120, 110, 106, "消除渗漏。")
    p.row(15, list_, "合计", None, 300, 280, 266, None)
    p.put("A16:L16", "三、绩效指标完成情况")
    columns = "A B C D E F G H I J K:L"
    p.row(17, columns, "一级指标", "二级指标", "三级指标", "指标性质", "计划指标值", "指标单位", "全年实际值", "标准分",
          "自评分", "未完成原因", "改进措施")  # fmt: skip
    p.levels(A18_21="产出指标", B18_18="数量指标", B19_19="质量指标", B20_20="时效指标", B21_21="成本指标")
    p.levels(A22_22="效益指标", B22_22="社会效益指标", A23_23="满意度指标", B23_23="服务对象满意度指标")
    rest = "C D E F G H I J K:L"
    p.row(18, rest, "数字化卷数", "大于等于", "12,000", "卷", "１２６００", 20, 20, None, None)
    p.row(19, rest, "抽检合格率", "≥", 98, "％", "99.2%", 15, 15, None, None)
    p.row(20, rest, "按期完成", "定性", "2023年12月底前", "/", "达成", 10, 10, "—", "—")
    p.row(21, rest, "单卷数字化成本", "不高于", 15, "元", 14.2, 15, 15, None, None)
    p.row(22, rest, "查档人次", "≥", 8000, "人次", 7200, 20, 18, "库房修缮期间闭馆", "修缮完工后延长开放时间")
    p.row(23, rest, "查档群众满意度", "≥", 95, "%", 96, 10, 10, None, None)
    p.row(24, "A:B C:D E:F G:H I:J K:L", "预算执行率得分", 9.71, "自评总分", 97.71, "自评等级", "优")
    p.row(25, "A:B C:L", "基本情况", "本馆负责全区档案的收集、保管和利用。")
    p.row(26, "A:B C:L", "存在的主要问题及原因", "查档人次未达到目标，因库房修缮闭馆。")
    p.row(27, "A:B C:L", "改进措施", "修缮与开放错峰安排。")
    return p


LAYOUTS: dict[str, Callable[[], Paper]] = {
    "全国": national, "云南": yunnan, "四川": sichuan, "湖北": hubei, "北京": beijing, "安徽": anhui,
    "重庆": chongqing, "新疆": xinjiang, "单表": one_sheet,
}  # fmt: skip

FLAT = (
    ("一级指标", "产出指标", "产出指标", "效益指标", "满意度指标"),
    ("二级指标", "数量指标", "质量指标", "社会效益指标", "服务对象满意度指标"),
    ("三级指标", "培训人次", "培训合格率", "带动就业人数", "学员满意度"),
    ("年初指标值", "≥1200人次", "≥95%", "≥300人", "≥90%"),
    ("全年实际值", "1260人次", "96.4%", "285人", "94%"),
    ("权重分值", 30, 20, 30, 10),
    ("指标得分", 30, 20, 28.5, 10),
    ("未完成原因及拟采取的改进措施", None, None, "两家企业推迟招工；秋季补招。", None),
)


def flat(order: list[int], money: list[int]) -> Paper:
    """A plain form, its columns in any order."""
    p = Paper()
    p.put("A1", "项目支出绩效自评表（2023年度）")
    p.row(2, "A B", "项目名称", "职业技能培训")
    p.row(3, "A B", "实施单位", "示例县就业服务中心")
    heads = (("年初预算数", 80, 80), ("全年预算数（万元）", 80, 80), ("全年执行数", 76, 76), ("分值", 10, "—"),
             ("执行率", "95%", "95%"), ("得分", 9.5, "—"))  # fmt: skip
    for row, label in ((6, "年度资金总额"), (7, "其中：当年财政拨款")):
        p.put(f"A{row}", label)
    for column, head in enumerate((heads[n] for n in money), 2):
        for row, value in enumerate(head, 5):
            p.sheet.cell(row, column, value)
    for column, values in enumerate((FLAT[n] for n in order), 1):
        for row, value in enumerate(values, 9):
            p.sheet.cell(row, column, value)
    p.put("A14", "总分")
    p.sheet.cell(14, order.index(6) + 1, 98)
    return p

"""Written reports in several styles, made from the data of a case. The words are ours; the habits are those of units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Case = Mapping[str, Any]
SIGNS = {"≥": "大于等于", "≤": "小于等于", "=": "等于"}


def number(value: Any) -> str:
    """A number as people write it: 6103.71, 18000."""
    return f"{Decimal(str(value)):f}"


def percent(part: Any, whole: Any) -> str:
    """A quotient as percent, half away from zero."""
    return f"{(Decimal(str(part)) / Decimal(str(whole)) * 100).quantize(Decimal('0.01'), 'ROUND_HALF_UP')}%"


def _line(case: Case, name: str) -> Any:
    return next(one for one in case["funds"] if one["line"] == name)


def _total(case: Case) -> Any:
    return _line(case, "合计" if case["form"] == "department" else "年度资金总额")


def _adjusted_by(total: Any) -> Decimal:
    return Decimal(str(total["adjusted"])) - Decimal(str(total["initial"]))


def _numbers(case: Case) -> list[Any]:
    return [one for one in case["indicators"] if isinstance(one["target"], (int, float))]


def _unit(one: Any) -> str:
    return one.get("unit") or ""


# ---- departments ------------------------------------------------------------------------------------------------


def full_sentences(case: Case) -> str:
    """A department's report in full sentences, one paragraph an indicator."""
    year, total, basic, project = case["year"], _total(case), _line(case, "基本支出"), _line(case, "项目支出")
    change = _adjusted_by(total)
    verb = "追加" if change > 0 else "调减"
    parts = [
        f"{case['unit']}\n{year}年度部门整体支出绩效自评报告\n一、部门基本情况\n（一）机构人员情况",
        f"根据三定方案（编发〔2019〕12号），本单位核定编制{case['staff']['authorised']}人，年末实有人员{case['staff']['actual']}人。",
        "（二）预算及执行情况",
        f"{year}年本单位年初预算安排{number(total['initial'])}万元，其中基本支出{number(basic['initial'])}万元，"
        f"项目支出{number(project['initial'])}万元。"
        + (f"年中{verb}{number(abs(change))}万元，" if change else "年中没有调整，")
        + f"调整后全年预算{number(total['adjusted'])}万元。",
        f"截至{year}年12月31日，全年累计支出{number(total['executed'])}万元，预算执行率{percent(total['executed'], total['adjusted'])}，"
        f"其中：基本支出执行{number(basic['executed'])}万元，执行率{percent(basic['executed'], basic['adjusted'])}；"
        f"项目支出执行{number(project['executed'])}万元，执行率{percent(project['executed'], project['adjusted'])}。",
        "（三）项目实施情况",
        f"本年度共实施{len(case['projects'])}个项目，预算{number(project['adjusted'])}万元，支出{number(project['executed'])}万元。",
        *(
            f"{n}.{one['name']}。预算{number(one['adjusted'])}万元，实际支出{number(one['executed'])}万元。"
            for n, one in enumerate(case["projects"], 1)
        ),
        "二、绩效指标完成情况",
    ]
    for one in _numbers(case):
        parts.append(
            f"{one['name']}：年度指标值{one.get('sign', '')}{number(one['target'])}{_unit(one)}，"
            f"全年实际完成值{number(one['actual'])}{_unit(one)}，指标完成率{one['claimed_completion']}。"
            f"分值{number(one['weight'])}分，自评得分{number(one['claimed_points'])}分。"
            + (f"偏差原因：{one['reason']}。改进措施：{one['improvement']}。" if one.get("reason") else "")
        )
    claimed = case["claimed"]
    parts += [
        "三、自评结论",
        f"预算执行率得{number(claimed['execution_points'])}分，自评总分{number(claimed['total'])}分，评价等级为“{claimed['grade']}”。",
        "四、存在的问题及原因",
        "预算编制不够精细，部分支出进度偏慢。2022年至2024年三年来类似问题没有根除。",
        "五、下一步改进措施",
        "下年将年初预算细化率提高到95%以上，确保执行率不低于98%。",
    ]
    return "\n".join(parts)


def lists_in_turn(case: Case) -> str:
    """A department's report with lists: names, then numbers."""
    year, total, basic, project = case["year"], _total(case), _line(case, "基本支出"), _line(case, "项目支出")
    names = "、".join(one["name"] for one in case["projects"])
    people, office = _line(case, "人员经费"), _line(case, "公用经费")
    parts = [
        f"{case['unit']}{year}年部门整体支出绩效评价报告",
        "一、基本情况",
        f"1、人员情况。编制数{case['staff']['authorised']}名，实有在职人员{case['staff']['actual']}名，另有退休人员17名。",
        f"2、收支情况。{year}年年初预算数、全年预算数、全年执行数分别为{number(total['initial'])}万元、{number(total['adjusted'])}万元、{number(total['executed'])}万元，执行率为{percent(total['executed'], total['adjusted'])}。",
        f"按支出类别分，基本支出、项目支出全年预算分别为{number(basic['adjusted'])}万元、{number(project['adjusted'])}万元，实际支出分别为{number(basic['executed'])}万元和{number(project['executed'])}万元。"
        f"基本支出全年预算中，人员经费{number(people['adjusted'])}万元，公用经费{number(office['adjusted'])}万元。",
        f"3、项目情况。项目支出共安排项目{len(case['projects'])}个，分别是{names}，预算金额分别为{'、'.join(number(one['adjusted']) + '万元' for one in case['projects'])}，"
        f"执行金额分别为{'、'.join(number(one['executed']) + '万元' for one in case['projects'])}。",
        "二、主要绩效",
        "全年接待来访群众1.2万人次，同比增长8.5%，开展培训6期。",
    ]
    for n, one in enumerate(_numbers(case), 1):
        parts.append(
            f"（{n}）{one['name']}（{number(one['weight'])}分）。目标值{number(one['target'])}{_unit(one)}，实际完成{number(one['actual'])}{_unit(one)}，"
            f"完成率{one['claimed_completion']}，得{number(one['claimed_points'])}分。"
            + (f"未完成原因是{one['reason']}。" if one.get("reason") else "")
        )
    claimed = case["claimed"]
    parts += [
        "三、评价结论",
        f"我单位{year}年度部门整体支出绩效自评得分{number(claimed['total'])}分，其中预算执行率指标得{number(claimed['execution_points'])}分，自评等级为{claimed['grade']}。",
        "四、存在问题及改进措施",
        "加快支出进度，力争下年6月底前执行率达到60%。",
    ]
    return "\n\n".join(parts)


def by_headings(case: Case) -> str:
    """A department's report in which headings name what the paragraphs are about."""
    year, total, basic, project = case["year"], _total(case), _line(case, "基本支出"), _line(case, "项目支出")
    parts = [
        f"{year}年度部门整体支出绩效自评报告",
        f"部门名称：{case['unit']}",
        "一、部门整体概况",
        "（一）部门预算情况",
        f"年初批复预算{number(total['initial'])}万元，全年预算数为{number(total['adjusted'])}万元，预算调整率为{percent(_adjusted_by(total), total['initial'])}。",
        "（二）预算执行情况",
        f"全年执行数为{number(total['executed'])}万元，结余{number(Decimal(str(total['adjusted'])) - Decimal(str(total['executed'])))}万元，预算执行率为{percent(total['executed'], total['adjusted'])}。上年执行率为91.20%。",
        "二、支出情况",
        "（一）基本支出",
        f"年初预算数{number(basic['initial'])}万元，全年预算数{number(basic['adjusted'])}万元，全年执行数{number(basic['executed'])}万元，执行率{percent(basic['executed'], basic['adjusted'])}。",
        "（二）项目支出",
        f"年初预算数{number(project['initial'])}万元，全年预算数{number(project['adjusted'])}万元，全年执行数{number(project['executed'])}万元，执行率{percent(project['executed'], project['adjusted'])}。",
        *(
            f"{one['name']}项目预算数{number(one['adjusted'])}万元，执行数{number(one['executed'])}万元，执行率{percent(one['executed'], one['adjusted'])}。"
            for one in case["projects"]
        ),
        "三、绩效指标分析",
    ]
    for n, one in enumerate(_numbers(case), 1):
        parts += [
            f"{n}.{one['name']}",
            f"该指标权重{number(one['weight'])}分。年初指标值为{SIGNS.get(one.get('sign', ''), '')}{number(one['target'])}{_unit(one)}，年末实际完成值为{number(one['actual'])}{_unit(one)}，完成率为{one['claimed_completion']}，自评得{number(one['claimed_points'])}分。"
            + (f"由于{one['reason']}，没有达到目标。" if one.get("reason") else ""),
        ]
    claimed = case["claimed"]
    parts += [
        "四、综合评价结论",
        f"综合得分为{number(claimed['total'])}分，等级为“{claimed['grade']}”。其中预算执行得分{number(claimed['execution_points'])}分。",
        "五、主要问题",
        "绩效目标不够量化。",
        "六、改进建议",
        "完善指标体系。",
    ]
    return "\n".join(parts)


# ---- projects ---------------------------------------------------------------------------------------------------


def transfer(case: Case) -> str:
    """A project's report in the outline of transfers."""
    year, total, claimed = case["year"], _total(case), case["claimed"]
    change = _adjusted_by(total)
    parts = [
        f"{case['project']}{year}年度绩效自评报告",
        "一、绩效目标分解下达情况",
        f"{year}年，{case['project']}年初预算{number(total['initial'])}万元"
        + (f"，年中追加{number(change)}万元" if change > 0 else "")
        + f"，全年预算{number(total['adjusted'])}万元。项目概算总投资3200万元，分三年实施。",
        "二、绩效目标完成情况分析",
        "（一）资金投入情况分析",
        "1.项目资金到位情况。资金已全部到位，到位率100%。",
        f"2.项目资金执行情况。截至{year}年12月底，项目资金实际支出{number(total['executed'])}万元，预算执行率为{percent(total['executed'], total['adjusted'])}。",
        "（二）绩效指标完成情况分析",
    ]
    for one in _numbers(case):
        parts.append(
            f"{one['name']}指标，目标值{one.get('sign', '')}{number(one['target'])}{_unit(one)}，实际完成值{number(one['actual'])}{_unit(one)}，完成率{one['claimed_completion']}，分值{number(one['weight'])}分，得分{number(one['claimed_points'])}分。"
            + (f"主要是{one['reason']}。" if one.get("reason") else "")
        )
    parts += [
        "三、偏离绩效目标的原因和下一步改进措施",
        "部分工程受天气影响，工期推迟了2个月。",
        "四、绩效自评结果",
        f"本项目自评总分为{number(claimed['total'])}分，预算执行率得分{number(claimed['execution_points'])}分，自评等级为{claimed['grade']}。",
    ]
    return "\n".join(parts)


def terse(case: Case) -> str:
    """A project's report that says each thing once, in few words, with money in 元."""
    total, claimed = _total(case), case["claimed"]

    def yuan(value: Any) -> str:
        return f"{Decimal(str(value)) * 10000:,.2f}元"

    parts = [
        f"{case['project']}支出绩效自评总结",
        f"项目单位：{case['unit']}",
        "一、项目概况",
        f"全年预算数{yuan(total['adjusted'])}，全年实际支出{yuan(total['executed'])}，资金支付率{percent(total['executed'], total['adjusted'])}。",
        "二、指标完成情况",
    ]
    for n, one in enumerate(_numbers(case), 1):
        parts.append(
            f"{n}、{one['name']}：目标{number(one['target'])}{_unit(one)}，实际{number(one['actual'])}{_unit(one)}，权重{number(one['weight'])}分，得分{number(one['claimed_points'])}分，原因见自评表。"
        )
    parts.append(f"三、结论\n自评得分{number(claimed['total'])}分，评价等级为“{claimed['grade']}”。")
    return "\n".join(parts)


STYLES: Mapping[str, tuple[Callable[[Case], str], ...]] = {
    "department": (full_sentences, lists_in_turn, by_headings),
    "project": (transfer, terse),
}

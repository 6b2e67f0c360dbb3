"""Workbooks that cannot be read as a form (R04, R05), or were made for another rulebook (R17)."""

from __future__ import annotations

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.collector import FindingCollector, unjudged_finding
from perf_xlsx.findings.office import ASK_FORM, ASK_RULES, ASK_WHICH_RULES
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.reading.grids import NOWHERE, Sheets
from perf_xlsx.reading.identity import WorkbookIdentity
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import CONSOLIDATED, RETURN_LIST

ADVICE = "请把内容填入下发的自评表模板后重新报送。"


def tell_other_rulebook(
    identity: WorkbookIdentity, place: Place, rules: Rulebook, collector: FindingCollector
) -> None:
    """R17: `rules`, which were asked for, are not those that the template was made for."""
    if identity.rulebook and rules.name != identity.rulebook:
        made_for = identity.rulebook
        own = load_rulebook(made_for).called if made_for in rulebook_names() else f"“{made_for}”"
        message = f"模板的评分办法是{own}，本次按{rules.called}评分。"
        collector.tell("R17", place, "评分办法", message, f"{ASK_WHICH_RULES}。")  # nobody typed it


def refuse(
    identity: WorkbookIdentity, sheets: Sheets, rulebook: str | None, adopted: str | None
) -> Finding | None:
    """R04 or R05, where the workbook cannot be read as a form; `adopted` is one that was not found in it."""
    place = sheets.place(NOWHERE)
    if identity.form is None or identity.form not in form_names():
        return (identity.form is None and _nearly_official(sheets)) or _unknown_form(identity, place)
    versions = load_form(identity.form).versions
    if identity.version is not None and identity.version not in versions:
        known = "、".join(versions)
        message = f"模板版本“{identity.version}”不认识，本软件能读的版本有 {known}。"
        return unjudged_finding("R05", place, "模板版本", message, ADVICE, given=identity.version, expected=known)
    if rulebook is None and identity.rulebook and identity.rulebook not in rulebook_names():
        known = "、".join(rulebook_names())
        message = f"模板使用的评分办法“{identity.rulebook}”不认识，现有 {known}。"
        return unjudged_finding("R05", place, "评分办法", message, f"{ASK_RULES}。", given=identity.rulebook)
    if adopted:
        form = load_form(adopted)
        message = f"是“{form.title}”的表样，但其中的指标表、资金表没有找到：栏目名称改动过多，或工作表被删去。"
        return unjudged_finding(
            "R04", place, "表种", message, "请在下发的表样中填写，不要改动栏目名称，重新报送。", given=form.title
        )
    return None


def _nearly_official(sheets: Sheets) -> Finding | None:
    """R04 of a workbook with a header that is nearly one of indicators: what was found, and what is missing."""
    from perf_xlsx.reading.official import nearest_header  # late: most forms are ours

    near = nearest_header(sheets)
    if near is None:
        return None
    message = f"没有认出是哪一种自评表：{near.described(sheets)}。"
    return unjudged_finding(
        "R04", sheets.place(near.address), "表种", message, near.advice, expected="、".join(near.missing)
    )


def _unknown_form(identity: WorkbookIdentity, place: Place) -> Finding:
    titles = "、".join(f"“{load_form(name).title}”" for name in form_names())
    advice = ADVICE
    if identity.form is None:
        nearest = (
            f"最接近{identity.nearest}，但缺少：{'、'.join(identity.lacking[:12])}" if identity.nearest else ""
        )
        message = f"没有认出是哪一种自评表（已知的有{titles}）{'；' if nearest else ''}{nearest}。"
    elif identity.form in (CONSOLIDATED, RETURN_LIST):
        message, advice = (
            f"是本软件写出的{identity.form}工作簿，不是自评表。",
            "请把它移出收回的文件夹，再运行一次。",
        )
    else:
        message = f"表种“{identity.form}”不认识，已知的有{titles}。"
        advice = f"{ASK_FORM}；否则{advice}"
    return unjudged_finding("R04", place, "表种", message, advice, given=identity.form, expected=titles)

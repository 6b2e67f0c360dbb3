"""Workbooks that say they are no form that can be read here (R04, R05), or made for another rulebook (R17)."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.reading.identity import Identity
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import CONSOLIDATED


def other_rulebook(identity: Identity, workbook: str, rulebook: str | None) -> Iterator[Finding]:
    """R17: scored by another rulebook than the template was made for."""
    own = identity.rulebook
    if rulebook and own and load_rulebook(rulebook).name != own:
        message = f"模板的评分办法是“{own}”，本次按“{load_rulebook(rulebook).name}”评分。"
        seen = Observation(
            Place(workbook), "评分办法", load_rulebook(rulebook).name, message, "请确认应按哪个评分办法评分。", own
        )
        yield finding("R17", seen, None)


def refuse(identity: Identity, place: Place, rulebook: str | None) -> Finding | None:
    """R04 or R05, where the workbook cannot be read as a form at all."""
    titles = "、".join(f"“{load_form(name).title}”" for name in form_names())
    advice = "请把内容填入下发的自评表模板后重新报送。"
    if identity.form is None:
        near = f"最接近{identity.nearest}，但缺少：{'、'.join(identity.lacking[:12])}" if identity.nearest else ""
        message = f"没有认出是哪一种自评表（已知的有{titles}）{'；' if near else ''}{near}。"
        return finding("R04", Observation(place, "表种", None, message, advice, titles), None)
    if identity.form == CONSOLIDATED:
        message, advice = "是本软件写出的汇总工作簿，不是自评表。", "请把它移出收回的文件夹，再运行一次。"
        return finding("R04", Observation(place, "表种", identity.form, message, advice, titles), None)
    if identity.form not in form_names():
        message = f"表种“{identity.form}”不认识，已知的有{titles}。"
        advice = "如是本单位自定的表种，请用 --forms 指定它的文件（.toml），再运行一次；否则" + advice
        return finding("R04", Observation(place, "表种", identity.form, message, advice, titles), None)
    form = load_form(identity.form)
    if identity.version is not None and identity.version not in form.versions:
        known = "、".join(form.versions)
        message = f"模板版本“{identity.version}”不认识，本软件能读的版本有 {known}。"
        return finding("R05", Observation(place, "模板版本", identity.version, message, advice, known), None)
    if rulebook is None and identity.rulebook and identity.rulebook not in rulebook_names():
        known = "、".join(rulebook_names())
        message = f"模板使用的评分办法“{identity.rulebook}”不认识，现有 {known}。"
        advice = "请用 --rulebook 指定评分办法，或升级本软件。"
        return finding("R05", Observation(place, "评分办法", identity.rulebook, message, advice, known), None)
    return None

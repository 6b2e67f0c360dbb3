"""Rulebooks and findings described in words, for the commands `rules` and `explain` and for RULES.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from perf_xlsx.domain.model import Result, Scores
from perf_xlsx.domain.rounding import points
from perf_xlsx.domain.severity import STANDING_NAMES
from perf_xlsx.findings.catalogue import CatalogueEntry, basis_of, catalogue
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.rulebook import (
    TRUSTS,
    Rulebook,
    Setting,
    by_form,
    in_settings_order,
    load_rulebook,
    rulebook_names,
    setting_type_of,
)

DEFAULT = "mof-2020"
LETTERS = {
    "R": "读取", "F": "资金", "W": "分值", "I": "指标", "T": "总分和等级", "N": "文字说明",
    "P": "绩效自评报告", "B": "整批",
}  # fmt: skip


def setting_title(key: str) -> str:
    """A setting's name, with the form's short name where the setting belongs to one kind of form."""
    kind, own = setting_type_of(key), by_form(key)
    if kind is None or own is None:
        return kind.title if kind else key
    return kind.title.format(form=load_form(own[1]).short if own[1] in form_names() else own[1])


def setting_in_words(key: str, setting: Setting) -> str:
    """A setting's value as a sentence fragment."""
    kind = setting_type_of(key)
    return kind.words(setting.value) if kind else str(setting.value)


def _years(rulebook: Rulebook) -> str:
    first, last = rulebook.years
    if first is None and last is None:
        return "不限年度"
    return f"{first or '……'}—{last}年度" if last else f"{first}年度起"


def _forms(rulebook: Rulebook) -> str:
    return "、".join(load_form(name).title for name in rulebook.forms)


def list_rulebooks() -> Iterator[str]:
    """One line for each shipped rulebook."""
    for name in _names():
        rulebook = load_rulebook(name)
        default = "（默认）" if name == DEFAULT else ""
        yield f"{name}{default}  {rulebook.title}：{len(rulebook.settings)}项规定，其中{rulebook.trust_in_words()}"
    yield f"依据分四种：{_trusts()}。"
    yield "逐项查看：perf-xlsx rules 名称；比较：perf-xlsx rules --diff 名称 名称 [工作簿]"


def _names() -> list[str]:
    return sorted(rulebook_names(), key=lambda name: (name != DEFAULT, name))


def describe(rulebook: Rulebook) -> Iterator[str]:
    """Describe a rulebook: its publication, the forms it applies to, and every setting with its basis."""
    yield f"{rulebook.title}（{rulebook.name}）"
    yield f"文件：{rulebook.document}　发布：{rulebook.issuer}　适用：{_years(rulebook)}，{_forms(rulebook)}"
    yield f"来源：{rulebook.source}"
    yield from _references(rulebook)
    yield f"依据分四种：{_trusts()}。"
    for key, setting in _ordered(rulebook):
        yield f"  {setting_title(key)}：{setting_in_words(key, setting)}"
        yield f"      {setting.document}：{setting.basis}（{setting.trust}；{key}）"
    for code, severity in sorted(rulebook.severities.items()):
        yield f"  问题 {code}（{catalogue()[code].title}）：{STANDING_NAMES[severity]}"


def _trusts() -> str:
    return "；".join(f"{trust}，{meaning}" for trust, meaning in TRUSTS.items())


def _references(rulebook: Rulebook) -> Iterator[str]:
    """Name the forms that follow a document written for other forms."""
    by_reference = {s.document: s.by_reference for s in rulebook.settings.values() if s.by_reference}
    for document, forms in by_reference.items():
        yield f"{'、'.join(load_form(form).title for form in forms)}参照{document}执行"


def _ordered(rulebook: Rulebook) -> Iterator[tuple[str, Setting]]:
    return ((key, rulebook.settings[key]) for key in in_settings_order(rulebook.settings))


def differences(one: Rulebook, other: Rulebook) -> Iterator[str]:
    """List the settings and severities that differ between two rulebooks, each with its source."""
    found = False
    for key in in_settings_order({**one.settings, **other.settings}):
        first, second = one.settings.get(key), other.settings.get(key)
        if first is None or second is None or first.value != second.value:
            found = True
            yield f"{setting_title(key)}："
            yield f"  {one.name}：{_with_document(key, first)}"
            yield f"  {other.name}：{_with_document(key, second)}"
    for code in sorted(catalogue()):
        usual = catalogue()[code].severities[0]
        first_severity, second_severity = one.severities.get(code, usual), other.severities.get(code, usual)
        if first_severity != second_severity:
            found = True
            title = catalogue()[code].title
            yield f"问题 {code}（{title}）："
            yield f"  {one.name}：{STANDING_NAMES[first_severity]}"
            yield f"  {other.name}：{STANDING_NAMES[second_severity]}"
    if not found:
        yield "两个评分办法的规定相同。"


def _with_document(key: str, setting: Setting | None) -> str:
    return f"{setting_in_words(key, setting)}（{setting.document}，{setting.trust}）" if setting else "没有规定"


def effect(one: Result, other: Result) -> Iterator[str]:
    """Compare the results of one workbook under two rulebooks, form by form."""
    for first, second in zip(one.forms, other.forms, strict=True):
        yield from _effect_on_form(first, second)


def _effect_on_form(one: Result, other: Result) -> Iterator[str]:
    """What the other rulebook changes on a form: each score that differs, then total and grade."""
    if one.scores is None or other.scores is None or one.evaluation is None:
        yield f"{one.file} 读不出来，无法比较得分。"
        return
    first, second = one.scores, other.scores
    yield f"{one.file}（{one.part}）：" if one.part else f"{one.file}："
    rows = [("预算执行率", first.execution, second.execution)]
    names = (row.name.given for row in one.evaluation.indicators)
    rows += list(zip(names, first.indicators, second.indicators, strict=True))
    for name, before, after in rows:
        if before.points != after.points:
            yield f"  {name}：{_points(before.points)} → {_points(after.points)}　{after.why}"
    yield f"  总分：{_total(first)} → {_total(second)}" + (
        "" if first.total != second.total or first.grade != second.grade else "（没有变化）"
    )


def _total(scores: Scores) -> str:
    return "不计分" if scores.total is None else f"{points(scores.total)} {scores.grade or '（暂定）'}"


def _points(value: Decimal | None) -> str:
    return points(value) if value is not None else "未评分"


def list_findings() -> Iterator[str]:
    """One line for each kind of finding."""
    for entry in catalogue().values():
        yield f"{entry.code}  {STANDING_NAMES[entry.severities[0]]}  {entry.title}"


def describe_finding(code: str, rulebook: Rulebook) -> Iterator[str]:
    """Explain a code: meaning, importance, a good and a bad example, basis. KeyError for an unknown code."""
    entry = catalogue()[code]
    yield f"{entry.code}  {entry.title}"
    yield f"严重程度：{_severities(entry)}"
    yield f"为什么要紧：{entry.why}"
    yield f"对的例子：{entry.good}"
    yield f"错的例子：{entry.bad}"
    yield f"依据：{basis_of(entry, rulebook)}"


def _severities(entry: CatalogueEntry) -> str:
    return "，有时为".join(STANDING_NAMES[severity] for severity in entry.severities)


def rules_document() -> str:
    """The text of RULES.md: every shipped rulebook and every kind of finding."""
    return "\n".join(_document()) + "\n"


def _document() -> Iterator[str]:
    yield from (
        "# 评分办法和问题目录",
        "",
        "本文件由 `perf_xlsx/rulebook/shipped/*.toml` 和 `perf_xlsx/findings/catalogue.toml` 生成，请改那里。",
        f"依据分四种：{_trusts()}。",
        "不是“原文”的，使用前请与当地文件核对。",
        "",
        "## 评分办法",
    )
    default = load_rulebook(DEFAULT)
    for name in _names():
        rulebook = load_rulebook(name)
        own = [(key, s) for key, s in _ordered(rulebook) if rulebook is default or s != default.settings.get(key)]
        yield from _chapter(rulebook, own)
        if rulebook is not default:
            yield f"\n其余与 {DEFAULT} 相同。"
    yield "\n## 问题目录"
    letter = ""
    for entry in sorted(catalogue().values(), key=lambda e: (list(LETTERS).index(e.code[0]), e.code)):
        if entry.code[0] != letter:
            letter = entry.code[0]
            yield f"\n### {letter} {LETTERS[letter]}"
        yield f"\n**{entry.code} {entry.title}**（{_severities(entry)}）  "
        yield f"{entry.why}  "
        yield f"对：{entry.good}　错：{entry.bad}  "
        yield f"依据：{basis_of(entry, default)}"


def _chapter(rulebook: Rulebook, settings: Iterable[tuple[str, Setting]]) -> Iterator[str]:
    yield f"\n### {rulebook.name}：{rulebook.title}"
    yield f"\n{rulebook.document}；{rulebook.issuer}；{_years(rulebook)}；{_forms(rulebook)}"
    yield from (f"\n{line}。" for line in _references(rulebook))
    yield "\n| 规定 | 内容 | 依据 | 来源 |\n|---|---|---|---|"
    for key, setting in settings:
        own = "" if setting.document == rulebook.document else f"{setting.document}："
        title, words = setting_title(key), setting_in_words(key, setting)
        yield f"| {title} | {words} | {own}{setting.basis} | {setting.trust} |"

"""Amounts and rates of money: of the whole, of a line, of a project."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from perf_xlsx.figures import Figures, Subject
from perf_xlsx.narrative.bound import NOT_CHECKED, OF_INDICATOR, OF_PROJECT, Bound, figures_in
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import PAUSES, STOPS, Context, until_a_pause
from perf_xlsx.narrative.indicators import in_turn, indicator_of, is_verb, of_an_indicator, of_completion
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.names import HOLE
from perf_xlsx.narrative.unnamed import without_a_name
from perf_xlsx.narrative.words import CHANGED_TO, FORMAL, LOOSE, PAYER, RoleWord, Said, asks_for, rest_of, roles_in
from perf_xlsx.system.pattern import pattern

UNNAMED = RoleWord("unnamed", ("money",), (), weak=True)  # an amount right behind the name of a line or project
INITIALLY = RoleWord("initial", ("money",), (), weak=True)
BEFORE_CHANGE, AFTER_CHANGE = RoleWord("initial", ("money",), ()), RoleWord("adjusted", ("money",), ())
RATE = RoleWord("execution_rate", ("share",), ())
_SUM = pattern(r"[,、;]?(?:以上|上述|[两二三四五六七八九十\d]+[项批笔类个])?(?:合计|共计|总计)(?:为|是)?")
_AFTERWARDS = pattern(
    r",?后?的?(?:预算|全年|总额|总计|共计|合计|全年预算)*(?:为|是|达到?|计|增至|增加到|减至)?(?<=[后为是达到至])"
)  # 追加10万元后达到50万元
_INITIALLY = pattern(r"年初(?:时|的|为|是|只有|仅有?)*$")  # (年初150万元，年中调减10.02万元)
_PART_OF = pattern(r"中[,:有约近的]*$|由$")  # 未支出的部分中，114.86万元是工程款; 由114.86万元的工程款组成
PAUSE = ","
NEAR = 6  # letters
GENERAL = ("amount", "budget")  # words that may mean several roles
SEVERAL = (*GENERAL, "reset", "received")
WEAK = {
    "unnamed": ("executed", "adjusted", "initial"),
    "amount": ("adjusted", "initial", "executed"),
    "budget": ("adjusted", "initial"),
    "reset": ("adjustment", "adjusted"),
    "received": ("adjusted", "initial", "executed"),
    "plan": ("initial", "adjusted"),
}


def of_money(context: Context, figures: Figures) -> Bound:
    """An amount with its role."""
    found = roles_in(context.said, "money")
    if context.mention.bound and not found and not context.own:  # 5万元以上的支出
        return Bound(context.mention, "outside")
    indicator = indicator_of(context, figures, "money")
    if indicator and (not found or found[-1].word.role in OF_INDICATOR):
        return of_an_indicator(context, figures, found[-1] if found else None, indicator)
    if _SUM.fullmatch(context.said):
        return Bound(context.mention, "unbound")  # a sum has no role of its own
    word = _word_of_money(context, [one for one in found if one.word.role not in OF_INDICATOR])
    if word is None:
        goes_on = context.last_role in NOT_CHECKED  # 付30%即105万元
        return Bound(context.mention, "outside" if goes_on or rest_of(context.said, "money") else "unbound")
    return _in_a_role(context, figures, word)


def _in_a_role(context: Context, figures: Figures, word: RoleWord) -> Bound:
    """An amount in the role of a word, or in that which its value tells where the word may mean several."""
    bound = replace(_amount(context, figures, word), word=None if word is UNNAMED else word)
    of_several = word.role in (*SEVERAL, "unnamed") and "到位" not in context.said
    return _told_by_its_value(bound) if of_several else bound


def _word_of_money(context: Context, words: list[Said]) -> RoleWord | None:
    """The role that the list, the change or the sentence gives an amount, the sentence before it first."""
    word = (context.turn.role if context.turn else None) or _changed(context)
    if word is None:
        word = _role_word(context, words)
        if word is None or (not words and word is not BEFORE_CHANGE) or (word.role in GENERAL and not context.own):
            word = _role_behind(context, word) or word
    if word is None and context.own:
        headed = [one.word for one in roles_in(context.head, "money") if not one.word.weak]
        return headed[-1] if headed else UNNAMED
    return word


def _told_by_its_value(bound: Bound) -> Bound:
    """A word that may mean several roles means the one whose figure has the value; 预算安排 is at the start of the
    year where that is no other than the whole year's."""
    same = [one for one in bound.figures if figure_agrees(bound, one)]
    roles = list(dict.fromkeys(one.role for one in same))
    if len(roles) == 1 and not same[0].role.startswith("project"):
        return replace(bound, role=roles[0], word=RoleWord(roles[0], ("money",), (), bound.sign))
    if roles == ["adjusted", "initial"] and bound.word and bound.word.role == "budget":
        return replace(bound, role="initial", figures=tuple(reversed(same)))
    return bound


def _changed(context: Context) -> RoleWord | None:
    """The role of an amount before or after a change: 由3000万元调减至107.18万元."""
    if CHANGED_TO.match(context.behind):
        return BEFORE_CHANGE
    if context.last_role == "adjustment" and _AFTERWARDS.fullmatch(context.said):
        return AFTER_CHANGE
    words = [*CHANGED_TO.finditer(context.said)]
    return AFTER_CHANGE if words and words[-1].end() == len(context.said) else None


def _role_behind(context: Context, before: RoleWord | None) -> RoleWord | None:
    """The role that is said behind an amount: 200万元已全部支出; a general word changes no role said `before`."""
    behind = context.behind
    end = min((at for one in (*STOPS, *PAUSES, "、") if (at := behind.find(one)) >= 0), default=len(behind))
    found = roles_in(behind[:end], "money")
    if not found or found[0].start >= NEAR or (before and found[0].word.role in GENERAL):
        return None
    return replace(found[0].word, weak=True)


def _role_word(context: Context, words: list[Said]) -> RoleWord | None:
    """The role that is said, or that of the figure before where this one only goes on."""
    strong = [one.word for one in words if not one.word.weak]
    if strong:
        return strong[-1]
    last = words[-1].word if words else None
    told = [one.word for one in words if one.word.role not in GENERAL]
    return _at_the_start(context, last) or _going_on(context, last) or (told[-1] if told else last)


def _at_the_start(context: Context, last: RoleWord | None) -> RoleWord | None:
    """The role of an amount that is said to be that of the start of the year, by no word of its own."""
    if last is None:
        return BEFORE_CHANGE if _INITIALLY.search(context.said) else None
    return INITIALLY if last.role in GENERAL and "年初" in context.said else None


def _going_on(context: Context, last: RoleWord | None) -> RoleWord | None:
    """The role of the figure before, where this one tells of a part of it, or has no word of its own."""
    before = context.standing.role
    if before is None or last is None:
        return before
    a_part = context.own or "其中" in context.said
    return before if a_part and _may_be(last, before) else None


def _may_be(word: RoleWord, before: RoleWord) -> bool:
    """Whether a general word may go on with the role of the figure before; a budget is nothing spent."""
    if word.role == "budget":
        return before.role in ("initial", "adjusted")
    return word.role not in ("received", "plan")


def _amount(context: Context, figures: Figures, word: RoleWord) -> Bound:
    """An amount in a role of money."""
    mention, rest = context.mention, rest_of(context.said, "money")
    subjects = context.own[-1:] or context.standing.subjects
    roles = WEAK.get(word.role, (word.role,))
    if word is UNNAMED and context.standing.before and context.standing.before.role in roles:
        roles = tuple(dict.fromkeys((context.standing.before.role, *roles)))
    found = figures_in(figures, roles, subjects)
    role = roles[0] if word.role in (*GENERAL, "unnamed", "reset") else word.role
    if role in ("initial", "adjustment") and _has_one_budget(figures, subjects[0]):
        return _of_one_budget(mention, figures, role, subjects[0])
    if rest and not context.own:
        role = "outside" if word.role in GENERAL and "其中" not in context.said else role
        return Bound(mention, role, None, rest, found, False, word.sign)
    sure = not rest and bool(found) and _is_sure(context, word, subjects[0], found[0].of)
    return Bound(mention, _shown(role, subjects[0]), subjects[0], subjects[0].name, found, sure, word.sign)


def _has_one_budget(figures: Figures, subject: Subject) -> bool:
    """Whether it is a project whose form has no budget at the start of the year."""
    return subject.type == "project" and not figures.of("project_initial", subject)


def _of_one_budget(mention: Mention, figures: Figures, role: str, project: Subject) -> Bound:
    """What a project had at first, or was given in addition, where its form knows one budget: that, or outside."""
    found = figures_in(figures, ("adjusted",), (project,)) if role == "initial" else ()
    bound = Bound(mention, "project_budget", project, project.name, found)
    return bound if any(figure_agrees(bound, one) for one in found) else replace(bound, role="outside")


def _is_sure(context: Context, word: RoleWord, subject: Subject, of: Subject | None) -> bool:
    """Whether an amount is certainly of a subject; `of` is what the figure is of that the form has for it."""
    if context.mention.unit_class == "points":
        return True  # 预算15分 is nothing
    if of != subject or not _is_known(context) or context.follows_a_count:
        return False
    if not word.weak:
        return True
    return word.role in (*GENERAL, "unnamed") and (not subject.whole or _is_a_budget(context, word))


def _is_a_budget(context: Context, word: RoleWord) -> bool:
    """Whether a general word means the whole budget: 部门预算1000万元, and not what one payer gives."""
    return word.role == "budget" and "预算" in context.said and not PAYER.search(context.said)


def _shown(role: str, subject: Subject) -> str:
    return OF_PROJECT.get(role, role) if subject.type == "project" else role


def _is_known(context: Context) -> bool:
    """Whether a figure is certainly of the lines and projects that it seems to be of.

    A mere 支出12万元 behind something else (购置设备3台) is of that; a formal 全年预算数 is of the whole.
    """
    if LOOSE.search(context.said) or context.called_vaguely:
        return False
    if context.own:
        return True
    if _is_told_behind(context):
        return False
    formal = FORMAL.search(context.said) is not None
    return context.standing.known and (formal or context.goes_on)


def _is_told_behind(context: Context) -> bool:
    """Whether an amount without a role of its own is a part that the words behind it tell: 30万元系自筹资金."""
    said, behind = context.said, context.behind
    alone = not roles_in(said, "money") or said.endswith(PAUSE) or behind.startswith("的")
    told = until_a_pause(behind)
    return _PART_OF.search(said) is not None or (alone and (HOLE in told or rest_of(told, "money") != ""))


def of_share(context: Context, figures: Figures) -> Bound:
    """A rate of money, or a share that an indicator counts in."""
    found = roles_in(context.said, "share")
    indicator = indicator_of(context, figures, "share")
    last = _last_noun(context, found)
    if (listed := in_turn(context)) and context.indicator:
        return of_an_indicator(context, figures, listed, context.indicator)
    if done := of_completion(context, figures, last):
        return done
    if last and last.word.role == "other" and context.indicator is None:  # 回收率, 节约率
        return Bound(context.mention, "other")
    if indicator and not _is_of_money(context, last):
        return of_an_indicator(context, figures, last, indicator)
    if _is_rate_of_spending(context, last):
        return _rate(context, figures, RATE)
    if last is None or last.word.role in OF_INDICATOR:
        return without_a_name(context, figures, last)
    return _rate(context, figures, last.word)


def _last_noun(context: Context, found: Sequence[Said]) -> Said | None:
    """The last role word that is no mere verb, or the last of all."""
    nouns = [one for one in found if not is_verb(context, one)]
    return (nouns or found)[-1] if found else None


def _is_rate_of_spending(context: Context, last: Said | None) -> bool:
    """Whether a share without a word of its own is that of what was spent: 执行86.80%; 支出5万元，完成98%."""
    if last is None:
        spent = asks_for(context.said, "money")
        return bool(spent and spent.word.role == "executed" and not rest_of(context.said, "money"))
    goes_on = context.last_role in ("executed", "project_executed") and not rest_of(context.said, "share")
    return goes_on and last.word.role == "indicator_actual"


def _rate(context: Context, figures: Figures, word: RoleWord) -> Bound:
    subjects = context.own[-1:] or context.standing.subjects
    rest = rest_of(context.said, "money" if word is RATE else "share")
    found = figures_in(figures, (word.role,), subjects)
    of_the_start = "年初" in context.said  # 完成年初预算的105.69%: no rate of the adjusted budget
    sure = not rest and _is_known(context) and word.role not in NOT_CHECKED and not of_the_start
    sure = sure and bool(found) and found[0].of == subjects[0]
    of = None if rest else subjects[0]
    return Bound(context.mention, _shown(word.role, subjects[0]), of, rest or subjects[0].name, found, sure)


def _is_of_money(context: Context, last: Said | None) -> bool:
    """Whether a rate is one of a line, although an indicator is near."""
    return (
        last is not None and last.word.role in ("execution_rate", "adjustment_rate") and context.indicator is None
    )

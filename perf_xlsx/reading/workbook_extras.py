"""Reports what a workbook holds besides the form (R16, R06, R09): never run, followed, read or lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from perf_xlsx.domain.model import Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import MONEY_UNITS, normalise
from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.ooxml import Book, Package
from perf_xlsx.ooxml.markup import local
from perf_xlsx.ooxml.relationships import owner_of
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.earlier_run import is_origin
from perf_xlsx.reading.extra_content import (
    LISTED,
    content_in_short,
    extra_cells,
    first_cells,
    like_entries,
    with_contents,
)
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Layout, LocatedForm
from perf_xlsx.sheets.fixed_texts import GUIDE
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

KEPT = "原样保留"

# What it is for people, what became of it, how its relationships end, what its parts' names hold.
PARTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("宏", f"没有运行，{KEPT}", ("/vbaProject",), "vbaproject.bin"),
    ("Excel 4.0 宏表", f"没有运行，{KEPT}", ("/xlMacrosheet", "/xlIntlMacrosheet"), "/macrosheets/"),
    ("对话框工作表", f"没有打开，{KEPT}", ("/dialogsheet",), "/dialogsheets/"),
    ("ActiveX 控件", f"没有运行，{KEPT}", ("/control",), "/activex/"),
    ("嵌入或链接的对象", f"没有打开，{KEPT}", ("/oleObject", "/package"), "/embeddings/"),
    ("数据连接", f"没有连接，也没有刷新，{KEPT}", ("/connections",), "/connections.xml"),
    ("查询表", f"没有刷新，{KEPT}", ("/queryTable",), "/querytables/"),
    ("数据模型", f"没有读取，{KEPT}", ("/powerPivotData",), "/model/"),
    ("实时数据", f"没有刷新，{KEPT}", ("/volatileDependencies",), "/volatiledependencies"),
    (
        "加载项",
        f"没有运行，{KEPT}",
        ("/webextensiontaskpanes", "/webextension", "/extensibility"),
        "/webextensions/",
    ),
    ("数字签名", "写入评分后签名失效，原文件中的签名不变", ("/digital-signature/origin",), "_xmlsignatures/"),
)
_STATED = vocabulary("units")["stated"]
OWN_UNIT = pattern(any_of(MONEY_UNITS))
MONEY = pattern(
    rf"\(?(?:{any_of(_STATED['heads'])}):?\s*(?:{any_of(_STATED['currency'])})?({any_of(_STATED['units'])})\)?"
)
LINKS = {  # the element of an external-link part -> what it is
    "externalBook": "对别的工作簿的链接",
    "ddeLink": "DDE 链接",
    "oleLink": "OLE 链接",
}
ADVICE = f"评分不受影响，内容{KEPT}；如是误带的请删去后重新报送。"


def tell_extras(package: Package, forms: Sequence[LocatedForm], collector: FindingCollector) -> None:
    """Report everything in a workbook that is of none of its forms.

    Cells outside the boxes are reported on our template alone, every word of which is known; on an official layout
    R19 says which cells were read.
    """
    book, extras = Book(package), _Extras([layout for _, layout in forms], forms[0][0], collector)
    extras.other_sheets()
    for sheets, layout in forms:
        if layout.official is None:
            _Extras([layout], sheets, collector).cells(layout)
    extras.parts(book)
    extras.conversations(book)
    if book.structure_locked:
        message = "工作簿结构有保护。评分照常，加入的工作表可以查看，保护和密码原样保留。"
        advice = "不需要处理；要删除加入的工作表，请先撤销工作簿保护。"
        collector.tell("R16", extras.workbook, "工作簿保护", message, advice)


class _Extras:
    def __init__(self, layouts: Sequence[Layout], sheets: Sheets, collector: FindingCollector) -> None:
        self.layouts, self.sheets, self.tell = layouts, sheets, collector.tell
        self.workbook = sheets.place(NOWHERE)

    def other_sheets(self) -> None:
        """R16: sheets that are not of the form."""
        grids = self.sheets.grids
        known = set[int]().union(*(layout.sheets() | layout.copies() for layout in self.layouts))
        known |= {sheet for layout in self.layouts for sheet, _, _ in layout.forms}
        found = other_sheets(self.sheets, self.layouts[0])
        others = [n for n, _ in found if n not in known and not is_origin(grids[n])]
        for index in others[:LISTED]:
            title = self.sheets.names[index]
            message = f"工作表“{title}”不属于自评表，没有读取。"
            self.tell("R16", self.sheets.place((index, 0, 0)), "工作表", message, ADVICE, given=title)
        if (rest := len(others) - LISTED) > 0:
            self.tell("R16", self.workbook, "工作表", f"另有{rest}张工作表不属于自评表，没有读取。", ADVICE)

    def cells(self, layout: Layout) -> None:
        """Cells outside every box: R06 for what looks like a row of a table, R16 for the rest."""
        cells = [*extra_cells(layout.form, self.sheets, layout)]
        self._other_unit(layout, cells)
        rows = like_entries(layout.form, self.sheets, layout, cells)
        for sheet in sorted({at[0] for at in cells}):
            here = [at for at in cells if at[0] == sheet]
            self._cells_on([at for at in here if at in rows], [at for at in here if at not in rows])

    def _cells_on(self, like: Sequence[Address], others: Sequence[Address]) -> None:
        """The cells of one sheet: `like` rows of a table, and others."""
        if like:
            message = f"表格的各行以外有像是填报内容的，没有读取：{self._listed(like)}。"
            advice = "请填到表格的行里（没有这一类的，并入相近的一行）；不是填报内容的，请删去。"
            self._outside("R06", like[0], message, advice, "warning")
        if others:
            message = f"填报格以外有内容，没有读取：{self._listed(others)}。"
            advice = "评分不受影响，内容原样保留；是填报内容的，请移到相应的填报格里。"
            self._outside("R16", others[0], message, advice)

    def _listed(self, cells: Sequence[Address]) -> str:
        return with_contents(self.sheets.grids[cells[0][0]], [at[1:] for at in cells])

    def _outside(
        self, code: str, at: Address, message: str, advice: str, severity: Severity | None = None
    ) -> None:
        given = content_in_short(self.sheets.grids[at[0]].cells[at[1:]])
        self.tell(code, self.sheets.place(at), "表外内容", message, advice, given=given, severity=severity)

    def _other_unit(self, layout: Layout, cells: Sequence[Address]) -> None:
        """R09: a remark outside the boxes that names another money unit than the form's own."""
        own = self.sheets.cell(layout.boxes["money_unit"]) if "money_unit" in layout.boxes else None
        typed = OWN_UNIT.search(normalise(as_shown(own))) if own else None
        unit = typed[0] if typed else ""
        for at in cells:
            cell = self.sheets.cell(at)
            found = MONEY.fullmatch(normalise(as_shown(cell))) if cell else None
            if found and unit and found[1] != unit:
                message = f"表上另注明“{found[0]}”，与金额单位“{unit}”不一致，金额已按{unit}读取。"
                advice = "请核对金额单位：金额一律按“基本信息”中的单位填写，另注的单位请删去。"
                place = self.sheets.place(at)
                self.tell("R09", place, "金额单位", message, advice, given=found[0], expected=unit)

    def parts(self, book: Book) -> None:
        """R16: macros, controls, connections, links and the like, which are never run, opened or followed."""
        package = book.package
        owners = (owner for name in package.names() if (owner := owner_of(name)) is not None)
        kinds = {r.type for owner in owners for r in package.relationships(owner)}
        names = list(map(str.lower, package.names()))
        for word, became, ends, part in PARTS:
            if any(kind.endswith(ends) for kind in kinds) or any(part in name for name in names):
                self.tell("R16", self.workbook, word, f"工作簿含有{word}，{became}。", ADVICE)
        self._links(_external_links(book))

    def _links(self, links: Set[str]) -> None:
        """Links to other workbooks and programs, by the elements of their parts."""
        for element, word in LINKS.items():
            if element in links:
                message = f"工作簿含有{word}，没有打开，也没有更新，{KEPT}。"
                advice = "请断开链接，只留数值和文字，保存后重新报送。"
                self.tell("R16", self.workbook, word, message, advice)

    def conversations(self, book: Book) -> None:
        """R16: threaded comments. Excel 365 shows these alone, not the note below them that ours is joined to."""
        used = set[int]().union(*(layout.sheets() for layout in self.layouts))
        for sheet in (sheet for index, sheet in enumerate(book.sheets) if index in used):
            if cells := list(dict.fromkeys(filter(str.isalnum, _threads(book.package, sheet.part)))):
                place = Place(self.sheets.workbook, sheet.index, sheet=sheet.name)
                message = f"{first_cells(cells)}有批注会话（新式批注），Excel 365 不显示写在这些格的核对批注。"
                self.tell("R16", place, "批注会话", message, "请看“问题清单”，那里列有全部问题。")


def _threads(package: Package, part: str) -> Iterator[str]:
    """The cells of a sheet's threaded comments."""
    for r in package.relationships(part):
        if r.type.endswith("/threadedComment") and r.target in package:
            yield from (element.get("ref", "") for element in package.tree(r.target))


def _external_links(book: Book) -> set[str]:
    """The elements of the workbook's external-link parts."""
    package = book.package
    targets = [r.target for r in package.relationships(book.part) if r.type.endswith("/externalLink")]
    return {local(element) for target in targets if target in package for element in package.tree(target)}


def other_sheets(sheets: Sheets, layout: Layout) -> Iterator[tuple[int, int]]:
    """Sheets with contents that the form is not read from, with the number of their cells."""
    used = layout.sheets()
    for index in sorted(sheets.searched + sheets.earlier):
        cells = sheets.grids[index].cells
        if index not in used and cells and GUIDE not in sheets.names[index]:
            yield index, len(cells)

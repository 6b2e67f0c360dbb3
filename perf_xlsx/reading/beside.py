"""What a return holds beside the form: told (R16, R06), never run, followed, read or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import Book, Package
from perf_xlsx.ooxml.markup import local
from perf_xlsx.ooxml.relationships import owner_of
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.earlier_run import is_origin
from perf_xlsx.reading.extra_content import LISTED, extra_cells, in_short, like_entries, with_contents
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.sheets.fixed_texts import GUIDE
from perf_xlsx.system.pattern import pattern

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
OWN_UNIT = pattern("万元|亿元|元")
MONEY = pattern(r"\(?(?:金额)?单位:?\s*(?:人民币)?(元|百元|千元|万元|百万元|亿元)\)?")
LINKS = {  # the element of an external-link part -> what it is
    "externalBook": "对别的工作簿的链接",
    "ddeLink": "DDE 链接",
    "oleLink": "OLE 链接",
}
ADVICE = f"评分不受影响，内容{KEPT}；如是误带的请删去后重新报送。"


class Beside:
    """Looks at everything that no box of a located form holds."""

    def __init__(self, sheets: Sheets, layout: Layout, workbook: str, place: Callable[[Address], Place]) -> None:
        self.sheets, self.layout, self.workbook, self.place = sheets, layout, workbook, place

    def findings(self, package: Package, form: Form | None) -> Iterator[Finding]:
        """Everything; cells outside the boxes only where `form` is one whose every printed word is known."""
        yield from self._sheets()
        if form is not None:
            yield from self._cells(form)
        book = Book(package)
        yield from self._parts(book)
        yield from self._conversations(book)
        if book.structure_locked:
            message = "工作簿结构有保护。评分照常，加入的工作表可以查看，保护和密码原样保留。"
            advice = "不需要处理；要删除加入的工作表，请先撤销工作簿保护。"
            yield _told(Place(self.workbook), "工作簿保护", message, advice)

    def _sheets(self) -> Iterator[Finding]:
        known = self.layout.sheets() | self.layout.copies() | {sheet for sheet, _, _ in self.layout.forms}
        grids = self.sheets.grids
        others = [
            index
            for index in sorted(self.sheets.searched + self.sheets.reports)
            if index not in known
            and grids[index].cells
            and GUIDE not in self.sheets.names[index]
            and not is_origin(grids[index])
        ]
        for index in others[:LISTED]:
            title = self.sheets.names[index]
            place = Place(self.workbook, self.sheets.positions[index], sheet=title)
            yield _told(place, "工作表", f"工作表“{title}”不属于自评表，没有读取。", ADVICE, title)
        if (rest := len(others) - LISTED) > 0:
            message = f"另有{rest}张工作表不属于自评表，没有读取。"
            yield _told(Place(self.workbook), "工作表", message, ADVICE)

    def _cells(self, form: Form) -> Iterator[Finding]:
        """Cells outside every box: what looks like a row of a table louder (R06) than the rest (R16)."""
        cells = [*extra_cells(form, self.sheets, self.layout)]
        yield from self._other_unit(cells)
        rows = like_entries(form, self.sheets, self.layout, cells)
        for sheet in sorted({at[0] for at in cells}):
            grid = self.sheets.grids[sheet]
            if like := [at[1:] for at in cells if at in rows and at[0] == sheet]:
                message = f"表格的各行以外有像是填报内容的，没有读取：{with_contents(grid, like)}。"
                advice = "请填到表格的行里（没有这一类的，并入相近的一行）；不是填报内容的，请删去。"
                place, given = self.place((sheet, *like[0])), in_short(grid.cells[like[0]])
                seen = Observation(place, "表外内容", given, message, advice, severity="warning")
                yield finding("R06", seen, None)
            if others := [at[1:] for at in cells if at not in rows and at[0] == sheet]:
                message = f"填报格以外有内容，没有读取：{with_contents(grid, others)}。"
                advice = "评分不受影响，内容原样保留；是填报内容的，请移到相应的填报格里。"
                place = self.place((sheet, *others[0]))
                yield _told(place, "表外内容", message, advice, in_short(grid.cells[others[0]]))

    def _other_unit(self, cells: Sequence[Address]) -> Iterator[Finding]:
        """R09: a remark beside the boxes that names another money unit than the form's own."""
        own = self.sheets.cell(self.layout.boxes["money_unit"]) if "money_unit" in self.layout.boxes else None
        typed = OWN_UNIT.search(normalise(as_shown(own))) if own else None
        unit = typed[0] if typed else ""
        for at in cells:
            cell = self.sheets.cell(at)
            found = MONEY.fullmatch(normalise(as_shown(cell))) if cell else None
            if found and unit and found[1] != unit:
                message = f"表上另注明“{found[0]}”，与金额单位“{unit}”不一致，金额已按{unit}读取。"
                advice = "请核对金额单位：金额一律按“基本信息”中的单位填写，另注的单位请删去。"
                seen = Observation(self.place(at), "金额单位", found[0], message, advice, unit)
                yield finding("R09", seen, None)

    def _parts(self, book: Book) -> Iterator[Finding]:
        package = book.package
        owners = (owner for name in package.names() if (owner := owner_of(name)) is not None)
        kinds = {r.type for owner in owners for r in package.relationships(owner)}
        names = [name.lower() for name in package.names()]
        for word, became, ends, part in PARTS:
            if any(kind.endswith(ends) for kind in kinds) or any(part in name for name in names):
                yield _told(Place(self.workbook), word, f"工作簿含有{word}，{became}。", ADVICE)
        targets = [r.target for r in package.relationships(book.part) if r.type.endswith("/externalLink")]
        links = [local(e) for t in targets if t in package for e in package.tree(t)]
        for element, word in LINKS.items():
            if element in links:
                message = f"工作簿含有{word}，没有打开，也没有更新，{KEPT}。"
                yield _told(Place(self.workbook), word, message, "请断开链接，只留数值和文字，保存后重新报送。")

    def _conversations(self, book: Book) -> Iterator[Finding]:
        """Threaded comments: Excel 365 shows these alone, not the note below them that ours is joined to."""
        used, package = self.layout.sheets(), book.package
        for index, sheet in enumerate(book.sheets):
            if index not in used:
                continue
            refs = [
                element.get("ref", "")
                for r in package.relationships(sheet.part)
                if r.type.endswith("/threadedComment") and r.target in package
                for element in package.tree(r.target)
            ]
            cells = list(dict.fromkeys(ref for ref in refs if ref.isalnum()))
            if cells:
                place = Place(self.workbook, sheet.index, sheet=sheet.name)
                message = f"{_listed(cells)}有批注会话（新式批注），Excel 365 不显示写在这些格的核对批注。"
                yield _told(place, "批注会话", message, "请看“问题清单”，那里列有全部问题。")


def _listed(cells: Sequence[str]) -> str:
    rest = f"等{len(cells)}格" if len(cells) > LISTED else ""
    return "、".join(cells[:LISTED]) + rest


def _told(place: Place, field: str, message: str, advice: str, given: str | None = None) -> Finding:
    return finding("R16", Observation(place, field, given, message, advice), None)

"""The styles part: formats are added, never changed, and an equal one is used again."""

from __future__ import annotations

import copy
from functools import lru_cache

from lxml import etree

from perf_xlsx.ooxml.book import BUILTIN_FORMATS, Book
from perf_xlsx.ooxml.look import Look, style_text
from perf_xlsx.ooxml.markup import children, local, named, only, parse_xml, whole

GROUPS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
BUILTIN_CODES = {"General": "0"} | {BUILTIN_FORMATS[number]: number for number in ("1", "2", "3", "4", "9", "10")}
LONGEST_FILL = 8_192  # characters; a gradient of ten stops takes a tenth
_CUSTOM = 164  # number formats below are built in
_USUAL_SIZE, _SIZES = 11.0, range(8, 25)  # points: where a workbook says none, and what it may say
_NO_FILL = '<fill xmlns="{}"><patternFill patternType="none"/></fill>'
_MINIMAL = (
    '<styleSheet xmlns="{}"><fonts count="1"><font/></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


_APPLIED = 'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'


@lru_cache(4096)  # the same few dozen in every workbook; they are copied, never changed
def _element(xml: str, space: str) -> etree._Element:
    return etree.fromstring(f'<styleSheet xmlns="{space}">{xml}</styleSheet>')[0]


StyleKey = tuple[tuple[object, ...], ...]


def _key(element: etree._Element) -> StyleKey:
    """What makes an element equal to another: of it and all in it tag, count of children, text and attributes.

    Namespaces that are only declared do not count, and a document may declare thousands.
    """
    return tuple(
        (
            node.tag if isinstance(node.tag, str) else "",
            len(node),
            node.text,
            None if node is element else node.tail,
            *node.attrib.items(),
        )
        for node in element.iter()
    )


def _plainly(key: StyleKey) -> StyleKey:
    """An element without what it need not say: a format may leave out that its fill is the first."""
    return (tuple(said for said in key[0] if said != ("fillId", "0")), *key[1:])


def _alone(element: etree._Element) -> etree._Element:
    alone = copy.deepcopy(element)
    alone.tail = None
    return alone


def type_size(book: Book) -> float:
    """The size of the type that widths of columns count in, in points: that of the first cell style."""
    part = book.related_part("styles")
    root = None if part is None else book.tree(part)
    formats, fonts = (
        _members(root, group, member) for group, member in (("cellStyleXfs", "xf"), ("fonts", "font"))
    )
    font = whole(formats[0].get("fontId")) if formats else 0
    sizes = [size.get("val", "") for one in fonts[font : font + 1] for size in named(one, "sz")]
    size = whole(sizes[0].partition(".")[0]) if sizes else 0
    return float(size) if size in _SIZES else _USUAL_SIZE


def _members(root: etree._Element | None, group: str, member: str) -> list[etree._Element]:
    found = None if root is None else only(root, group)
    return [] if found is None else named(found, member)


class Styles:
    """Reads and extends the styles of one workbook."""

    def __init__(self, book: Book) -> None:
        self.package = book.package
        part = book.related_part("styles")
        if part is None:
            usual = "xl/styles.xml"  # the only name under which openpyxl and pandas look for it
            part = self.package.free_name("xl/styles{}.xml") if usual in self.package else usual
            self.package.write(part, _MINIMAL.format(book.space).encode())
            book.relate("styles", part)
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
            self.package.set_content_type(part, kind)
        self.part = part
        self.root = book.tree(part)
        self.space = etree.QName(self.root).namespace or ""
        self._known: dict[str, dict[StyleKey, int]] = {}
        self._groups: dict[str, etree._Element] = {}
        self._members: dict[str, list[etree._Element]] = {}
        self._looks: dict[Look, int] = {}
        self._fills: dict[int, str] = {}
        self._ours: dict[tuple[str, str], int] = {}
        self._coloured: dict[tuple[int, str], int] = {}
        self._filled: dict[tuple[int, str, str | None], int] = {}
        self._complete()

    def _complete(self) -> None:
        """The first of each kind, which cells without a format show, where there is none."""
        minimal = parse_xml(_MINIMAL.format(self.space).encode(), "styles")
        for group in minimal:
            if not self.members(local(group)):
                for element in group:
                    self.add(local(group), element)

    def group(self, name: str) -> etree._Element:
        """The element that holds all of one kind, made at its place where it is missing."""
        if name not in self._groups:
            found = only(self.root, name)
            self._groups[name] = self._make_group(name) if found is None else found
        return self._groups[name]

    def _make_group(self, name: str) -> etree._Element:
        made = etree.Element(f"{{{self.space}}}{name}", count="0")
        later = (*GROUPS[GROUPS.index(name) + 1 :], "tableStyles", "colors", "extLst")
        follower = next((e for e in self.root if local(e) in later), None)
        if follower is None:
            self.root.append(made)
        else:
            follower.addprevious(made)
        return made

    def members(self, name: str) -> list[etree._Element]:
        """All of one kind, by index."""
        if name not in self._members:
            found = children(self.group(name))
            self._members[name] = [element for element in found if isinstance(element.tag, str)]
        return self._members[name]

    def add(self, name: str, element: etree._Element) -> int:
        """The index of an equal element, added where there is none."""
        known, group, members = self._known_of(name), self.group(name), self.members(name)
        key = _key(element)
        same = known.get(key, known.get(_plainly(key)))
        if same is not None:
            return same
        element = copy.deepcopy(element)
        element.tail = None
        group.append(element)
        known[key] = len(members)
        members.append(element)
        group.set("count", str(len(members)))
        self.package.touch(self.part)
        return known[key]

    def _known_of(self, name: str) -> dict[StyleKey, int]:
        if name not in self._known:
            known: dict[StyleKey, int] = {}
            for index, member in enumerate(self.members(name)):
                key = _key(member)
                known.setdefault(key, index)
                known.setdefault(_plainly(key), index)
            self._known[name] = known
        return self._known[name]

    def xf(self, index: int) -> etree._Element:
        """A cell format; the default one for an index that does not exist."""
        members = self.members("cellXfs")
        return members[index] if 0 <= index < len(members) else members[0]

    def fill_of(self, index: int) -> etree._Element:
        """The fill of a cell format."""
        fills = self.members("fills")
        number = whole(self.xf(index).get("fillId"))
        return fills[number] if number < len(fills) else fills[0]

    def colour_of(self, index: int) -> str | None:
        """The colour of a solid fill given as "FFRRGGBB", else None."""
        for pattern in self.fill_of(index):
            if local(pattern) == "patternFill" and pattern.get("patternType") == "solid":
                for colour in pattern:
                    if local(colour) == "fgColor" and colour.get("rgb"):
                        return colour.get("rgb", "").upper()
        return None

    def solid(self, colour: str) -> etree._Element:
        """A solid fill of an ARGB colour."""
        fill = etree.Element(f"{{{self.space}}}fill", nsmap={None: self.space})
        pattern = etree.SubElement(fill, f"{{{self.space}}}patternFill", patternType="solid")
        etree.SubElement(pattern, f"{{{self.space}}}fgColor", rgb=colour)
        etree.SubElement(pattern, f"{{{self.space}}}bgColor", indexed="64")
        return fill

    def parsed_fill(self, xml: str) -> etree._Element:
        """A fill from its XML text, in this workbook's namespace; no fill where the text is none."""
        xml = xml if 0 < len(xml) <= LONGEST_FILL else _NO_FILL.format(self.space)
        root = parse_xml(xml.encode(), "fill")
        if root.tag != f"{{{self.space}}}fill":
            root = parse_xml(_NO_FILL.format(self.space).encode(), "fill")
        return root

    def fill_xml(self, index: int) -> str:
        """The fill of a cell format as XML text."""
        if index not in self._fills:
            fill = self.fill_of(index)
            text = etree.tostring(fill, encoding="unicode", with_tail=False)
            if len(text) > LONGEST_FILL:  # as written, with every namespace of the document
                text = etree.tostring(_alone(fill), method="c14n", exclusive=True).decode()
            self._fills[index] = text
        return self._fills[index]

    def with_fill_of(self, index: int, xml: str, apply: str | None) -> int:
        """The cell format with a fill given as XML text; no fill where the text is none, or absurdly long."""
        asked = index, xml, apply
        if asked not in self._filled:
            self._filled[asked] = self.with_fill(index, self.parsed_fill(xml), apply)
        return self._filled[asked]

    def with_colour(self, index: int, colour: str) -> int:
        """The cell format filled with an ARGB colour, all else kept."""
        if (index, colour) not in self._coloured:
            self._coloured[index, colour] = self.with_fill(index, self.solid(colour), "1")
        return self._coloured[index, colour]

    def with_fill(self, index: int, fill: etree._Element, apply: str | None) -> int:
        """The cell format with another fill and all else kept; `apply` is its applyFill attribute."""
        xf = copy.deepcopy(self.xf(index))
        xf.set("fillId", str(self.add("fills", fill)))
        if apply is None:
            xf.attrib.pop("applyFill", None)
        else:
            xf.set("applyFill", apply)
        return self.add("cellXfs", xf)

    # ---- looks of our own sheets -----------------------------------------------------------------------------

    def format_of(self, look: Look) -> int:
        """The index of the cell format of a look, added where there is none."""
        if look not in self._looks:
            self._looks[look] = self._format(look)
        return self._looks[look]

    def _format(self, look: Look) -> int:
        code = BUILTIN_CODES.get(look.num_format) or str(self._number_format(look.num_format))
        text = style_text(look)
        font, fill = self._made("fonts", text.font), self._made("fills", text.fill)
        border = self._made("borders", text.border)
        indexes = f'numFmtId="{code}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
        return self._made("cellXfs", f"<xf {indexes} {_APPLIED}>{text.alignment}</xf>")

    def _made(self, name: str, xml: str) -> int:
        """The index of an element, given as XML text without a namespace."""
        if (name, xml) not in self._ours:
            self._ours[name, xml] = self.add(name, _element(xml, self.space))
        return self._ours[name, xml]

    def _number_format(self, code: str) -> int:
        for member in self.members("numFmts"):
            if member.get("formatCode") == code:
                return whole(member.get("numFmtId"))
        taken = [whole(member.get("numFmtId")) for member in self.members("numFmts")]
        number = max([_CUSTOM - 1, *taken]) + 1
        element = etree.Element(f"{{{self.space}}}numFmt", numFmtId=str(number), formatCode=code)
        self.add("numFmts", element)
        return number

"""The styles part: formats are added, never changed, and an equal one is used again."""

from __future__ import annotations

import copy

from lxml import etree

from perf_xlsx.ooxml.book import Book
from perf_xlsx.ooxml.package import local, parse_xml, whole

GROUPS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
_CUSTOM = 164  # number formats below are built in
_NO_FILL = '<fill xmlns="{}"><patternFill patternType="none"/></fill>'
_MINIMAL = (
    '<styleSheet xmlns="{}"><fonts count="1"><font/></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


def _canonical(element: etree._Element) -> bytes:
    element = copy.deepcopy(element)
    element.tail = None
    etree.cleanup_namespaces(element)
    try:
        return etree.tostring(element, method="c14n")
    except etree.C14NError:  # a relative namespace name has no canonical form
        return etree.tostring(element)


class Styles:
    """Reads and extends the styles of one workbook."""

    def __init__(self, book: Book) -> None:
        self.package = book.package
        part = book.related_part("styles")
        if part is None:
            part = self.package.free_name("xl/styles{}.xml")
            self.package.write(part, _MINIMAL.format(book.space).encode())
            book.relate("styles", part)
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
            self.package.set_content_type(part, kind)
        self.part = part
        self.root = self.package.tree(part)
        self.space = etree.QName(self.root).namespace or ""
        self._known: dict[str, dict[bytes, int]] = {}
        self._members: dict[str, list[etree._Element]] = {}
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
        for element in self.root:
            if local(element) == name:
                return element
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
            self._members[name] = [element for element in self.group(name) if isinstance(element.tag, str)]
        return self._members[name]

    def add(self, name: str, element: etree._Element) -> int:
        """The index of an equal element, added where there is none."""
        known = self._known.get(name)
        if known is None:
            known = {}
            for index, member in enumerate(self.members(name)):
                known.setdefault(_canonical(member), index)
            self._known[name] = known
        key = _canonical(element)
        if key not in known:
            group = self.group(name)
            known[key] = len(self.members(name))
            element = copy.deepcopy(element)
            element.tail = None
            group.append(element)
            self._members[name].append(element)
            group.set("count", str(known[key] + 1))
            self.package.touch(self.part)
        return known[key]

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
        root = parse_xml((xml or _NO_FILL.format(self.space)).encode(), "fill")
        if root.tag != f"{{{self.space}}}fill":
            root = parse_xml(_NO_FILL.format(self.space).encode(), "fill")
        return root

    def with_fill(self, index: int, fill: etree._Element, apply: str | None) -> int:
        """The cell format with another fill and all else kept; `apply` is its applyFill attribute."""
        xf = copy.deepcopy(self.xf(index))
        xf.set("fillId", str(self.add("fills", fill)))
        if apply is None:
            xf.attrib.pop("applyFill", None)
        else:
            xf.set("applyFill", apply)
        return self.add("cellXfs", xf)

    # ---- formats of another workbook -------------------------------------------------------------------------

    def adopt(self, other: Styles) -> tuple[dict[str, str], dict[str, str]]:
        """Take over all cell formats and conditional formats of another workbook: index there -> index here."""
        codes = {e.get("numFmtId", ""): e for e in other.members("numFmts")} if other.has("numFmts") else {}
        parts = {
            name: [self.add(name, self._ours(member)) for member in other.members(name)]
            for name in ("fonts", "fills", "borders")
        }
        formats: dict[str, str] = {}
        for index, member in enumerate(other.members("cellXfs")):
            xf = self._ours(member)
            for attribute, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                xf.set(attribute, str(parts[name][int(xf.get(attribute, "0"))]))
            code = xf.get("numFmtId", "0")
            xf.set(
                "numFmtId", str(self._number_format(codes[code].get("formatCode", ""))) if code in codes else code
            )
            xf.set("xfId", "0")
            for flag in ("applyNumberFormat", "applyFont", "applyFill", "applyBorder"):
                xf.set(flag, "1")
            formats[str(index)] = str(self.add("cellXfs", xf))
        dxfs = other.members("dxfs") if other.has("dxfs") else []
        return formats, {str(n): str(self.add("dxfs", self._ours(m))) for n, m in enumerate(dxfs)}

    def has(self, name: str) -> bool:
        """Whether there is any of that kind."""
        return any(local(element) == name for element in self.root)

    def _ours(self, element: etree._Element) -> etree._Element:
        theirs = etree.QName(element).namespace or ""
        if theirs == self.space:
            return copy.deepcopy(element)
        data = etree.tostring(element, with_tail=False).replace(theirs.encode(), self.space.encode())
        return parse_xml(data, "styles")

    def _number_format(self, code: str) -> int:
        for member in self.members("numFmts"):
            if member.get("formatCode") == code:
                return whole(member.get("numFmtId"))
        taken = [whole(member.get("numFmtId")) for member in self.members("numFmts")]
        number = max([_CUSTOM - 1, *taken]) + 1
        element = etree.Element(f"{{{self.space}}}numFmt", numFmtId=str(number), formatCode=code)
        self.add("numFmts", element)
        return number

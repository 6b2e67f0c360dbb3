"""Notes (批注): adds our text to a cell's note, or as a new note, and removes it again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import compress
from typing import Self

from lxml import etree

from perf_xlsx.ooxml.book import Book, Sheet, parse_cell
from perf_xlsx.ooxml.contents import text_code
from perf_xlsx.ooxml.markup import legal, local, named, only
from perf_xlsx.ooxml.note_shapes import EMPTY, draws, with_shapes, without_shapes
from perf_xlsx.ooxml.note_text import (
    NoteAnswer,
    NoteCodes,
    Recorded,
    answer_in,
    blank_of,
    disowned,
    has_ours,
    of_ours,
    theirs_of,
    unlined,
)
from perf_xlsx.ooxml.zip_archive import PackageError

AUTHOR = "perf_xlsx"

# Elements that may precede legacyDrawing in a worksheet (CT_Worksheet).
_BEFORE_LEGACY = frozenset((
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing",
))  # fmt: skip


class Notes:
    """The notes of one worksheet. `add` needs a `with` block, whose end draws the shapes of the new notes."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.book, self.sheet, self.package = book, sheet, book.package
        self.comments = self._related("/comments")
        self.drawing = self._related("/vmlDrawing", self._legacy_id())
        self._undrawn: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if self._undrawn and error is None:
            part = self._drawing_part()
            self.package.write(part, with_shapes(self.package.read(part), part, self._undrawn))

    def _legacy(self) -> etree._Element | None:
        """The element that names the drawing of the shapes; strict workbooks wrap it in AlternateContent."""
        for element in self.package.tree(self.sheet.part):
            if local(element) == "legacyDrawing":
                return element
            if local(element) == "AlternateContent":
                for inner in element.iter("{*}legacyDrawing"):
                    return inner
        return None

    def _legacy_id(self) -> str | None:
        legacy = self._legacy()
        return None if legacy is None else next((str(v) for k, v in legacy.attrib.items() if "id" in str(k)), None)

    def _related(self, kind: str, id: str | None = "") -> str | None:
        for relation in self.package.relationships(self.sheet.part):
            if relation.type.endswith(kind) and id in ("", relation.id) and relation.target in self.package:
                if relation.target in (self.book.part, *(sheet.part for sheet in self.book.sheets)):
                    raise PackageError("damaged", f"文件已损坏（{relation.target} 同时用作批注）")
                return relation.target
        return None

    # ---- adding ----------------------------------------------------------------------------------------------

    def add(self, cell: str, text: str) -> NoteCodes:
        """Add our text to a cell's note, behind the text of a note that is already there.

        Returns the codes by which `strip` will tell the two texts apart.
        """
        root = self.package.tree(self._comments_part())
        space = etree.QName(root).namespace
        found, theirs = self._theirs.get(cell), ""
        joined = found is not None
        text = unlined(legal(text))
        ours = of_ours(text)
        if found is None:
            found = etree.SubElement(_list(root), f"{{{space}}}comment", ref=cell, authorId=_author(root))
            self._run(etree.SubElement(found, f"{{{space}}}text"), ours)
            self._undrawn.append((cell, ours))
        else:
            body = only(found, "text")
            if body is None:
                body = etree.SubElement(found, f"{{{space}}}text")
            _as_run(body)
            theirs = _text(body)
            self._run(body, f"\n{ours}")
        self.package.touch(self._comments_part())
        return NoteCodes(text_code(text), text_code(theirs), joined)

    @cached_property
    def _theirs(self) -> dict[str, etree._Element]:
        """The notes that were there, by cell; the first where a cell has two."""
        listed = _list(self.package.tree(self._comments_part()))
        return {comment.get("ref", ""): comment for comment in reversed(named(listed, "comment"))}

    def _run(self, body: etree._Element, text: str) -> None:
        space = etree.QName(body).namespace
        run = etree.Element(f"{{{space}}}r")
        look = etree.SubElement(run, f"{{{space}}}rPr")
        etree.SubElement(look, f"{{{space}}}sz", val="9")
        etree.SubElement(look, f"{{{space}}}rFont", val="宋体")
        node = etree.SubElement(run, f"{{{space}}}t")
        node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        node.text = legal(text)
        runs = named(body, "r")
        if runs:
            runs[-1].addnext(run)
        else:
            body.insert(0, run)

    def _comments_part(self) -> str:
        if self.comments is None:
            self.comments = self.package.free_name("xl/comments{}.xml")
            space = self.book.space
            self.package.write(
                self.comments, f'<comments xmlns="{space}"><authors/><commentList/></comments>'.encode()
            )
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
            self.package.set_content_type(self.comments, kind)
            self.package.add_relationship(self.sheet.part, self.book.relation("comments"), self.comments)
        return self.comments

    def _drawing_part(self) -> str:
        if self.drawing is None:
            self.drawing = self.package.free_name("xl/drawings/vmlDrawing{}.vml")
            self.package.write(self.drawing, EMPTY.format(block=self.sheet.sheet_id or 1).encode())
            self.package.set_default_type("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
            id = self.package.add_relationship(self.sheet.part, self.book.relation("vmlDrawing"), self.drawing)
            root = self.package.tree(self.sheet.part)
            made = etree.Element(f"{{{self.book.space}}}legacyDrawing", nsmap=self.book.relation_prefix)
            made.set(f"{{{self.book.relation_space}}}id", id)
            last = [e for e in root if local(e) in _BEFORE_LEGACY][-1]
            last.addnext(made)
            self.package.touch(self.sheet.part)
        return self.drawing

    # ---- taking away -----------------------------------------------------------------------------------------

    def strip(self, recorded: Recorded | None = None, joined: Collection[str] | None = None) -> list[NoteAnswer]:
        """Remove our text from every note, and notes that hold nothing else; returns what users wrote into them.

        `joined` are the cells whose notes were there before ours. For a ledger of an earlier version both
        arguments are None: our texts are not recorded, and a line end before one tells of an earlier note.
        """
        if self.comments is None:
            return []
        root = self.package.tree(self.comments)
        removed: set[tuple[int, int]] = set()
        answers, scored = [], list(_with_ours(root))
        for comment, body, text in scored:
            cell = comment.get("ref", "")
            answer = answer_in(self.sheet.name, cell, text, recorded)
            answers += [answer] if answer else []
            stood = None if joined is None else cell in joined
            if not _without_ours(body, text, stood, edited=answer is not None and answer.inside):
                _list(root).remove(comment)
                removed.add(parse_cell(cell) or (0, 0))
        self._remove_shapes(removed)
        if scored:
            _drop_author(root)
            self.package.touch(self.comments)
            self._drop_when_empty(root)
        return answers

    def _remove_shapes(self, cells: set[tuple[int, int]]) -> None:
        if self.drawing is None or not cells:
            return
        data = self.package.read(self.drawing)
        self.package.write(self.drawing, without_shapes(data, self.drawing, cells))

    def _drop_when_empty(self, root: etree._Element) -> None:
        if len(_list(root)) or self.comments is None:
            return
        self._drop(self.comments)
        if self.drawing is not None and not draws(self.package.read(self.drawing)):
            self._drop(self.drawing)
            legacy = self._legacy()
            if legacy is not None:
                self.package.tree(self.sheet.part).remove(legacy)
                self.package.touch(self.sheet.part)
        self.comments = None

    def _drop(self, part: str) -> None:
        for relation in self.package.relationships(self.sheet.part):
            if relation.target == part:
                self.package.remove_relationship(self.sheet.part, relation.id)
        if not self.package.owners().get(part):  # other parts may refer to a drawing too
            self.package.remove(part)


def _list(root: etree._Element) -> etree._Element:
    found = only(root, "commentList")
    return etree.SubElement(root, f"{{{etree.QName(root).namespace}}}commentList") if found is None else found


def _author(root: etree._Element) -> str:
    """The index of our author, which is appended to the others."""
    space = etree.QName(root).namespace
    authors = only(root, "authors")
    if authors is None:
        authors = etree.Element(f"{{{space}}}authors")
        root.insert(0, authors)
    names = [author.text for author in named(authors, "author")]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{space}}}author").text = AUTHOR
        names.append(AUTHOR)
    return str(names.index(AUTHOR))


def _drop_author(root: etree._Element) -> None:
    """Remove our author if it is the last one and no note refers to it."""
    authors = only(root, "authors")
    if authors is None or not len(authors) or authors[-1].text != AUTHOR:
        return
    if str(len(authors) - 1) not in {comment.get("authorId") for comment in _list(root)}:
        authors.remove(authors[-1])


def _with_ours(root: etree._Element) -> Iterator[tuple[etree._Element, etree._Element, str]]:
    """The comments that hold a text of ours, each with its body and whole text."""
    for comment in named(_list(root), "comment"):
        body = only(comment, "text")
        if body is not None and has_ours(text := _text(body)):
            yield comment, body, text


def _as_run(body: etree._Element) -> None:
    """Turn a note's plain text into a run, so that ours can follow it."""
    for element in list(body):
        if local(element) == "t":
            run = etree.Element(f"{{{etree.QName(body).namespace}}}r")
            element.addprevious(run)
            run.append(element)


def _text(body: etree._Element) -> str:
    return "".join(node.text or "" for node in _text_nodes(body))


def _text_nodes(element: etree._Element) -> list[etree._Element]:
    return [node for node in element.iter() if local(node) == "t"]


def _without_ours(body: etree._Element, text: str, stood: bool | None, edited: bool) -> bool:
    """Remove our text from a note, unless it was `edited`. False if nothing is left."""
    if edited:
        _rewrite(body, disowned(text))
        return True
    spans = theirs_of(text) or blank_of(text, stood)
    if spans:
        _keep(body, spans)
    return bool(spans)


def _keep(body: etree._Element, spans: list[tuple[int, int]]) -> None:
    """Keep only these parts of a note's text, in their own runs."""
    nodes = _text_nodes(body)
    kept, start = bytearray(sum(len(node.text or "") for node in nodes)), 0
    for begin, end in spans:
        kept[begin:end] = b"\1" * (end - begin)
    for node in nodes:
        text = node.text or ""
        node.text = "".join(compress(text, kept[start : start + len(text)])) or None
        start += len(text)
        if text and not node.text:
            _drop_run(node)


def _drop_run(node: etree._Element) -> None:
    run = node.getparent()
    parent = None if run is None else run.getparent()
    if run is not None and parent is not None and local(run) == "r":
        parent.remove(run)


def _rewrite(body: etree._Element, text: str) -> None:
    """Give a note another text, in the first of its runs."""
    node, *others = _text_nodes(body)
    for other in others:
        other.text = ""
    node.text = legal(text)
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for run in [e for e in body if local(e) == "r"]:
        if not any(t.text for t in run if local(t) == "t"):
            body.remove(run)

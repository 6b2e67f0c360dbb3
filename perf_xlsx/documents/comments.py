"""Word comments at places of a text. Only the parts that have to are changed; all others stay byte for byte."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

from lxml import etree
from msgspec import Struct

from perf_xlsx.documents.document import DocumentError
from perf_xlsx.documents.word import ADVICE, TextElement, WordParagraph, unzip, word_paragraphs
from perf_xlsx.ooxml import Limits, Package, PackageError, legal
from perf_xlsx.ooxml.markup import local, whole

AUTHOR, INITIALS = "perf-xlsx", "核对"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Comment(Struct, frozen=True):
    """A comment for the characters `start` to `end` of a document's text."""

    start: int
    end: int
    text: str


def with_comments(data: bytes, remarks: Iterable[Comment], limits: Limits) -> bytes:
    """A .docx with these comments. Raises DocumentError where it cannot be read."""
    package, main = unzip(data, limits)
    try:
        root = package.tree(main)
        space = f"{{{etree.QName(root).namespace}}}"
        comments = _comments_part(package, main, space)
        number = 1 + max((_id(one, space) for one in package.tree(comments)), default=-1)
        placed = list(_placed(list(word_paragraphs(root)), sorted(remarks, key=lambda one: one.start)))
        for paragraph, begin, found in reversed(placed):  # from the end: what is split does not move
            _mark(paragraph, found.start - begin, found.end - begin, number, space)
            package.tree(comments).append(_comment(number, found.text, space))
            number += 1
        package.touch(main)
        package.touch(comments)
        return package.to_bytes()
    except PackageError as error:
        raise DocumentError(error.detail, ADVICE) from error


def _id(comment: etree._Element, space: str) -> int:
    return whole(comment.get(f"{space}id"))


def _placed(
    paragraphs: list[WordParagraph], remarks: list[Comment]
) -> Iterator[tuple[WordParagraph, int, Comment]]:
    """Each remark with its paragraph and where that begins in the text."""
    left, begin = iter(remarks), 0
    remark = next(left, None)
    for paragraph in paragraphs:
        end = begin + len(paragraph.text)
        while remark is not None and remark.start <= end:
            yield paragraph, begin, remark
            remark = next(left, None)
        begin = end + 1


def _mark(paragraph: WordParagraph, start: int, end: int, number: int, space: str) -> None:
    """Put the marks of a comment around the characters of a paragraph; an empty paragraph gets it at its end."""
    before = _boundary(paragraph, start, space)
    opening = etree.Element(f"{space}commentRangeStart", {f"{space}id": str(number)})
    closing = etree.Element(f"{space}commentRangeEnd", {f"{space}id": str(number)})
    reference = etree.Element(f"{space}r")
    etree.SubElement(reference, f"{space}commentReference", {f"{space}id": str(number)})
    after = _boundary(paragraph, max(end, start + 1), space)
    for run, marks in ((after, (closing, reference)), (before, (opening,))):
        for mark in marks:
            if run is None:
                paragraph.element.append(mark)
            else:
                run.addprevious(mark)
    if before is None and after is None:  # nothing to go around: the order is closing, reference, opening
        paragraph.element.insert(len(paragraph.element) - 3, opening)


def _boundary(paragraph: WordParagraph, at: int, space: str) -> etree._Element | None:
    """The run that begins at this character, split off where one goes across; None at the end."""
    for letters in _fresh(paragraph):
        if letters.start <= at < letters.start + len(letters.text):
            return _split(letters, at - letters.start, space)
    return None


def _fresh(paragraph: WordParagraph) -> Iterator[TextElement]:
    """The text elements as they are now, after others were split."""
    from perf_xlsx.documents.word import _letters

    return _letters(paragraph.element, 0)


def _split(letters: TextElement, at: int, space: str) -> etree._Element:
    """The run of a text element, split before its character number `at`; the run that begins there."""
    element = letters.element
    run = element.getparent()
    if run is None or local(run) != "r":
        return element if run is None else run
    ahead = [child for child in run if local(child) != "rPr" and run.index(child) < run.index(element)]
    if at == 0 and not ahead:
        return run
    second = etree.Element(run.tag, dict(run.attrib))
    properties = next((child for child in run if local(child) == "rPr"), None)
    if properties is not None:
        second.append(copy.deepcopy(properties))
    following = list(element.itersiblings())
    if at == 0:
        second.append(element)
    else:
        tail = etree.SubElement(second, element.tag)
        tail.text, element.text = letters.text[at:], letters.text[:at]
        for part in (tail, element):
            part.set(_SPACE, "preserve")
    second.extend(following)
    second.tail, run.tail = run.tail, None
    run.addnext(second)
    return second


def _comments_part(package: Package, main: str, space: str) -> str:
    """The part of the comments, made where there is none."""
    name = package.one_related(main, "comments")
    if name is not None:
        return name
    name = package.free_name("word/comments{}.xml").replace("comments1.xml", "comments.xml")
    name = name if name not in package else package.free_name("word/comments{}.xml")
    package.write(name, f'<w:comments xmlns:w="{space[1:-1]}"/>'.encode())
    package.set_content_type(name, _KIND)
    office = _STRICT if space.startswith("{http://purl.oclc.org/") else _OFFICE
    package.add_relationship(main, f"{office}/comments", name)
    return name


def _comment(number: int, text: str, space: str) -> etree._Element:
    attributes = {f"{space}id": str(number), f"{space}author": AUTHOR, f"{space}initials": INITIALS}
    comment = etree.Element(f"{space}comment", attributes)
    for line in legal(text).split("\n"):
        run = etree.SubElement(etree.SubElement(comment, f"{space}p"), f"{space}r")
        letters = etree.SubElement(run, f"{space}t")
        letters.text = line
        letters.set(_SPACE, "preserve")
    return comment

"""A workbook as the parts of its zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Parts = dict[str, bytes]


def unzipped(data: bytes) -> Parts:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes | str], level: int = 6) -> bytes:
    """A workbook of these parts; of the same ones the same bytes."""
    return _packed(parts.items(), level)


def edited(
    data: bytes,
    change: Mapping[str, Callable[[str], str]] | None = None,
    add: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A workbook with some parts changed as text and some added; one that is added again is there twice."""
    parts: dict[str, bytes | str] = dict(unzipped(data))
    for name, function in (change or {}).items():
        if name in parts:
            parts[name] = function(bytes(parts[name]).decode())
    return _packed([*parts.items(), *(add or {}).items()])


def _packed(parts: Iterable[tuple[str, bytes | str]], level: int = 6) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in parts:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def rels(*targets: tuple[str, str, str]) -> str:
    """A relationships part: (id, kind, target)."""
    lines = "".join(
        f'<Relationship Id="{id}" Type="{kind if "://" in kind else f"{OFFICE}/{kind}"}" Target="{target}"/>'
        for id, kind, target in targets
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'

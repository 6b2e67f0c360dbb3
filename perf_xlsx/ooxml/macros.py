"""Macros: never run, never read; kept where the form of the workbook holds them, and only there."""

from __future__ import annotations

from perf_xlsx.ooxml.package import Package


def drop_stray_macros(package: Package) -> bool:
    """Take a macro project out of a workbook declared to hold none (Excel refuses it); whether there was one."""
    main = package.main_part()
    if main is None or package.suffix() in (".xlsm", ".xltm"):
        return False
    stray = [r for r in package.relationships(main) if r.type.endswith("/vbaProject") and r.target in package]
    for relation in stray:
        package.remove_relationship(main, relation.id)
        package.remove_with_related(relation.target)
    return bool(stray)

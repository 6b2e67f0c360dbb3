"""Writes the “还有” lines of tests/cases/问题.md anew: what is found besides what each case is about."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path

from perf_xlsx import pipeline
from tests import CASES
from tests.kit.filled import filled
from tests.kit.finding_cases import BESIDES, FORMS, FindingCase, besides_line, changed, read_cases


def besides_of(case: FindingCase, folder: Path) -> Counter[str]:
    """What is found besides, now."""
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    (folder / "t.xlsx").write_bytes(filled(form, case.rulebook))
    return case.besides_of(pipeline.score(folder / "t.xlsx", rulebook=case.rulebook).findings)


def main() -> None:
    """Rewrite the file."""
    path, known = CASES / "问题.md", {case.title: case for case in read_cases(CASES / "问题.md")}
    out: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in path.read_text("utf-8").split("\n## "):
            lines = [line for line in part.rstrip("\n").split("\n") if not line.startswith(BESIDES)]
            if (case := known.get(lines[0])) and (counts := besides_of(case, Path(folder))):
                last = max((n for n, line in enumerate(lines) if line.startswith("- 应有 ")), default=None)
                at = len(lines) if last is None else last + 1
                lines.insert(
                    next((n for n, x in enumerate(lines) if x.startswith("- 不应有 ")), at), besides_line(counts)
                )
            out.append("\n".join(lines))
    path.write_text("\n\n## ".join(part.rstrip("\n") for part in out) + "\n", "utf-8")


if __name__ == "__main__":
    main()

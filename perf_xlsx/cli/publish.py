"""Regenerates what the repository publishes: RULES.md, and templates and examples, each beside a text dump."""

from __future__ import annotations

import tempfile
from pathlib import Path

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import BLANK_YEAR, STORIES, case_text
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.results.explain import rules_document
from perf_xlsx.sheets.dump import dump


def published(root: Path) -> dict[Path, bytes]:
    """Every published file below `root` with its content; nothing is written there."""
    files: dict[Path, bytes] = {root / "RULES.md": rules_document().encode()}
    for form in form_names():
        blank = pipeline.template_bytes(form, BLANK_YEAR)
        path = root / "templates" / f"{load_form(form).title}.xlsx"
        files[path], files[path.with_suffix(".txt")] = blank, dump(blank).encode()
    with tempfile.TemporaryDirectory() as scratch:
        for story in STORIES:
            folder, returned = root / "examples" / story, Path(scratch) / "returned.xlsx"
            pipeline.write_template(returned, case=case_text(story))
            scored = Path(scratch) / "scored.xlsx"
            pipeline.score(returned, scored)
            files[folder / "case.json"] = case_text(story).encode()
            files[folder / "returned.xlsx"] = returned.read_bytes()
            files[folder / "scored.xlsx"] = scored.read_bytes()
            files[folder / "scored.txt"] = dump(scored).encode()
            returned.unlink()
    return files


def main() -> None:
    """Write everything that is published below the current folder."""
    for path, data in published(Path()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()

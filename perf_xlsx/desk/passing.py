"""Files that last as long as a request: what is sent to be looked at, and what is made to be taken away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import Response

from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.view import download


@contextmanager
def passing_folder(folders: Folders) -> Iterator[Path]:
    """A folder that is gone after the block. Raises OSError."""
    made = Path(tempfile.mkdtemp(dir=folders.passing))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def taken_away(folders: Folders, path: Path, name: str) -> Response:
    """A download of a file in such a folder: it is moved out of it, and gone once it was sent. Raises OSError."""
    handle, kept = tempfile.mkstemp(dir=folders.passing)
    os.close(handle)
    os.replace(path, kept)
    return download(Path(kept), name, BackgroundTask(os.unlink, kept))

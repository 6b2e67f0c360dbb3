"""The builder of the folder for Windows and its script, which are no part of the package."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from tests import ROOT

PLACE = ROOT / ".ci" / "windows"


def script(name: str) -> ModuleType:
    """A script of the folder's, loaded but not run."""
    spec = importlib.util.spec_from_file_location(f"windows_{name}", PLACE / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module

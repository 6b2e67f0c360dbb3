"""What the tests of a bureau's own forms share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import CASES
from tests.kit.own_forms import own_form


@pytest.fixture
def transfer(tmp_path: Path) -> Path:
    """A bureau's own kind of form, as a file."""
    path = tmp_path / "转移支付.toml"
    path.write_text(own_form(), "utf-8")
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """That form filled in, whatever it adds too."""
    data = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    data |= {"form": "transfer", "policy": "示例财〔2024〕1号"}
    data["indicators"][0] |= {"explained": "指改造并通水的工程数", "share": "86.8%"}
    data["funds"][0] |= {"frozen": 12.5}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path

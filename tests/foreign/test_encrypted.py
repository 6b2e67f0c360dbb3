"""Workbooks with a password to open: refused with what to do, or opened with a file of passwords."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from perf_xlsx import pipeline
from perf_xlsx.cli.main import main
from perf_xlsx.findings.office import at_terminal
from perf_xlsx.ooxml import Limits
from tests.kit.command import command
from tests.kit.filled import template_of
from tests.kit.locked import locked

SECRET = "财政 2024#密码"


@pytest.fixture(scope="module")
def encrypted() -> bytes:
    """The corrected report with a password."""
    return locked(template_of("department-corrected"), SECRET)


@pytest.fixture
def returned(encrypted: bytes, tmp_path: Path) -> Path:
    (tmp_path / "加密.xlsx").write_bytes(encrypted)
    return tmp_path / "加密.xlsx"


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    path = tmp_path / "密码.txt"
    path.write_text(f"\ufeff1234\r\n\r\n{SECRET}\r\n", "utf-8")
    return path


def test_without_passwords_it_is_refused_and_the_others_are_scored(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "另一份.xlsx").write_bytes(template_of("project"))
    done = command("score", returned, tmp_path / "另一份.xlsx", "-o", tmp_path / "out", "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 3
    assert (first["status"], first["findings"][0]["code"], first["output"]) == ("unreadable", "R02", None)
    assert "或把密码告诉收表单位" in first["findings"][0]["advice"]
    assert second["status"] == "scored"


def test_with_the_password_it_is_scored_and_the_copy_says_that_it_is_not_encrypted(
    returned: Path, passwords: Path, tmp_path: Path
) -> None:
    before = returned.read_bytes()
    done = command("score", returned, "-o", tmp_path / "out", "--json", "--password-file", passwords)
    found = json.loads(done.stdout)
    assert (done.exit_code, found["total"]) == (0, "88.01")
    told = next(f for f in found["findings"] if f["code"] == "R02")
    assert told["severity"] == "notice"
    assert "没有加密" in told["message"]
    assert zipfile.is_zipfile(found["output"])
    assert returned.read_bytes() == before
    assert SECRET not in done.output + str(zipfile.ZipFile(found["output"]).namelist())
    assert command("check", returned, "--password-file", passwords).exit_code == 0


def test_what_was_opened_once_is_done(returned: Path, tmp_path: Path, passwords: Path) -> None:
    words = ("score", returned.parent, "-o", tmp_path / "out", "--password-file", passwords)
    assert "上次" not in command(*words).stdout
    again = command(*words).stdout
    count = sum(path.suffix == ".xlsx" for path in returned.parent.iterdir())
    assert f"共{count}份（都没有变化，沿用上次的评分）" in again


@pytest.mark.finding("R02")
def test_passwords_that_do_not_fit_are_told(returned: Path, tmp_path: Path) -> None:
    result = pipeline.score(returned, tmp_path / "out.xlsx", terms=pipeline.Terms(passwords=("1", "2")))
    assert [found.code for found in result.findings] == ["R02"]
    assert "2 个打开密码都不对" in result.findings[0].message
    assert not (tmp_path / "out.xlsx").exists()


def test_without_the_extra_it_is_told_how_to_install_it(returned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msoffcrypto.format.ooxml", None)
    result = pipeline.score(returned, terms=pipeline.Terms(passwords=(SECRET,)))
    assert [found.code for found in result.findings] == ["R02"]
    assert 'pip install "perf-xlsx[encrypted]"' in at_terminal(result.findings[0].advice)


def test_passwords_come_from_the_standard_input(returned: Path) -> None:
    """So that no file holds them."""
    done = CliRunner().invoke(
        main, ["check", str(returned), "--json", "--password-file", "-"], input=f"1234\n{SECRET}\n"
    )
    assert (done.exit_code, json.loads(done.stdout)["total"]) == (0, "88.01")


def test_endless_hashing_is_refused(returned: Path) -> None:
    terms = pipeline.Terms(limits=Limits(spins=50_000), passwords=(SECRET,))
    assert [found.code for found in pipeline.score(returned, terms=terms).findings] == ["R03"]


def test_what_is_inside_is_judged_like_any_other_file(tmp_path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    out, inside = io.BytesIO(), io.BytesIO(template_of("project"))
    with zipfile.ZipFile(inside, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 40_000_000)
    OOXMLFile(inside).encrypt(SECRET, out)
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    result = pipeline.score(tmp_path / "a.xlsx", terms=pipeline.Terms(passwords=(SECRET,)))
    assert [found.code for found in result.findings] == ["R03"]


def test_damage_to_an_encrypted_file_is_told(encrypted: bytes, tmp_path: Path) -> None:
    for end in (600, 2000, len(encrypted) // 2, len(encrypted) - 600):
        (tmp_path / "a.xlsx").write_bytes(encrypted[:end])
        result = pipeline.score(tmp_path / "a.xlsx", terms=pipeline.Terms(passwords=(SECRET,)))
        assert {found.code for found in result.findings} <= {"R01", "R02"}
        assert pipeline.UNEXPECTED not in result.findings[0].message


def test_a_password_file_that_is_no_text_is_refused(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_bytes("密码".encode("gbk"))
    done = command("check", returned, "--password-file", tmp_path / "p.txt")
    assert done.exit_code == 2
    assert "UTF-8" in done.stderr


def test_the_library_is_imported_only_for_an_encrypted_file(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "a.xlsx").write_bytes(template_of("project"))
    code = (
        "import sys; from perf_xlsx.pipeline import Terms, score;"
        "score(sys.argv[1], terms=Terms(passwords=('x',))); print('msoffcrypto' in sys.modules)"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "a.xlsx")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == "False"

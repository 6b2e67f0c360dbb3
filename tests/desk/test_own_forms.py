"""A bureau's own kinds of form, chosen on the page: used like the shipped ones, remembered like the roster."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.desk import Browser, file_name, links, own_desk, shared_desk
from tests.kit.published import adopted, filled_in, published

FORM = "hb-shangwu"


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an adopted form, its workbook beside it."""
    folder = tmp_path_factory.mktemp("表样")
    path = folder / "官方.xlsx"
    path.write_bytes(published(FORM).read_bytes())
    return adopted(path, "--blank")


def sent(file: Path) -> list[tuple[str, tuple[str, bytes]]]:
    """The two files of a form, as a browser sends them."""
    beside = file.with_name(f"{file.stem}（原样）.xlsx")
    return [("forms", (path.name, path.read_bytes())) for path in (file, beside)]


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "名单和办法").rglob("*") if path.is_file())


def test_a_form_is_chosen_made_into_a_template_and_scored_as_the_commands_do_it(
    form: Path, tmp_path: Path
) -> None:
    with own_desk(tmp_path / "收回") as desk:
        answered = desk.post("/settings", files=sent(form))
        assert answered.history, answered.text
        assert "（表样.toml）" in answered.text
        page = desk.get("/template").text
        name = page.partition("（表样.toml）")[0].rpartition('value="')[2].partition('"')[0]
        made = desk.post("/template", data={"form": name, "year": "2024", "rulebook": ""})
        assert made.status_code == 200, made.text
        (tmp_path / "模板.xlsx").write_bytes(made.content)
        command("template", "--form", form, "--year", 2024, "-o", tmp_path / "命令.xlsx")
        assert made.content == (tmp_path / "命令.xlsx").read_bytes()
        data = filled_in(tmp_path / "模板.xlsx", FORM, tmp_path / "填好.xlsx").read_bytes()
        desk.drop(("某单位.xlsx", data))
        (address,) = links(desk.scored(), "/return/")
        copy = desk.get(f"{address}/copy").content
        shown = desk.get(address).text
        assert "R05" not in shown
        told = desk.post("/verify", files=[("files", ("某单位.xlsx", copy))]).text
        assert "✔ 原样" in told
    command("score", tmp_path / "收回", "-o", tmp_path / "结果", "--forms", form)
    assert copy == (tmp_path / "结果" / "某单位.xlsx").read_bytes()


def test_a_form_is_remembered_and_forgotten(form: Path, tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/settings", files=sent(form))
        assert kept(tmp_path / "收回-网页") == ["表样.toml", "表样（原样）.xlsx"]
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/settings", data={"sender": "某局"})
        assert "自定表种：" in desk.get("/").text
        assert desk.post("/settings", data={"no_forms": "1"}).history
        assert "（表样.toml）" not in desk.get("/template").text
    assert kept(tmp_path / "收回-网页") == []


def test_a_unit_is_scored_by_it_too(form: Path, tmp_path: Path) -> None:
    command("template", "--form", form, "--year", 2024, "-o", tmp_path / "模板.xlsx")
    data = filled_in(tmp_path / "模板.xlsx", FORM, tmp_path / "填好.xlsx").read_bytes()
    with shared_desk(tmp_path / "收回") as enter:
        officer, unit = enter(), enter()
        officer.sign_in()
        assert officer.post("/settings", files=sent(form)).history
        unit.drop(("某单位.xlsx", data))
        (address,) = links(unit.mine(), "/arrival/")
        assert unit.get(f"{address}/copy").status_code == 200
        copy = unit.get(f"{address}/copy").content
    command("score", tmp_path / "填好.xlsx", "-o", tmp_path / "结果", "--forms", form)
    assert copy == (tmp_path / "结果" / "填好.xlsx").read_bytes()


def test_a_roster_may_name_it(form: Path, tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/settings", files=sent(form))
        title = desk.get("/template").text.partition("（表样.toml）")[0].rpartition("> ")[2]
        roster = f"单位名称,表种\n甲局,{title}\n".encode()
        assert desk.post("/settings", files=[("roster", ("名单.csv", roster))]).history
        made = desk.post("/template", data={"form": "project", "year": "2024", "roster": "1"})
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            book = openpyxl.load_workbook(io.BytesIO(archive.read("甲局.xlsx")))
        assert "模板.zip" not in file_name(made)
        assert len(book.sheetnames) >= 1
        gone = desk.post("/settings", data={"no_forms": "1"})
        assert gone.status_code == 422, "the roster names it"
        assert "名单.csv" in gone.text


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("坏.toml", b"name = 1")], "坏.toml"),
        ([("只有工作簿.xlsx", b"PK")], "没有表种文件"),
        ([("bomb.toml", b"x" * 300_000)], "bomb.toml"),
    ],
)
def test_a_wrong_form_is_refused_and_nothing_is_kept(
    files: list[tuple[str, bytes]], words: str, tmp_path: Path, form: Path
) -> None:
    with own_desk(tmp_path / "收回") as desk:
        _refused(desk, [("forms", one) for one in files], words, tmp_path)
        _refused(desk, sent(form)[:1], "没有找到表样", tmp_path)
        other = [sent(form)[0], ("forms", ("表样（原样）.xlsx", b"PK"))]
        _refused(desk, other, "改动过", tmp_path)


def _refused(desk: Browser, files: list[tuple[str, tuple[str, bytes]]], words: str, folder: Path) -> None:
    answered = desk.post("/settings", data={"sender": "某局"}, files=files)
    assert answered.status_code == 422
    assert words in answered.text
    assert str(folder) not in answered.text
    assert kept(folder / "收回-网页") == []
    assert list((folder / "收回-网页" / "临时").iterdir()) == []
    assert "某局" not in desk.get("/settings").text

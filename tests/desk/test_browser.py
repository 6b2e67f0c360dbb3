"""The pages in a real browser: Debian's Chromium, driven by Playwright's Python package. No browser is downloaded."""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.kit.batch_returns import a_return, write_returns
from tests.kit.command import command
from tests.kit.desk import PASSWORD, started
from tests.kit.filled import template_of
from tests.kit.locked import locked
from tests.kit.mixed_returns import mixed_returns

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright's Python package is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"
)
SCREEN = {"width": 1366, "height": 768}
PATIENCE = 120_000  # milliseconds for what workers do


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A window of 1366×768 that allows no error of a script, no refusal by the policy, nothing from elsewhere."""
    context = browser.new_context(viewport=SCREEN, accept_downloads=True, locale="zh-CN")
    window = context.new_page()
    window.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    yield window
    context.close()
    assert [one for one in wrong if "404" not in one] == []
    assert len({address.split("/")[2] for address in asked if not address.startswith("data:,")}) == 1


def downloaded(page: Any, press: str) -> tuple[str, bytes]:
    """Name and bytes of what a link gives."""
    with page.expect_download() as got:
        page.get_by_role("link", name=press).click()
    return got.value.suggested_filename, Path(got.value.path()).read_bytes()


def fits(page: Any) -> bool:
    """Whether the page needs no scrolling sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


CONTRAST = """
() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(colour)) { return colour; }
    }
    return 'rgb(255, 255, 255)';
  };
  const faint = [];
  document.querySelectorAll('body *').forEach((element) => {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.getClientRects().length) { return; }
    const style = getComputedStyle(element);
    const ink = light(element.namespaceURI.includes('svg') ? style.fill : style.color);
    const below = light(ground(element));
    const ratio = (Math.max(ink, below) + 0.05) / (Math.min(ink, below) + 0.05);
    if (ratio < 4.5) { faint.push(element.textContent.trim().slice(0, 30) + ' ' + ratio.toFixed(2)); }
  });
  return faint;
}
"""
UNNAMED = """
() => Array.from(document.querySelectorAll('input:not([type=hidden]), select, button, a, progress')).filter((element) => {
  const label = element.labels && element.labels.length ? element.labels[0].textContent : '';
  return !(label + (element.getAttribute('aria-label') || '') + element.textContent).trim();
}).map((element) => element.outerHTML)
"""
UNTOLD = """
() => Array.from(document.querySelectorAll('[id]')).map((one) => one.id)
  .filter((id, at, all) => all.indexOf(id) !== at)
  .concat(Array.from(document.querySelectorAll('label[for]'))
    .filter((label) => !document.getElementById(label.htmlFor)).map((label) => label.outerHTML))
  .concat(Array.from(document.querySelectorAll('th:not([scope])')).map((head) => head.outerHTML))
"""


def faults(page: Any) -> list[str]:
    """What hangs over at 1366×768, is fainter than AA, has no name, names nothing, or is no heading."""
    found: list[str] = [] if fits(page) else ["too wide"]
    for script in (CONTRAST, UNNAMED, UNTOLD):
        found += page.evaluate(script)
    headings = 0 if page.locator(".paper").count() else 1
    if (page.locator("h1").count(), page.locator("main").count()) != (headings, 1):
        found.append("headings")
    return found


class Day(Struct, frozen=True):
    """A desk after a day's work: its address, what was told meanwhile, and what the command writes of the same."""

    address: str
    progress: str
    expected: Path

    @property
    def origin(self) -> str:
        return self.address.partition("/start")[0]


@pytest.fixture(scope="module")
def day(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Sixty mixed returns are chosen and watched while they are scored."""
    folder = tmp_path_factory.mktemp("day")
    (folder / "收到").mkdir()
    for name, data in mixed_returns().items():
        (folder / "收到" / name).write_bytes(data)
    command("score", folder / "收到", "-o", folder / "结果")
    context = browser.new_context(viewport=SCREEN, locale="zh-CN")
    with started(folder / "收回") as (_, address, _):
        window = context.new_page()
        window.set_default_timeout(PATIENCE)
        window.goto(address)
        window.set_input_files("#files", sorted(map(str, (folder / "收到").iterdir())))
        window.locator("#run-words", has_text="还需").wait_for()
        progress = window.locator("#run-words").inner_text()
        window.wait_for_selector("table.returns")
        context.close()
        yield Day(address, progress, folder / "结果")


def test_while_they_are_scored_file_number_and_time_left_are_told(day: Day) -> None:
    assert re.fullmatch(r"\d+/60份，还需\d+(秒|分\d+秒)（.+份）　.+", day.progress), day.progress


def test_what_is_taken_away_is_what_the_command_writes(day: Day, page: Any) -> None:
    """Byte for byte: a copy, 汇总, and in the zip every copy, letter and receipt."""
    page.goto(day.address)
    playwright.expect(page.locator("table.returns tbody tr")).to_have_count(61)  # one workbook holds two forms
    page.get_by_role("link", name="示例28局").click()
    name, copy = downloaded(page, "下载评分后的工作簿")
    assert "（评分后）" in name
    assert copy == (day.expected / name.replace("（评分后）", "")).read_bytes()
    page.get_by_role("link", name="← 返回").click()
    name, whole = downloaded(page, "下载 汇总.xlsx")
    assert (name, whole) == ("汇总.xlsx", (day.expected / "汇总.xlsx").read_bytes())
    name, everything = downloaded(page, "下载全部（zip）")
    assert name == "收回-评分结果.zip"
    with zipfile.ZipFile(io.BytesIO(everything)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    files = (path for path in day.expected.rglob("*") if path.is_file())
    written = {path.relative_to(day.expected).as_posix(): path.read_bytes() for path in files}
    assert found == {name: data for name, data in written.items() if not name.startswith(".perf_xlsx/")}


def test_the_table_is_filtered_and_sorted_on_the_page(day: Day, page: Any) -> None:
    page.goto(day.address)
    page.get_by_label("单位、项目或文件").fill("示例2")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("status").get_by_text("10份").wait_for()
    for order in ("ascending", "descending"):
        page.get_by_role("link", name="得分", exact=True).click()
        page.wait_for_selector(f"th[aria-sort={order}]")
        shown = page.locator("table.returns tbody td:nth-child(5)").all_inner_texts()
        points = [float(text.removesuffix("（暂定）")) for text in shown]
        assert points == sorted(points, reverse=order == "descending")
    page.get_by_role("link", name="全部显示").click()
    page.get_by_label("状态").select_option("读不出来")
    page.get_by_role("button", name="筛选").click()
    playwright.expect(page.locator("table.returns tbody tr")).to_have_count(7)


FOUND = {
    "申报有误.xlsx": "请按此更正", "加密一.xlsx": "设置了打开密码", "截断.xlsx": "文件已损坏", "空文件.xlsx": "是空文件",
    "其实是网页.xls": "网页", "其实是文本.xlsx": "不是", "旧格式.xls": "R18", "开放格式.ods": "R18", "二进制.xlsb": "R18",
    "hb-shangwu.xlsx": "没有使用下发的模板", "重复报送.xlsx": "两个文件完全相同", "示例05局（改）.xlsx": "不完全相同",
}  # fmt: skip


def test_every_kind_of_return_says_what_is_wrong_and_what_to_do(day: Day, page: Any) -> None:
    for file, words in FOUND.items():
        page.goto(day.address)
        page.locator("tr", has=page.get_by_text(file, exact=True)).get_by_role("link").click()
        page.get_by_role("heading", name=file).wait_for()
        assert words in page.locator("table.findings").inner_text()
        assert fits(page)


def test_the_paper_prints_without_what_is_around_it(day: Day, page: Any) -> None:
    page.goto(day.address)
    page.locator("tr", has=page.get_by_text("完好.xlsx", exact=True)).get_by_role("link").click()
    page.get_by_role("link", name="自评表（可打印）").click()
    page.emulate_media(media="print")
    page.get_by_text("部门（单位）整体支出绩效自评表").wait_for()
    playwright.expect(page.get_by_role("navigation").first).to_be_hidden()
    playwright.expect(page.get_by_role("button", name="打印")).to_be_hidden()
    assert page.pdf(format="A4", landscape=True).startswith(b"%PDF")


WHOLE = """
() => Array.from(document.querySelectorAll('.wide')).filter((box) => box.scrollWidth > box.clientWidth + 1).length
"""
BROKEN = """
() => Array.from(document.querySelectorAll('.paper td.number, .paper td')).filter((cell) => {
  const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const run of node.textContent.matchAll(/[\\d.,%]{2,}/g)) {
      const range = document.createRange();
      range.setStart(node, run.index);
      range.setEnd(node, run.index + run[0].length);
      if (new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size > 1) { return true; }
    }
  }
  return false;
}).map((cell) => cell.textContent)
"""


@pytest.mark.parametrize(("width", "media"), [(911, "screen"), (718, "print")])
def test_enlarged_by_half_and_on_paper_nothing_is_cut_off(day: Day, page: Any, width: int, media: str) -> None:
    """At 150% the window is 911 wide, A4 is 718: next steps in whole lines, charts in their box, 怎么办 whole."""
    page.set_viewport_size({"width": width, "height": 512})
    page.goto(day.address)
    page.emulate_media(media=media)
    assert page.locator(".next").bounding_box()["width"] > 300
    for box in page.locator("figure svg").all():
        assert box.bounding_box()["x"] + box.bounding_box()["width"] <= width
    assert fits(page)
    page.emulate_media(media="screen")
    page.locator("tr", has=page.get_by_text("申报有误.xlsx", exact=True)).get_by_role("link").click()
    page.emulate_media(media=media)
    page.wait_for_selector("table.findings")
    assert page.evaluate(WHOLE) == 0
    assert fits(page)


@pytest.mark.parametrize("file", ["完好.xlsx", "申报有误.xlsx"])
def test_on_paper_no_number_is_broken(day: Day, page: Any, file: str) -> None:
    page.goto(day.address)
    page.locator("tr", has=page.get_by_text(file, exact=True)).get_by_role("link").click()
    page.get_by_role("link", name="自评表（可打印）").click()
    page.wait_for_selector(".paper")
    page.emulate_media(media="print")
    is_across = page.locator(".paper.across").count() == 1
    page.set_viewport_size({"width": 1046 if is_across else 718, "height": 512})
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.paper')).page") == (
        "across" if is_across else "auto"
    )
    assert page.evaluate("document.querySelector('.paper').scrollWidth <= window.innerWidth")


DROP = """
([place, names]) => {
  const given = new DataTransfer();
  names.forEach((name) => given.items.add(new File(['x'], name)));
  const drop = new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector(place).dispatchEvent(drop);
  return drop.defaultPrevented;
}
"""


def test_what_is_dropped_on_another_page_goes_into_the_field_that_is_meant(day: Day, page: Any) -> None:
    """And never in the place of the page."""
    page.goto(day.address)
    for path, place, names, words in (
        ("/check-report", "h1", ["报告.docx", "表.xlsx"], "已选：报告.docx　已选：表.xlsx"),
        ("/verify", "h1", ["一.xlsx", "二.xlsx"], "已选：一.xlsx、二.xlsx"),
        ("/settings", "#roster", ["名单.csv"], "已选：名单.csv"),
        ("/settings", "h1", ["名单.csv"], "名单.csv：请拖到要选的那一栏上，或按那一栏的按钮选它。"),
        ("/rules", "h1", ["表.xlsx"], "这一页不收文件，没有接收。自评表请在第一页放入。"),
    ):
        page.goto(day.origin + path)
        assert page.evaluate(DROP, [place, names])
        playwright.expect(page.locator("main > .told")).to_have_text(words)
    page.goto(day.origin + "/check-report")
    page.evaluate(DROP, ["h1", ["报告.docx", "表.xlsx"]])
    chosen = page.eval_on_selector_all("input[type=file]", "all => all.map(one => one.files[0].name)")
    assert chosen == ["报告.docx", "表.xlsx"]


def test_every_page_fits_can_be_read_and_is_named(day: Day, page: Any) -> None:
    page.goto(day.address)
    addresses = page.eval_on_selector_all(
        "table.returns tbody a", "links => links.map(link => link.getAttribute('href'))"
    )
    looked = [addresses[0], addresses[10], f"{addresses[0]}/paper", "/", "/?words=x", "/doubles", "/settings"]
    for path in (*looked, "/template", "/rules", "/verify", "/check-report", "/return/x"):
        page.goto(day.origin + path)
        assert faults(page) == [], path


def test_a_folder_is_dropped_with_the_mouse(page: Any, tmp_path: Path) -> None:
    """As the file manager drags it: the browser walks through it; hidden files stay away, what is no workbook is told.

    Each file keeps the time when it was changed: by it the last of two is known.
    """
    write_returns(tmp_path / "收", 3)
    os.utime(tmp_path / "收" / "00.xlsx", (1_700_000_000, 1_700_000_000))
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        box = page.locator("#drop").bounding_box()
        dragged = {"items": [], "files": [str(tmp_path / "收")], "dragOperationsMask": 1}
        mouse = page.context.new_cdp_session(page)
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"x": box["x"] + 40, "y": box["y"] + 40}
            mouse.send("Input.dispatchDragEvent", {"type": kind, **at, "data": dragged})
            if kind == "dragOver":
                page.wait_for_selector("#drop.over")
        page.wait_for_selector("table.returns")
        page.wait_for_selector(".refused li")
        assert not page.get_by_role("button", name="停止").is_visible()
        assert page.locator(".refused li").all_inner_texts() == [
            "说明.txt：不是自评表，没有接收。绩效自评报告请到“报告核对”放入。"
        ]
        playwright.expect(page.locator(".drop-said")).to_have_text("收到3份，没有接收1份，请看下面。")
        page.locator("#run-said", has_text="评完了，3/3份").wait_for(state="attached")
        page.reload()
        assert not page.locator(".refused").is_visible()
        playwright.expect(page.locator("table.returns tbody tr")).to_have_count(3)
        names = sorted(path.name for path in (tmp_path / "收回").iterdir())
    assert names == ["00.xlsx", "乙县-三镇-02.xlsx", "甲 乡-01.xlsx"]
    assert (tmp_path / "收回" / "00.xlsx").stat().st_mtime == 1_700_000_000


def test_a_folder_is_chosen_with_the_folders_in_it(page: Any, tmp_path: Path) -> None:
    """The chosen folder's own name says nothing; those in it say whose a return is. Hidden files stay away."""
    write_returns(tmp_path / "收", 3)
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.set_input_files("#folder", str(tmp_path / "收"))
        page.wait_for_selector("table.returns")
        names = sorted(path.name for path in (tmp_path / "收回").iterdir())
    assert names == ["00.xlsx", "乙县-三镇-02.xlsx", "甲 乡-01.xlsx"]


def test_a_drop_on_a_desk_that_has_ended_says_so(browser: Any, tmp_path: Path) -> None:
    """And how to open it again; on one that was started anew, too."""
    window = browser.new_context(viewport=SCREEN, locale="zh-CN").new_page()
    file = {"name": "甲局.xlsx", "mimeType": "", "buffer": a_return("project", "甲局")}
    with started(tmp_path / "收回") as (_, address, _):
        window.goto(address)
    port = address.rpartition(":")[2].partition("/")[0]
    window.set_input_files("#files", file)
    window.locator(".refused li", has_text="网页没有应答").wait_for()
    playwright.expect(window.locator(".drop-said")).to_have_text("收到0份，没有接收1份，请看下面。")
    with started(tmp_path / "收回", "--port", port):
        window.set_input_files("#files", file)
        window.locator(".refused li", has_text="网页重新启动过").wait_for()
    window.context.close()


def test_what_is_taken_out_is_asked_about(page: Any, tmp_path: Path) -> None:
    write_returns(tmp_path / "收回", 3)
    before = sorted((tmp_path / "收回").rglob("*.xlsx"))
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.get_by_role("button", name="开始评分").click()
        page.wait_for_selector("table.returns")
        page.locator("table.returns tbody a").first.click()
        page.get_by_text("移走这份报送").click()
        asked: list[str] = []
        page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.get_by_role("button", name="移走", exact=True).click()
        assert "可以在“移走的”里放回" in asked[0]
        assert sorted((tmp_path / "收回").rglob("*.xlsx")) == before
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="移走", exact=True).click()
        page.get_by_role("heading", name="移走的").wait_for()
        assert faults(page) == []
        page.get_by_role("button", name=re.compile("^放回")).click()
        page.get_by_text("没有移走的。").wait_for()
        assert sorted((tmp_path / "收回").rglob("*.xlsx")) == before


def test_by_keyboard_alone(page: Any, tmp_path: Path) -> None:
    """Skip to the text, choose files, type a password, sort, open a return, print: every stop has a ring around it."""
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        with page.expect_file_chooser() as chooser:
            _tab_to(page, "files")
            page.keyboard.press("Enter")
        files = {
            "甲局.xlsx": a_return("project", "甲局"),
            "乙局.xlsx": locked(a_return("project", "乙局"), "a password"),
        }
        chooser.value.set_files([{"name": name, "mimeType": "", "buffer": data} for name, data in files.items()])
        page.wait_for_selector("table.returns")
        _tab_to(page, "password")
        page.keyboard.type("a password")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="乙局", exact=True).wait_for()
        _tab_to_text(page, "错误")
        page.keyboard.press("Enter")
        page.wait_for_selector("th[aria-sort=ascending]")
        _tab_to_text(page, "甲局")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=怎么办")
        _tab_to_text(page, "自评表（可打印）")
        page.keyboard.press("Enter")
        page.wait_for_selector(".paper")
        _tab_to_text(page, "打印")


def _tab_to(page: Any, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    raise AssertionError(name)


def _tab_to_text(page: Any, text: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim().replace(/[▲▼]/, '')") == text:
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", text
            return
    raise AssertionError(text)


def test_a_unit_sends_and_the_officer_decides(page: Any, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "口令.txt").write_text(PASSWORD, "utf-8")
    with started(tmp_path / "收回", "--share", "--password-file", str(tmp_path / "口令.txt")) as (_, address, _):
        page.goto(address)
        playwright.expect(page.get_by_text("同一网络中可能有人看到")).to_have_count(1)
        page.set_input_files(
            "#files", {"name": "甲局.xlsx", "mimeType": "", "buffer": template_of("department-as-filed")}
        )
        page.get_by_role("link", name="甲局.xlsx").click()
        playwright.expect(page.get_by_text("怎么办")).to_have_count(1)
        mine = page.url
        for path in (mine, f"{mine}/paper", f"{address}rules", f"{address}sign-in", f"{address}return/x", address):
            page.goto(path)
            assert faults(page) == [], path
        officer = browser.new_context(viewport=SCREEN).new_page()
        officer.goto(address + "sign-in")
        officer.get_by_label("口令").fill("不对的口令")
        officer.get_by_role("button", name="登录").click()
        playwright.expect(officer.get_by_role("alert")).to_have_text("口令不对。")
        assert faults(officer) == []
        officer.get_by_label("口令").fill(PASSWORD)
        officer.get_by_role("button", name="登录").click()
        officer.get_by_text("有1份来件还没有决定是否采用").wait_for()
        assert faults(officer) == []
        officer.get_by_role("link", name="来件", exact=True).click()
        assert faults(officer) == []
        officer.get_by_role("button", name="采用没有争议的1份").click()
        officer.get_by_role("link", name="首页").click()
        officer.wait_for_selector("table.returns")
        assert (tmp_path / "收回" / "甲局.xlsx").is_file()
        officer.get_by_role("button", name="退出登录").click()
        playwright.expect(officer.get_by_role("heading", name="报送自评表")).to_have_count(1)
        officer.context.close()

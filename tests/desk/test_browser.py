"""The pages in a real browser: Debian's Chromium, driven by Playwright's Python package. No browser is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.batch_returns import a_return, write_returns
from tests.kit.command import command
from tests.kit.desk import PASSWORD, started
from tests.kit.filled import template_of

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


def test_sixty_returns_are_dropped_watched_opened_and_taken_away(page: Any, tmp_path: Path) -> None:
    write_returns(tmp_path / "原件")
    flat = tmp_path / "收"
    flat.mkdir()
    for path in (tmp_path / "原件").rglob("*.xlsx"):
        if not path.name.startswith(("~$", ".~")):
            shutil.copy(path, flat / path.name)
    command("score", flat, "-o", tmp_path / "结果")
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.set_input_files("#files", sorted(map(str, flat.iterdir())))
        page.locator("#run-words", has_text="/60份").wait_for()
        page.wait_for_selector("table.returns")
        assert page.locator("table.returns tbody tr").count() == 60
        assert fits(page)
        page.get_by_label("单位、项目或文件").fill("示例28")
        page.get_by_role("button", name="筛选").click()
        page.get_by_role("link", name="示例28局").click()
        assert page.get_by_text("怎么办").count() == 1
        assert fits(page)
        name, copy = downloaded(page, "下载评分后的工作簿")
        assert copy == (tmp_path / "结果" / name).read_bytes()
        page.get_by_role("link", name="← 返回").click()
        name, whole = downloaded(page, "下载 汇总.xlsx")
        assert (name, whole) == ("汇总.xlsx", (tmp_path / "结果" / "汇总.xlsx").read_bytes())
        name, _ = downloaded(page, "下载全部（zip）")
        assert name == "收回-评分结果.zip"


def test_a_folder_is_dropped_with_the_mouse(page: Any, tmp_path: Path) -> None:
    """As a browser reports a drop: files in a transfer."""
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        data = page.evaluate_handle(
            """(bytes) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], '甲局.xlsx'));
                transfer.items.add(new File(['x'], '说明.txt'));
                return transfer;
            }""",
            list(a_return("project", "甲局")),
        )
        page.dispatch_event("#drop", "drop", {"dataTransfer": data})
        page.get_by_role("link", name="显示结果").click()
        assert "说明.txt" not in page.content()
        assert page.locator("table.returns tbody tr").count() == 1


def test_a_folder_is_chosen_with_the_folders_in_it(page: Any, tmp_path: Path) -> None:
    """The chosen folder's own name says nothing; those in it say whose a return is. Hidden files stay away."""
    write_returns(tmp_path / "收", 3)
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.set_input_files("#folder", str(tmp_path / "收"))
        page.get_by_role("link", name="显示结果").click()
        page.wait_for_selector("table.returns")
        names = sorted(path.name for path in (tmp_path / "收回").iterdir())
    assert names == ["00.xlsx", "乙县-三镇-02.xlsx", "甲 乡-01.xlsx"]


def test_by_keyboard_alone(page: Any, tmp_path: Path) -> None:
    """Skip to the text, choose files, stop nothing, sort, open a return, print: every stop has a ring around it."""
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        with page.expect_file_chooser() as chooser:
            _tab_to(page, "files")
            page.keyboard.press("Enter")
        files = [("甲局.xlsx", "甲局"), ("乙局.xlsx", "乙局")]
        chooser.value.set_files(
            [
                {"name": name, "mimeType": "application/octet-stream", "buffer": a_return("project", unit)}
                for name, unit in files
            ]
        )
        page.wait_for_selector("table.returns")
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
        assert page.get_by_text("同一网络中可能有人看到").count() == 1
        page.set_input_files(
            "#files", {"name": "甲局.xlsx", "mimeType": "", "buffer": template_of("department-as-filed")}
        )
        page.get_by_role("link", name="甲局.xlsx").click()
        assert page.get_by_text("怎么办").count() == 1
        officer = browser.new_context(viewport=SCREEN).new_page()
        officer.goto(address + "sign-in")
        officer.get_by_label("口令").fill("不对的口令")
        officer.get_by_role("button", name="登录").click()
        assert officer.get_by_role("alert").inner_text() == "口令不对。"
        officer.get_by_label("口令").fill(PASSWORD)
        officer.get_by_role("button", name="登录").click()
        officer.get_by_role("link", name="来件").click()
        officer.get_by_role("button", name="采用没有争议的1份").click()
        officer.get_by_role("link", name="首页").click()
        officer.wait_for_selector("table.returns")
        assert (tmp_path / "收回" / "甲局.xlsx").is_file()
        officer.get_by_role("button", name="退出登录").click()
        assert officer.get_by_role("heading", name="报送自评表").count() == 1
        officer.context.close()


def test_the_paper_prints_without_what_is_around_it(page: Any, tmp_path: Path) -> None:
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.set_input_files(
            "#files", {"name": "甲.xlsx", "mimeType": "", "buffer": template_of("department-corrected")}
        )
        page.locator("table.returns tbody a").first.click()
        page.get_by_role("link", name="自评表（可打印）").click()
        page.emulate_media(media="print")
        assert page.get_by_text("部门（单位）整体支出绩效自评表").is_visible()
        assert not page.get_by_role("navigation").first.is_visible()
        assert not page.get_by_role("button", name="打印").is_visible()
        assert page.pdf(format="A4", landscape=True).startswith(b"%PDF")


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


def test_every_page_fits_can_be_read_and_is_named(page: Any, tmp_path: Path) -> None:
    """At 1366×768 nothing hangs over, contrast is AA, each control has a name, each page one heading."""
    with started(tmp_path / "收回") as (_, address, _):
        page.goto(address)
        page.set_input_files(
            "#files", {"name": "甲.xlsx", "mimeType": "", "buffer": template_of("department-as-filed")}
        )
        page.wait_for_selector("table.returns")
        here = page.locator("table.returns tbody a").first.get_attribute("href")
        for path in (
            "/",
            here,
            f"{here}/paper",
            "/settings",
            "/template",
            "/rules",
            "/verify",
            "/check-report",
            "/return/x",
        ):
            page.goto(address.partition("/start")[0] + path)
            assert fits(page), path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(UNNAMED) == [], path
            assert page.locator("h1").count() == (0 if path.endswith("/paper") else 1), path
            assert page.locator("main").count() == 1, path

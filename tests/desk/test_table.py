"""The table of the first page: its order, what it is filtered by, and the way from a return back into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from perf_xlsx.desk.results import STATES, ResultRow, TableQuery
from tests.kit.batch_returns import a_return
from tests.kit.desk import Browser, links, own_desk
from tests.kit.filled import template_of

UNITS = ("丙局", "甲局", "乙局", "丁局")
ROSTER = "单位名称,表种\n丁局,项目\n戊局,项目\n甲局,项目\n乙局,项目\n".encode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with own_desk(tmp_path_factory.mktemp("table") / "收回") as opened:
        opened.post("/settings", files=[("roster", ("名单.csv", ROSTER))])
        opened.drop(
            *((f"{n}.xlsx", a_return("project", unit, 90 + n)) for n, unit in enumerate(UNITS)), ("坏.xlsx", b"PK")
        )
        opened.scored()
        yield opened


def units(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/return/[^"]+">([^<]+)</a>', page)


def test_units_stand_as_the_list_has_them_then_as_they_were_scored(desk: Browser) -> None:
    order = ["丁局", "戊局", "甲局", "乙局", "丙局", "（读不出单位）"]
    assert units(desk.get("/").text) == order
    assert units(desk.get("/?sort=unit").text) == order
    assert units(desk.get("/?sort=unit&down=1").text) == order[::-1]


@pytest.mark.parametrize("down", [False, True])
def test_what_has_no_points_is_sorted_behind_either_way(down: bool, desk: Browser) -> None:
    shown = units(desk.get(f"/?sort=total&down={int(down)}").text)
    assert set(shown[-2:]) == {"戊局", "（读不出单位）"}


def test_claimed_points_have_as_many_decimals_as_ours(desk: Browser) -> None:
    page = desk.get("/").text
    claimed = re.findall(r'<td class="number">([^<]*)</td><td>[^<]*</td>', page.replace("\n", ""))
    assert claimed
    assert all(re.fullmatch(r"—|\d+\.\d\d", one) for one in claimed)


def test_a_next_step_leads_to_the_rows_that_it_is_about(desk: Browser) -> None:
    page = desk.get("/").text
    steps = dict(re.findall(r'<li><a href="/\?([^"]+)#returns">(..)：', page))
    assert sorted(steps.values()) == ["催报", "退回"]
    for address, word in steps.items():
        found = units(desk.get(f"/?{address}").text)
        assert found == (["戊局"] if word == "催报" else [unit for unit in units(page) if unit != "戊局"])
    assert "见“" not in page


def test_from_a_return_one_goes_to_the_next_and_back_to_its_row(desk: Browser) -> None:
    """Filter and order stay."""
    page = desk.get("/?words=局&sort=total&down=1").text
    assert units(page)[-1] == "戊局"
    first = links(page, "/return/")[0].replace("&amp;", "&")
    seen = []
    address: str | None = first
    while address:
        shown = desk.get(address).text
        heading = re.search(r"<h2>(.局)", shown)
        assert heading
        seen.append(heading[1])
        further = re.search(r'href="([^"]+)" rel="next"', shown)
        address = further[1].replace("&amp;", "&") if further else None
    assert seen == units(page)
    back = re.search(r'href="([^"#]+)#(r-[^"]+)">← 返回', shown)
    assert back
    again = desk.get(back[1].replace("&amp;", "&")).text
    assert units(again) == units(page)
    assert f'id="{back[2]}"' in again
    assert 'rel="prev"' not in desk.get(first).text


def test_rates_of_several_forms_are_all_told_on_the_page(tmp_path: Path) -> None:
    """There is no table below that would hold the others."""
    with own_desk(tmp_path / "收回") as opened:
        opened.drop(
            ("甲局.xlsx", a_return("project", "甲局")), ("乙局.xlsx", a_return("department", "乙局")),
            ("丙局.xlsx", template_of("project")), ("丁局.xlsx", template_of("department-corrected")),
        )  # fmt: skip
        assert "见下表" not in opened.scored()


def test_every_state_of_the_filter_is_one_of_a_row() -> None:
    row = ResultRow("a", 0, "f", "f", "u", "", "", "", "", "", 0, 0, "读不出来")
    assert [state for state in STATES if TableQuery(state=state).of([row])] == ["须退回更正", "读不出来"]

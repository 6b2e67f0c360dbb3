"""Published forms of fifteen provinces, with their published figures: what is read, and everything that is found."""

from __future__ import annotations

import json

import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests.kit.expected_reading import differences
from tests.kit.published_tables import FORMS, PUBLISHED

EXPECTED = json.loads((PUBLISHED / "expect.json").read_text("utf-8"))

# Code and severity: the cells; "-" is the form as a whole.
FOUND: dict[str, dict[str, str]] = {
    "ah-xiaoxian": {
        "I01 warning": "F23",
        "R16 notice": "D13",
        "R19 notice": "-",
    },
    "cq-liangping": {
        "F08 warning": "E4",
        "F09 warning": "F4",
        "R19 notice": "- E7",
        "W01 error": "F8",
    },
    "hb-shangwu": {
        "I01 warning": "E11 E12 E15",
        "I13 warning": "B11",
        "R06 warning": "G10",
        "R13 warning": "F14 F17 F18",
        "R17 warning": "A8",
        "R19 notice": "- F4",
        "T01 error": "G19",
    },
    "he-chengan": {
        "I08 warning": "H15",
        "R12 notice": "C3 H13",
        "R19 notice": "- B3 E2 F8 I9",
        "R19 warning": "C17",
    },
    "hn-guantang": {
        "F08 warning": "E5",
        "R12 notice": "F16",
        "R16 notice": "-",
        "R19 notice": "- A3 B6 B7",
    },
    "layout-neimeng": {
        "R12 notice": "I10",
        "R19 notice": "-",
    },
    "nx-yuanzhou": {
        "F03 notice": "H7 H9",
        "F09 warning": "F7",
        "I12 error": "H22",
        "R09 warning": "D9 F9",
        "R12 notice": "G15 G16 G17 G22 H2",
        "R19 notice": "- A11 A4 B4",
        "W01 error": "E12",
    },
    "old-ah-guichi-cunji": {
        "F01 error": "D7 F7",
        "F06 error": "E7",
        "F08 warning": "E8",
        "I13 warning": "B14",
        "R19 notice": "-",
        "W01 error": "G13",
    },
    "old-cq-kexuecheng": {
        "F09 warning": "E5",
        "I01 warning": "D10 D11 D12 D13 D14 D15 D16 D17 D22 D27 D9",
        "I02 error": "E10 E16",
        "I03 error": "G10 G16",
        "I06 error": "J17",
        "I08 warning": "G23 G24 G25",
        "R06 error": "-",
        "R12 notice": "E9 G18 G19 G20 G21 G9",
        "R19 notice": "-",
        "W01 error": "I8",
    },
    "old-hb-huangshi": {
        "I13 warning": "B11",
        "I19 notice": "F11",
        "R06 warning": "G10",
        "R19 warning": "G11 G14",
        "R12 notice": "F13 F15 F17 F18",
        "R13 warning": "F14",
        "R14 warning": "B21 B22",
        "R17 warning": "A8",
        "R19 notice": "-",
    },
    "old-jx-shangrao": {
        "R09 warning": "D7 E7 F7",
        "R17 warning": "G7",
        "R19 notice": "-",
        "W05 notice": "G14",
    },
    "old-nx-yinchuan": {
        "I02 error": "F25",
        "I03 error": "G25",
        "I06 error": "H13",
        "I07 error": "I19 I23 I24",
        "I19 notice": "G17",
        "R07 error": "H25",
        "I21 warning": "H10 H11 H12 H14 H15 H16 H9",
        "R12 notice": "G18 G19 G23 G24",
        "R19 notice": "- D4",
        "R19 warning": "C13",
    },
    "old-sc-daying225": {
        "I03 error": "H15 H16 H17 H18",
        "I13 warning": "B15",
        "N01 warning": "G6",
        "R07 error": "J15",
        "R19 notice": "- G6",
    },
    "sc-qingshen": {
        "I03 error": "H15 H16",
        "I13 warning": "B15",
        "N01 warning": "G6",
        "R07 error": "J15",
        "R19 notice": "- G6",
        "W05 notice": "I15",
    },
    "sd-licheng": {
        "F06 error": "E9",
        "I19 notice": "F13",
        "R17 warning": "-",
        "R19 notice": "-",
    },
    "sh-putuo-2forms": {
        "F03 notice": "H6",
        "F09 warning": "F6",
        "R12 notice": "F15 F6",
        "R19 notice": "-",
    },
    "sx-jishan-yibao": {
        "F03 notice": "H7",
        "I01 warning": "E14",
        "I04 warning": "H18 H19",
        "I06 error": "H14 I7",
        "R19 notice": "-",
        "T02 error": "H20",
    },
    "yn-linxiang": {
        "F03 notice": "H6 H7",
        "I06 error": "I6",
        "R12 notice": "F15",
        "R19 notice": "-",
        "T02 error": "H21",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_published_form_is_read_as_a_careful_person_reads_it(name: str) -> None:
    result = pipeline.score(PUBLISHED / f"{name}.xlsx")
    assert differences(EXPECTED[name], as_json(result)) == []


@pytest.mark.parametrize("name", FORMS)
def test_all_that_is_found_in_a_published_form(name: str) -> None:
    found: dict[str, list[str]] = {}
    for one in pipeline.score(PUBLISHED / f"{name}.xlsx").findings:
        if one.code != "R06" or "工作表" not in one.message:  # a second form in the workbook is another matter
            found.setdefault(f"{one.code} {one.severity}", []).append(one.place.cell or "-")
    assert {what: " ".join(sorted(cells)) for what, cells in found.items()} == FOUND[name]

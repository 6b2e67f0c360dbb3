"""A slip of the hand is found where it is: a small share of what benchmarks/reports.py measures."""

from __future__ import annotations

import random

from tests.kit.reports import of_our_examples, share_found


def test_single_changes_are_found_at_their_place() -> None:
    share, missed = share_found(of_our_examples(), 150, random.Random(16))
    assert share >= 0.97, [one.what for one in missed]


def test_exchanges_of_two_right_figures_are_found() -> None:
    share, missed = share_found(of_our_examples(), 80, random.Random(17), both=True)
    assert share >= 0.95, [one.what for one in missed]

"""The readers of every kind of cell, with one collector of findings."""

from __future__ import annotations

from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.reading.cells.cell_findings import CellFindings
from perf_xlsx.reading.cells.numbers import NumberReader
from perf_xlsx.reading.cells.rates import RateReader
from perf_xlsx.reading.cells.texts import TextReader
from perf_xlsx.rulebook import Rulebook


class CellReader:
    """Readers of texts, numbers and rates that share a collector, a year, a rulebook and a money unit."""

    def __init__(
        self, collector: FindingCollector, year: int | None, rules: Rulebook, findings: CellFindings | None = None,
        money_unit: str = "",
    ) -> None:  # fmt: skip
        self.collector, self.year, self.rules = collector, year, rules
        self.findings = findings or CellFindings(collector)
        self.texts = TextReader(self.findings, year, rules)
        self.numbers = NumberReader(self.findings, self.texts, money_unit)
        self.rates = RateReader(self.findings, self.numbers)

    def in_unit(self, money_unit: str) -> CellReader:
        """The same reader for a form whose amounts are in this unit."""
        return CellReader(self.collector, self.year, self.rules, self.findings, money_unit)

"""perf_xlsx: budget-performance self-evaluation (预算绩效自评) in Excel."""

__version__ = "0.2.0"

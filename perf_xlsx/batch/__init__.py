"""Many workbooks: planned, scored by any executor, told in plan order, and gone on with after a kill."""

from perf_xlsx.batch.backends import (
    Backend,
    ended_process,
    in_process,
    this_process_limited,
)
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.plan import Plan, beside, others, plan
from perf_xlsx.batch.roster import Roster
from perf_xlsx.batch.run import Finished, run
from perf_xlsx.batch.state import begun, goes_on, roster_of_run, saved, without_comparisons

__all__ = [
    "Backend",
    "BatchError",
    "Finished",
    "Plan",
    "Roster",
    "begun",
    "beside",
    "ended_process",
    "goes_on",
    "in_process",
    "others",
    "plan",
    "roster_of_run",
    "run",
    "saved",
    "this_process_limited",
    "without_comparisons",
]

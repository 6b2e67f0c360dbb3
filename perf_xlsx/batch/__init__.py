"""Many workbooks: planned, scored by any executor, told in plan order, and gone on with after a kill."""

from perf_xlsx.batch.backends import Crew, cluster, fallen, given, here, limited, local
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.plan import Plan, beside, others, plan
from perf_xlsx.batch.roster import Roster, read_roster
from perf_xlsx.batch.run import Finished, run
from perf_xlsx.batch.state import goes_on, saved

__all__ = [
    "BatchError",
    "Crew",
    "Finished",
    "Plan",
    "Roster",
    "beside",
    "cluster",
    "fallen",
    "given",
    "goes_on",
    "here",
    "limited",
    "local",
    "others",
    "plan",
    "read_roster",
    "run",
    "saved",
]

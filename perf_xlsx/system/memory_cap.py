"""Limits of the operating system on a process: its memory, and on Windows its end together with its parent."""

from __future__ import annotations

import sys
from contextlib import suppress


def cap_memory(size: int) -> None:
    """Limit the memory of this process to `size` bytes. If the system refuses, its limits stay unchanged."""
    with suppress(ImportError, OSError, ValueError, AttributeError):
        if sys.platform == "win32":
            _current_in(_job(_PROCESS_MEMORY, size))
        else:
            import resource

            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (size, hard))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _PROCESS_MEMORY, _ENDS_WITH_ITS_JOB = 0x100, 0x2000  # JOB_OBJECT_LIMIT_…, …_KILL_ON_JOB_CLOSE
    _EXTENDED = 9  # JobObjectExtendedLimitInformation
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _kernel.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        wintypes.LPVOID,
        wintypes.DWORD,
    )
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    def bind(process: int) -> None:
        """End the process with that handle, and its children, whenever and however this process ends."""
        with suppress(OSError):
            _put(_job(_ENDS_WITH_ITS_JOB), process)

    def _current_in(job: int) -> None:
        _put(job, _kernel.GetCurrentProcess())

    def _job(flags: int, memory: int = 0) -> int:
        """Create a job object; its handle stays open until this process ends. Raises OSError."""
        job: int = _kernel.CreateJobObjectW(None, None)
        limit = _Extended()
        limit.BasicLimitInformation.LimitFlags = flags
        limit.ProcessMemoryLimit = memory
        if not job or not _kernel.SetInformationJobObject(
            job, _EXTENDED, ctypes.byref(limit), ctypes.sizeof(limit)
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        return job

    def _put(job: int, process: int) -> None:
        """Put a process into a job, nested in the job it already belongs to. Raises OSError."""
        if not _kernel.AssignProcessToJobObject(job, process):
            raise ctypes.WinError(ctypes.get_last_error())

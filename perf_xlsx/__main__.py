"""`python -m perf_xlsx`."""

from perf_xlsx.launcher import main

if __name__ == "__main__":
    main()

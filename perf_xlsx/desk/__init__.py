"""A page on one's own machine, or on an office's server: drop returns, see findings, take the copies away.

It scores nothing itself. A folder is scored by the command `score`, a visitor's return by the batch that `score`
runs; what the pages show is read from what these wrote.
"""

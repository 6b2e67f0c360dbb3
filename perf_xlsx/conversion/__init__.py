"""Workbooks of other formats, carried over into a template of ours."""

"""Converts workbooks of other formats into filled templates."""

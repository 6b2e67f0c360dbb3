"""A bureau's own workbook becomes a form: what its labels mean, checked by a person, and templates like it."""

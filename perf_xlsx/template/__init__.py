"""Form -> blank or filled-in workbook, with live formulas."""

"""Reads a returned workbook: sheets -> layout -> shifts -> rows -> form, with the findings about all of them."""

"""评分汇总, the first sheet of a scored workbook."""

"""A returned workbook -> SelfEvaluation and findings: where its boxes stand, what stands in and beside them."""

"""Receipts of scored copies: written by a run, and what they prove about a workbook that comes back."""

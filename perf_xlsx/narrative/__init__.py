"""A written report (绩效自评报告) held against its scored form: figures by their roles, and what is wrong."""

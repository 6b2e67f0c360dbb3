"""A written report (绩效自评报告) held against its scored form: figures bound to their roles, and what is wrong."""

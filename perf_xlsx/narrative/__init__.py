"""A written report (绩效自评报告) held against its scored form: each figure bound to its role, and what is wrong."""

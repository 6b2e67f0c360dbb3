"""Forms typed into the live template."""

from __future__ import annotations

from tests.live import Form, blank_form

WEIGHTS = (20, 20, 10, 10, 20, 10)

POINTS = (19.6, 20, 9, 9.09, 18, 10)


def base(rulebook: str = "mof-2020") -> Form:
    """A department form that is well made: 95.49, 优."""
    form = blank_form("department", rulebook)
    rows = (
        ("产出指标", "培训人次", "≥", 100, "人次", 98), ("产出指标", "验收合格率", "≥", 95, "%", 96),
        ("产出指标", "完成及时率", "≥", 90, "%", 81), ("成本指标", "单位成本", "≤", 50, "元", 55),
        ("效益指标", "用水保障", "定性", "有所提升", None, "达成"), ("满意度指标", "群众满意度", "≥", 90, "%", 92),
    )  # fmt: skip
    for at, row in enumerate(rows):
        keys = ("level1", "name", "sign", "target", "unit", "actual")
        for key, value in (*zip(keys, row, strict=True), ("weight", WEIGHTS[at]), ("claimed_points", POINTS[at])):
            form.type(f"px_indicators_{key}", value, row=at)
        if POINTS[at] < WEIGHTS[at]:
            form.type("px_indicators_reason", "设备到货较晚影响进度", row=at)
            form.type("px_indicators_improvement", "下年度提前采购设备", row=at)
    for line, adjusted, executed in (("basic", 800, 784), ("project", 200, 196)):
        for key, value in (("initial", adjusted), ("adjusted", adjusted), ("executed", executed)):
            form.type(f"px_funds_{line}_{key}", value)
    for key, value in (("name", "水库维修"), ("adjusted", 200), ("executed", 196)):
        form.type(f"px_projects_{key}", value)
    form.type("px_unit", "示例县水利局")
    for box, claim in (("execution_points", 9.8), ("grade", "优")):
        form.type(f"px_claimed_{box}", claim)
    return form

"""The blocks of a form as reading asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.forms import Block, Box, Boxes, Form, Lines, Rows, typed


def funds_of(form: Form) -> Lines:
    """The block of the form's money, which every form has."""
    block = form.block("funds")
    assert isinstance(block, Lines)
    return block


def table_of(form: Form, key: str) -> Rows:
    """The table with this key. Raises KeyError where the form has none."""
    block = form.block(key)
    assert isinstance(block, Rows)
    return block


def tables_of(form: Form) -> Iterator[Rows]:
    """Every table of free rows."""
    return (block for block in form.blocks if isinstance(block, Rows))


def single_boxes(form: Form) -> Iterator[Box]:
    """Every box outside the tables that a person fills."""
    for block in form.blocks:
        if isinstance(block, Boxes):
            yield from typed(block.boxes)


def boxes_of(block: Block) -> tuple[Box, ...]:
    """The boxes or columns of a block, computed ones included."""
    return block.boxes if isinstance(block, Boxes) else block.columns


def labels_of(block: Block) -> list[tuple[str, ...]]:
    """The labels by which a block is recognised: of each box, column and line."""
    lines = [line.labels for line in block.lines] if isinstance(block, Lines) else []
    return [box.labels for box in typed(boxes_of(block))] + lines

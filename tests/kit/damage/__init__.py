"""What people do to a workbook before they send it back: each kind of damage as one small function.

A damage changes the workbook as Excel, WPS or a person would. Those of cells come before those of structure, so
that a cell is found where the template put it. What openpyxl cannot write is put in afterwards, in the XML.
"""

from tests.kit.damage import looks, numbers, sheets, structure, texts
from tests.kit.damage.bench import DAMAGES, PICTURE, damaged, entries, labels_of_path, undamaged
from tests.kit.damage.numbers import capitals
from tests.kit.damage.structure import drop_names, rename, shift

__all__ = [
    "DAMAGES", "PICTURE", "capitals", "damaged", "drop_names", "entries", "labels_of_path", "looks", "numbers", "rename", "sheets",
    "shift", "structure", "texts", "undamaged",
]  # fmt: skip

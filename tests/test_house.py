"""Laws of the product's code: a name that stands in two rooms means the same in both; functions are short."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import perf_xlsx

PRODUCT = Path(perf_xlsx.__file__).parent
FRONT = "a front"
LONGEST = 40  # lines of a function
FRONTS = ("cli/", "desk/pages/")  # a command or a page has the name of what it is the front of


@cache
def _modules() -> dict[str, ast.Module]:
    paths = sorted(PRODUCT.rglob("*.py"))
    return {path.relative_to(PRODUCT).as_posix(): ast.parse(path.read_bytes()) for path in paths}


def _shared(names_of: Callable[[ast.stmt], Iterator[str]], place: Callable[[str], str]) -> dict[str, set[str]]:
    """Names at the top of modules that stand in several places."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for module, tree in _modules().items():
        for statement in tree.body:
            for name in names_of(statement):
                places[name].add(place(module))
    return {name: where for name, where in places.items() if len(where) > 1}


def _types(statement: ast.stmt) -> Iterator[str]:
    """A class, or a short name for a type."""
    if isinstance(statement, ast.ClassDef):
        yield statement.name
    if isinstance(statement, ast.Assign):
        names = (target.id for target in statement.targets if isinstance(target, ast.Name))
        yield from (name for name in names if name[0].isupper() and not name.isupper())


def _functions(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and not statement.name.startswith("_"):
        yield statement.name


def _room(module: str) -> str:
    return FRONT if module.startswith(FRONTS) else module.split("/")[0]


def test_no_two_classes_share_a_name() -> None:
    assert not _shared(_types, str)


def test_no_functions_of_two_rooms_share_a_name() -> None:
    rooms = {name: where - {FRONT} for name, where in _shared(_functions, _room).items()}
    assert {name: where for name, where in rooms.items() if len(where) > 1} == {}


def test_functions_are_short() -> None:
    long = {
        (module, node.name)
        for module, tree in _modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST
    }
    assert long == set()

"""The top-level definitions of a source file, to propose where it could be split."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One top-level definition, with its first and last line (from 1)."""

    name: str
    first: int
    last: int

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return self.last - self.first + 1


def outline(path: str, text: str) -> list[Definition]:
    """The definitions of a Python, JavaScript or TypeScript file, in order.

    Empty for other languages, and for Python that does not parse.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in {".py", ".pyi"}:
        return _python(text)
    if suffix in _SCRIPTS:
        return _script(text)
    return []


_SCRIPTS: Final = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})

_SCRIPT_DEFINITION: Final = re.compile(
    r"(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?"
    r"(?:function\*?|class|interface|enum|namespace|type|const|let|var) ([\w$]+)"
)


def _python(text: str) -> list[Definition]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the checked file: not ours to print
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        Definition(name=node.name, first=_first_line(node), last=node.end_lineno or node.lineno)
        for node in body
        if isinstance(node, kinds)
    ]


def _first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _script(text: str) -> list[Definition]:
    """A definition starts at the left margin and ends before the next: close enough to split."""
    lines = text.split("\n")
    starts = [(n, m[1]) for n, line in enumerate(lines, 1) if (m := _SCRIPT_DEFINITION.match(line))]
    ends = [first - 1 for first, _ in starts[1:]] + [len(lines)]
    return [
        Definition(name=name, first=first, last=last)
        for (first, name), last in zip(starts, ends, strict=True)
    ]

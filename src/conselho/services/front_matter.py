"""A Markdown file with YAML on top: the values, and the line that each of them stands on.

The YAML is untrusted. It is read into plain values only, keys are texts and stand once, aliases are
refused (a few lines of them can unfold to gigabytes), and its depth is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

FENCE = "---"
DEEPEST = 12


class MalformedFile(Exception):
    """The text cannot be read; `line` counts from 1."""

    def __init__(self, line: int, reason: str, path: Path = ()) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.path = path


@dataclass(slots=True)
class FrontMatter:
    """`lines` has the line of each key and list entry by its path, `()` the first.

    `repeated` are keys that stand twice, with the line of the second; `values` has the first.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[Path, int]] = field(default_factory=list)
    body: str = ""

    def line_of(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_front_matter(text: str) -> FrontMatter:
    """The parts of a file whose lines end in LF. Raises MalformedFile."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise MalformedFile(1, f"the file must begin with a line '{FENCE}' and YAML below it")
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
    if end is None:
        raise MalformedFile(1, f"the YAML at the top is not closed by a line '{FENCE}'")
    front = FrontMatter(lines={(): 1}, body="\n".join(lines[end + 1 :]).strip())
    _Reader("\n".join(lines[1:end]), front).read()
    return front


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases and without deep nesting."""

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            self._refuse("aliases are not allowed; put a value that begins with '*' in quotes")
        if self.depth == DEEPEST:
            self._refuse("the YAML is nested too deeply")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, problem: str) -> NoReturn:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _Reader:
    """Turns the YAML nodes into values of `front`, noting their lines."""

    def __init__(self, source: str, front: FrontMatter) -> None:
        self._source = source
        self._front = front

    def read(self) -> None:
        try:
            self._loader = _Loader(self._source)
            root = self._loader.get_single_node()
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            raise MalformedFile(mark.line + 2 if mark else 1, _hint(exc.problem or "")) from exc
        except yaml.reader.ReaderError as exc:
            line = self._source.count("\n", 0, exc.position) + 2
            raise MalformedFile(line, "a character that YAML does not allow") from exc
        if root is None:
            return
        if not isinstance(root, MappingNode):
            raise MalformedFile(2, "the YAML at the top must be keys with values, one a line")
        self._front.values = self._mapping(root, ())

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, ScalarNode):
                raise MalformedFile(line, "a key must be a plain word", path)
            key = str(key_node.value)
            here = (*path, key)
            if key in values:
                self._front.repeated.append((here, line))
                continue
            self._front.lines[here] = line
            values[key] = self._value(value_node, here)
        return values

    def _value(self, node: Node, path: Path) -> Any:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return self._sequence(node, path)
        try:
            return self._loader.construct_object(node)
        except (yaml.MarkedYAMLError, ValueError) as exc:
            # ValueError: a number of a thousand digits, the 31st of February
            reason = exc.problem if isinstance(exc, yaml.MarkedYAMLError) else str(exc)
            raise MalformedFile(_line(node), str(reason), path) from exc

    def _sequence(self, node: SequenceNode, path: Path) -> list[Any]:
        values = []
        for index, entry in enumerate(node.value):
            here = (*path, index)
            self._front.lines[here] = _line(entry)
            values.append(self._value(entry, here))
        return values


def _line(node: Node) -> int:
    """The line in the file: marks count from 0, and the fence stands above."""
    return int(node.start_mark.line) + 2


def _hint(problem: str) -> str:
    """YAML's complaint, with the cure where the cause is a cron line or a time like `@daily`."""
    if "alphabetic or numeric character" in problem:
        return "put a value that begins with '*' or '&' in quotes"
    if "cannot start any token" in problem:
        return f"{problem}; put the value in quotes"
    return problem

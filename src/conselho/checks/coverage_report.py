"""Read a coverage report: Cobertura XML, coverage.py JSON or lcov.

All three become the same thing: for each file, which lines can run and which of them did. Rates
that a report claims are not used; they are counted again from its lines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from conselho.checks.files import TooLarge, read_regular
from conselho.checks.report import CannotCheck

_MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Measured:
    """The lines of one file: line -> whether it ran. `path` is as the report writes it."""

    path: str
    ran: dict[int, bool] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """How many lines can run."""
        return len(self.ran)

    @property
    def covered(self) -> int:
        """How many of them did."""
        return sum(self.ran.values())

    @property
    def missing(self) -> list[int]:
        """The lines that did not run, in order."""
        return sorted(line for line, ran in self.ran.items() if not ran)

    def saw(self, line: int, ran: bool) -> None:
        """Note one line; a line that ran once counts as run, however often it is named."""
        self.ran[line] = self.ran.get(line, False) or ran


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """The files of one report, and the folders that their paths may be relative to."""

    files: Sequence[Measured]
    sources: Sequence[str] = ()


def read_coverage(path: Path) -> CoverageReport:
    """The report in `path`, in any of the three formats; the content decides, not the name.

    Raises CannotCheck when it cannot be read, is none of the three, or is damaged.
    """
    try:
        content = read_regular(path, _MAX_BYTES)
    except TooLarge as error:
        raise CannotCheck(f"{path} is larger than {_MAX_BYTES // 2**20} MiB.") from error
    except OSError as error:
        raise CannotCheck(f"{path} cannot be read: {error.strerror or error}.") from error
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    try:
        if start == b"<":
            return _cobertura(content)
        return _coverage_json(content) if start == b"{" else _lcov(content)
    except _Damaged as error:
        raise CannotCheck(
            f"{path} is not a coverage report that can be read: {error}.",
            "Known are Cobertura XML (coverage xml), coverage.py JSON (coverage json) and lcov.",
        ) from error


class _Damaged(Exception):
    """What is wrong with the report, without its path and without a full stop."""


class _CoberturaReader:
    """Handlers for expat, which reads the file without building a tree.

    An entity may expand to gigabytes or name a file of this machine, so a report that declares one
    is refused. A plain `<!DOCTYPE coverage SYSTEM "...dtd">` is common and harmless: expat never
    loads it.
    """

    def __init__(self) -> None:
        self.files: dict[str, Measured] = {}
        self.sources: list[str] = []
        self._open: list[str] = []
        self._file: Measured | None = None
        self._text: list[str] = []

    def read(self, content: bytes) -> CoverageReport:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise _Damaged(f"it is not well-formed XML ({error})") from error
        except _Damaged as error:
            raise _Damaged(f"line {parser.CurrentLineNumber}: {error}") from error
        return CoverageReport(files=list(self.files.values()), sources=self.sources)

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if internal:
            raise _Damaged("it brings its own document type, which may hide an attack")

    def _entity(self, *_: object) -> None:
        raise _Damaged("it uses entities, which may hide an attack")

    def _external(self, *_: object) -> int:
        raise _Damaged("it refers to an external entity, which may hide an attack")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open and tag != "coverage":
            raise _Damaged(f"its outermost element is <{tag[:40]}>, not <coverage>")
        self._open.append(tag)
        if tag == "class":
            name = attributes.get("filename", "")
            self._file = self.files.setdefault(name, Measured(path=name))
        elif tag == "line" and self._open[-3:-1] == ["class", "lines"] and self._file:
            self._file.saw(_count(attributes.get("number")), _count(attributes.get("hits")) > 0)
        elif tag == "source":
            self._text = []

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag == "class":
            self._file = None
        elif tag == "source":
            self.sources.append("".join(self._text).strip())

    def _characters(self, text: str) -> None:
        if self._open[-1] == "source":
            self._text.append(text)


def _cobertura(content: bytes) -> CoverageReport:
    return _CoberturaReader().read(content)


def _coverage_json(content: bytes) -> CoverageReport:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _Damaged(f"it is not valid JSON ({error})") from error
    files = document.get("files")
    if not isinstance(files, dict):
        raise _Damaged('it has no object "files"')
    return CoverageReport(files=[_json_file(path, entry) for path, entry in files.items()])


def _json_file(path: str, entry: Any) -> Measured:
    measured = Measured(path=path)
    for key, ran in (("executed_lines", True), ("missing_lines", False)):
        lines = entry.get(key) if isinstance(entry, dict) else None
        if not isinstance(lines, list):
            raise _Damaged(f'the file {path[:200]!r} has no list "{key}"')
        for line in lines:
            measured.saw(_count(line), ran)
    return measured


def _lcov(content: bytes) -> CoverageReport:
    files: dict[str, Measured] = {}
    current: Measured | None = None
    for number, row in enumerate(content.decode(errors="surrogateescape").split("\n"), 1):
        key, _, value = row.strip().partition(":")
        if key == "SF":
            current = files.setdefault(value, Measured(path=value))
        elif key == "DA":
            line, _, rest = value.partition(",")
            if current is None:
                raise _Damaged(f"line {number}: a DA record outside of a file")
            try:
                current.saw(_count(line), _count(rest.partition(",")[0]) > 0)
            except _Damaged as error:
                raise _Damaged(f"line {number}: {error}") from error
        elif key == "end_of_record":
            current = None
    if not files:
        raise _Damaged("it is neither XML nor JSON, and holds no lcov record")
    return CoverageReport(files=list(files.values()))


def _count(value: object) -> int:
    """A line number or a hit count; some tools write counts with a sign or a fraction."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        raise _Damaged(f"{str(value)[:40]!r} is not a number") from None

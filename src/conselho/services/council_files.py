"""Council files: one councilor a file, YAML on top and the task's prompt below.

All problems of all files are found in one pass, each as `file:line: field: reason`. The format is
described in docs/council-files.md.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from conselho.errors import Invalid, InvalidCouncilFile
from conselho.services.agent_rules import (
    NO_RULES,
    SeatRules,
    agent_problems,
    resolve_cwd,
    seat_problems,
)
from conselho.services.form_problems import FieldProblem, problems
from conselho.services.forms import AgentForm, ConfigForm, CustomizationForm
from conselho.services.front_matter import FrontMatter, MalformedFile, read_front_matter

SIZE_LIMIT = 256 * 1024


class FileForm(AgentForm, ConfigForm):
    """All that a council file may say: the agent's fields and the seat's, side by side."""

    customization: CustomizationForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilFile:
    """One file that is in order. `name` is its file name; `digest` is sha256 of its text.

    `cwd` is absolute: where the file says nothing, the folder that holds the council directory.
    """

    name: str
    form: FileForm
    cwd: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilReading:
    """What a directory holds: the files in order by name, and what people should know of it.

    `files` has the sound ones only; `accepted` gives them when there are no others.
    """

    files: tuple[CouncilFile, ...]
    problems: tuple[InvalidCouncilFile, ...]
    warnings: tuple[str, ...]

    def accepted(self) -> tuple[CouncilFile, ...]:
        """All files. Raises InvalidCouncil when any of them is not in order."""
        if self.problems:
            raise InvalidCouncil(self.problems)
        return self.files


class InvalidCouncil(Invalid):
    """Council files that are refused, and with them all the others. One line for each problem."""

    def __init__(self, found: Sequence[InvalidCouncilFile]) -> None:
        super().__init__("", "\n".join(map(str, found)))
        self.problems = tuple(found)


def read_council(
    directory: Path,
    *,
    known_providers: Collection[str],
    workspaces: Collection[Path] = (),
    rules: SeatRules = NO_RULES,
) -> CouncilReading:
    """Read all `*.md` of a directory; hidden ones and README.md are left out.

    Raises Invalid when the directory itself cannot be read.
    """
    directory = Path(os.path.abspath(directory))
    try:
        paths = sorted(path for path in directory.iterdir() if _is_council_file(path.name))
    except OSError as exc:
        reason = f"the council directory '{directory}' cannot be read: {exc.strerror}"
        raise Invalid("council_dir", reason) from exc
    reader = _CouncilReader(directory.parent, known_providers, workspaces, rules)
    for path in paths:
        reader.add_path(path)
    return reader.reading()


def parse_council_text(
    files: Iterable[tuple[str, str]],
    base: Path,
    *,
    known_providers: Collection[str],
    workspaces: Collection[Path] = (),
    rules: SeatRules = NO_RULES,
) -> CouncilReading:
    """As read_council, for (file name, text) pairs; relative cwds count from `base`.

    A megabyte of YAML takes seconds to read: a server calls this in a thread.
    """
    reader = _CouncilReader(base, known_providers, workspaces, rules)
    for name, text in sorted(files):
        if "/" in name or "\\" in name or not name.isprintable():
            reader.refuse(ascii(name), 1, "", "must be a file name without folders")
        elif _is_council_file(name):
            reader.add_bytes(name, text.encode("utf-8", "surrogatepass"))
    return reader.reading()


def _is_council_file(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(".md") and not name.startswith(".") and lower != "readme.md"


class _CouncilReader:
    """Takes one file after the other and keeps what it found."""

    def __init__(
        self,
        base: Path,
        known_providers: Collection[str],
        workspaces: Collection[Path],
        rules: SeatRules,
    ) -> None:
        self._base = base
        self._known_providers = known_providers
        self._workspaces = workspaces
        self._rules = rules
        self._files: list[CouncilFile] = []
        self._problems: list[InvalidCouncilFile] = []
        self._warnings: list[str] = []
        self._owner: dict[str, str] = {}

    def reading(self) -> CouncilReading:
        return CouncilReading(
            files=tuple(self._files),
            problems=tuple(self._problems),
            warnings=tuple(self._warnings),
        )

    def refuse(self, name: str, line: int, field: str, reason: str) -> None:
        self._problems.append(InvalidCouncilFile(name, line, field, reason))

    def add_path(self, path: Path) -> None:
        try:
            if not path.resolve(strict=True).is_relative_to(path.parent.resolve()):
                self.refuse(path.name, 1, "", "is a link that leads out of the council directory")
            elif not path.is_file():
                self.refuse(path.name, 1, "", "is not a file")
            else:
                with path.open("rb") as file:
                    self.add_bytes(path.name, file.read(SIZE_LIMIT + 1))
        except (OSError, RuntimeError) as exc:  # RuntimeError: a circle of links
            reason = exc.strerror if isinstance(exc, OSError) else "a circle of links"
            self.refuse(path.name, 1, "", f"cannot be read: {reason}")

    def add_bytes(self, name: str, content: bytes) -> None:
        if len(content) > SIZE_LIMIT:
            self.refuse(name, 1, "", f"is larger than {SIZE_LIMIT // 1024} kB")
            return
        try:
            text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            front = read_front_matter(text)
        except UnicodeDecodeError as exc:
            line = content.count(b"\n", 0, exc.start) + 1
            self.refuse(name, line, "", "is not UTF-8 text")
        except MalformedFile as exc:
            self.refuse(name, exc.line, FieldProblem(exc.path, "").field, exc.reason)
        else:
            self._add_form(name, front, hashlib.sha256(text.encode()).hexdigest())

    def _add_form(self, name: str, front: FrontMatter, digest: str) -> None:
        for path, line in front.repeated:
            reason = f"stands here a second time, first on line {front.line_of(path)}"
            self.refuse(name, line, FieldProblem(path, "").field, reason)
        found = [*self._taken(name, front), *_file_problems(front)]
        try:
            form = FileForm.model_validate(_with_body(front), extra="forbid")
        except ValidationError as exc:
            known = {problem.path for problem in found}
            found += [one for one in problems(exc, FileForm) if one.path not in known]
            self._refuse_all(name, front, found)
            return
        found += agent_problems(form, self._known_providers)
        found += seat_problems(form, form.provider, self._rules)
        cwd = self._cwd(form, found)
        if found or front.repeated:
            self._refuse_all(name, front, found)
            return
        if not Path(cwd).is_dir():
            line = front.line_of(("cwd",))
            self._warnings.append(f"{name}:{line}: cwd: there is no folder {cwd!r} at present")
        self._files.append(CouncilFile(name=name, form=form, cwd=cwd, digest=digest))

    def _taken(self, name: str, front: FrontMatter) -> list[FieldProblem]:
        agent_id = str(front.values.get("agent_id", "")).strip()
        owner = self._owner.setdefault(agent_id, name) if agent_id else name
        if owner == name:
            return []
        return [FieldProblem(("agent_id",), f"{agent_id!r} is the agent_id of {owner} too")]

    def _cwd(self, form: FileForm, found: list[FieldProblem]) -> str:
        try:
            resolved = resolve_cwd(form.cwd or ".", base=self._base, workspaces=self._workspaces)
        except Invalid as exc:
            found.append(FieldProblem((exc.field,), exc.reason))
            resolved = None
        return resolved or ""

    def _refuse_all(self, name: str, front: FrontMatter, found: list[FieldProblem]) -> None:
        for one in sorted(found, key=lambda problem: front.line_of(problem.path)):
            self.refuse(name, front.line_of(one.path), one.field, one.message)


def _with_body(front: FrontMatter) -> dict[str, Any]:
    """The values with the body as the task's prompt; a task may be only its name."""
    task = front.values.get("task")
    if isinstance(task, str):
        task = {"name": task}
    if isinstance(task, dict) and not task.get("prompt"):
        task = task | {"prompt": front.body}
    return front.values | {"task": task}


def _file_problems(front: FrontMatter) -> list[FieldProblem]:
    """What only a file can have wrong."""
    found = []
    task, customization = front.values.get("task"), front.values.get("customization")
    if isinstance(task, dict) and task.get("prompt") and front.body:
        message = "stands here and below the YAML too: keep one of them"
        found.append(FieldProblem(("task", "prompt"), message))
    elif task and not (isinstance(task, dict) and task.get("prompt")) and not front.body:
        message = "is required: write below the YAML what the councilor shall do"
        found.append(FieldProblem(("task", "prompt"), message))
    if isinstance(customization, dict) and customization.get("color", "") is None:
        message = "is empty: '#' begins a comment in YAML, so put the color in quotes"
        found.append(FieldProblem(("customization", "color"), message))
    return found

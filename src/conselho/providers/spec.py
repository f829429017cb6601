"""A provider as data: what to start, with what around it, and how its output is to be read.

    argv  =  command  arguments  permissions[level].arguments  model_arguments  budget_arguments

Arguments, values of variables and contents of files may hold placeholders: `{model}`, `{cwd}`...
Other braces are left alone, since settings are often JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from conselho.config import nearest

PROMPT_FILE = "prompt.md"  # in the scratch folder, where the prompt goes by file


class PromptWay(StrEnum):
    """How the prompt reaches the program. Never in argv: 200 kB there fail with E2BIG."""

    STDIN = "stdin"
    FILE = "file"


class Parser(StrEnum):
    """Which reader understands the output. text: none; the output is the answer."""

    TEXT = "text"
    CLAUDE = "claude"
    CODEX = "codex"
    GEMINI = "gemini"
    OPENCODE = "opencode"


class Level(StrEnum):
    """How much an agent may do. read-only: look. write: change files in its folder. full: run."""

    READ_ONLY = "read-only"
    WRITE = "write"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionProfile:
    """What holds the program to one level: further arguments and variables."""

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for a million tokens. `cached`: input read from the provider's cache; None: as input."""

    input: float
    output: float
    cached: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """Everything that makes one agent CLI differ from another.

    name: what agents write in `provider`. label: its name for people.
    command, arguments: argv, the program first. model_arguments, budget_arguments: added when the
    agent has a model, when the councilor has a max_cost_usd.
    prompt: the way of the prompt. parser: the reader of the output.
    permissions: a profile a level. A level that is not there cannot be asked for; none at all:
    what the program may do is its own affair, and `examine` says so.
    environment: names of variables that the child gets beside the base list, `PREFIX*` for many;
    those of `credentials` too. pinned: those that it gets too, empty where the server has none, so
    that no file of the folder it works in can give them a value. set: variables given to it.
    files: written under the scratch folder, by relative name. files_with: by variable, files that
    take the place of those of the same name while the child has it and it is not empty.
    forbidden_files: it would obey these, so it does not run in a folder that has one, or below such
    a folder (up to HOME, whose own files are the user's).
    credentials, credential_files: any one of these variables or files is enough (`~/` is HOME,
    `$NAME/` a folder that a variable of the child names); when `credentials_required` is false
    their absence is a warning.
    version_command: arguments that make it tell its version; empty: it is never asked.
    minimum_version: an older one is refused. install: how to get it, one sentence.
    model_required: it has no default model worth relying on. model_sources: unless one of these
    speaks of a model: variables of the child, or files as in credential_files.
    enforces_budget: it stops by itself at max_cost_usd. tells_cost: its usage has a cost.
    prices: by model, `*` for all others; then the cost is computed when the program gives none.
    is_agent: a model answers. If not, exit code and output are the evidence, as for any program.
    """

    name: str
    label: str
    command: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    model_arguments: tuple[str, ...] = ()
    budget_arguments: tuple[str, ...] = ()
    prompt: PromptWay = PromptWay.STDIN
    parser: Parser = Parser.TEXT
    permissions: Mapping[str, PermissionProfile] = field(default_factory=dict)
    environment: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    set: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    files_with: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forbidden_files: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    credential_files: tuple[str, ...] = ()
    credentials_required: bool = True
    version_command: tuple[str, ...] = ("--version",)
    minimum_version: str | None = None
    install: str | None = None
    model_required: bool = False
    model_sources: tuple[str, ...] = ()
    enforces_budget: bool = False
    tells_cost: bool = False
    prices: Mapping[str, Price] = field(default_factory=dict)
    is_agent: bool = True

    @property
    def argument_lists(self) -> Mapping[str, tuple[str, ...]]:
        """Every list that becomes part of argv, by its field."""
        levels = {
            f"permissions.{level}.arguments": profile.arguments
            for level, profile in self.permissions.items()
        }
        return {
            "command": self.command,
            "arguments": self.arguments,
            "model_arguments": self.model_arguments,
            "budget_arguments": self.budget_arguments,
            **levels,
        }

    @property
    def needs_model(self) -> bool:
        """Whether it cannot run for an agent without a model."""
        return self.model_required or self.speaks_of_model

    @property
    def speaks_of_model(self) -> bool:
        """Whether its command line or its files have a place for the model in any case."""
        alternatives = (text for files in self.files_with.values() for text in files.values())
        always = (*self.command, *self.arguments, *self.files.values(), *alternatives)
        return any("model" in placeholders(text) for text in always)


# What each placeholder stands for; docs/providers.md has the same list.
PLACEHOLDERS: Mapping[str, str] = {
    "model": "the agent's model",
    "max_cost_usd": "the councilor's max_cost_usd",
    "timeout_seconds": "the councilor's timeout_seconds",
    "timeout_ms": "the same in milliseconds",
    "request_timeout_ms": "a quarter of it, for one request to the model",
    "cwd": "the folder the agent works in",
    "scratch": "an empty folder of this attempt",
    "prompt_file": "the file that holds the prompt",
    "home": "the home directory",
}

# Those that not every councilor has a value for.
OPTIONAL = frozenset({"model", "max_cost_usd"})

_PLACEHOLDER = re.compile(r"\{([a-z][a-z_]{0,40})\}")


def placeholders(text: str) -> set[str]:
    """The `{words}` in a text, known or not."""
    return set(_PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with the placeholders that have a value replaced, once, by exactly that value.

    Inside JSON, or a table of TOML, the value is escaped, so that it stays one text there.
    """
    has_table = '{"' in text

    def value(match: re.Match[str]) -> str:
        found = values.get(match.group(1))
        if found is None:
            return match.group(0)
        return json.dumps(found, ensure_ascii=False)[1:-1] if has_table else found

    return _PLACEHOLDER.sub(value, text)


def problems(spec: ProviderSpec) -> Iterator[tuple[str, str]]:
    """What cannot work, as (field, reason) with reasons that say what to do."""
    if not spec.command or not spec.command[0].strip():
        yield "command", "is empty. Name the program first, then its arguments."
    for where, arguments in spec.argument_lists.items():
        for text in arguments:
            yield from _argument_problems(where, text)
    yield from _prompt_problems(spec)
    tables = {"files": spec.files}
    tables |= {f"files_with.{variable}": files for variable, files in spec.files_with.items()}
    for where, files in tables.items():
        for name in files:
            path = PurePosixPath(name)
            if not name or path.is_absolute() or ".." in path.parts or path.name == PROMPT_FILE:
                yield where, f"{name!r} must be a relative path inside the scratch folder."
    if spec.enforces_budget and not spec.budget_arguments:
        yield "budget_arguments", "are missing, and enforces_budget is true. Say how it is told."


def _argument_problems(where: str, text: str) -> Iterator[tuple[str, str]]:
    if "\0" in text:
        yield where, "an argument holds a NUL character, which no program can be given."
    found = placeholders(text)
    for word in sorted(found - PLACEHOLDERS.keys()):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        close = nearest(word, PLACEHOLDERS)
        yield where, f"there is no placeholder {{{word}}}.{close} Known: {known}."
    if "max_cost_usd" in found and where != "budget_arguments":
        yield where, "{max_cost_usd} belongs into budget_arguments: not every councilor has one."
    if "model" in found and where.startswith("permissions."):
        yield where, "{model} belongs into model_arguments: not every agent has one."


def _prompt_problems(spec: ProviderSpec) -> Iterator[tuple[str, str]]:
    texts = [text for _, arguments in spec.argument_lists.items() for text in arguments]
    texts += spec.set.values()
    names_file = any("prompt_file" in placeholders(text) for text in texts)
    if spec.prompt is PromptWay.FILE and not names_file:
        yield "prompt", "is 'file', but nothing names {prompt_file}. Add it to arguments."
    if spec.prompt is PromptWay.STDIN and names_file:
        yield "prompt", "must be 'file' where {prompt_file} is used."

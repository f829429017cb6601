"""A council file made of an entry of the shipped catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import ScalarNode

from conselho.errors import Invalid
from conselho.services.agent_rules import NO_RULES, SeatRules, agent_problems, seat_problems
from conselho.services.catalogue import Entry, Investigator
from conselho.services.council_files import FileForm
from conselho.services.form_problems import InvalidForm, problems

# An agent that reads a repository takes minutes; the usual bound is made for checks.
AGENT_TIMEOUT_SECONDS = 1_800
BUILT_IN_CHECKS = ("python", "-m", "conselho.checks")


def council_file_text(
    entry: Entry,
    *,
    provider: str,
    agent_id: str,
    known_providers: Collection[str],
    cwd: str | None = None,
    schedule: str | None = None,
    model: str | None = None,
    command: Sequence[str] = (),
    rules: SeatRules = NO_RULES,
) -> str:
    """The text of a council file that `conselho check` accepts.

    Without `schedule` it has the one that the entry suggests; without `cwd` the agent works in the
    folder that holds the council directory. Provider `command` runs `command`, or without one the
    built-in check that does what the template asks for.
    Raises Invalid, naming the field, when something given cannot stand in a council file.
    """
    if provider == "command" and not command:
        command, body = _built_in_check(entry), entry.description
    else:
        body = _prompt(entry, provider)
    values = {
        **_agent(entry, agent_id, provider, model, command, cwd),
        "title": entry.title,
        "schedule": schedule or entry.schedule.value,
        "task": {"name": entry.task.name, "output_format": entry.task.output_format.value},
    }
    if provider != "command":
        values["policies"] = {"timeout_seconds": AGENT_TIMEOUT_SECONDS}
        if isinstance(entry, Investigator):
            values["instructions"] = entry.instructions
    _check(values, body, known_providers, rules)
    return file_text(values, body)


def file_text(values: Mapping[str, Any], body: str) -> str:
    """Values as YAML on top, in their order, and the body below; read_front_matter takes it."""
    front = yaml.dump(
        dict(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000
    )
    return f"---\n{front}---\n\n{body}\n"


def _built_in_check(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Investigator) or not entry.check:
        reason = "name the program to run and its arguments; no built-in check does this work"
        raise Invalid("command", reason)
    return (*BUILT_IN_CHECKS, *entry.check)


def _prompt(entry: Entry, provider: str) -> str:
    """A plain program is told the task alone, so the instructions must stand in it."""
    if isinstance(entry, Investigator) and provider == "command":
        return f"{entry.instructions}\n\n{entry.task.prompt}"
    return entry.task.prompt


def _agent(
    entry: Entry,
    agent_id: str,
    provider: str,
    model: str | None,
    command: Sequence[str],
    cwd: str | None,
) -> dict[str, Any]:
    if command and provider != "command":
        raise Invalid("command", f"goes with provider 'command', not with {provider!r}")
    given = {"model": model, "command": list(command) or None, "cwd": cwd}
    return {
        "agent_id": agent_id,
        "name": entry.name,
        "emoji": entry.emoji,
        "description": entry.description,
        "provider": provider,
        **{key: value for key, value in given.items() if value is not None},
    }


def _check(
    values: dict[str, Any], body: str, known_providers: Collection[str], rules: SeatRules
) -> None:
    task = {**values["task"], "prompt": body}
    try:
        form = FileForm.model_validate({**values, "task": task}, extra="forbid")
    except ValidationError as exc:
        raise InvalidForm(problems(exc, FileForm)) from exc
    found = agent_problems(form, known_providers) or seat_problems(form, form.provider, rules)
    if found:
        raise InvalidForm(found)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are, under a `|`."""

    def represent_text(self, text: str) -> ScalarNode:
        style = "|" if "\n" in text else None
        if _OTHER_LINE_ENDS.search(text):
            style = '"'  # Only there are they written in a way that is read back.
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_Dumper.add_representer(str, _Dumper.represent_text)

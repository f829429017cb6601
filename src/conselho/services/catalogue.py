"""The shipped catalogue: task templates and investigators, each in Portuguese and in English.

They are Markdown files of the package (docs/catalogue.md tells their form), read once and checked
by the rules that council files keep: whatever stands here can become a councilor as it is.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import StringConstraints, ValidationError

from conselho.errors import NotFound
from conselho.models.agent import OutputFormat
from conselho.models.schedule import parse_schedule
from conselho.services.forms import Emoji, Form, Line, Prompt, ScheduleForm, TaskForm, Text
from conselho.services.front_matter import FrontMatter, MalformedFile, read_front_matter

Language = Literal["pt-BR", "en"]
LANGUAGES: tuple[Language, ...] = ("pt-BR", "en")
# Parts an investigator's file: above it the instructions, below it the prompt of its first task.
TASK_MARK = "<!-- task -->"


class _Texts(Form):
    """What both kinds of entry say. `schedule` is a suggestion."""

    lang: Language
    name: Line
    title: Line
    emoji: Emoji
    description: Line
    schedule: ScheduleForm

    def _document(self) -> dict[str, Any]:
        schedule = parse_schedule(self.schedule.value)
        return {
            **self.model_dump(mode="json", exclude={"schedule"}),
            "schedule": {"type": schedule.type.value, "value": schedule.value},
        }


class Template(_Texts):
    """A task for any agent: its prompt, how to answer, and how often to ask.

    `check` are the arguments of the built-in check that does the same without a model, if there is
    one.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[A-Z]+(_[A-Z]+)*$")]
    output_format: OutputFormat
    prompt: Prompt
    check: tuple[Text, ...] = ()

    @property
    def slug(self) -> str:
        """The key as file names and agent ids spell it."""
        return self.key.lower().replace("_", "-")

    @property
    def task(self) -> TaskForm:
        return TaskForm(name=self.name, prompt=self.prompt, output_format=self.output_format)

    def document(self) -> dict[str, Any]:
        """The entry as JSON shows it."""
        return {"kind": "template", "agent_id": self.slug, **self._document()}


class Investigator(_Texts):
    """An agent with a trade: what it is told before every task, and the task it begins with."""

    agent_id: Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
    instructions: Text
    task: TaskForm

    @property
    def key(self) -> str:
        return self.agent_id

    @property
    def slug(self) -> str:
        return self.agent_id

    def document(self) -> dict[str, Any]:
        """The entry as JSON shows it."""
        return {"kind": "investigator", "key": self.key, **self._document()}


Entry = Template | Investigator
Kind = TypeVar("Kind", Template, Investigator)


class UnknownEntry(NotFound):
    """No entry has this key. The message names those that there are."""

    def __init__(self, key: str, keys: dict[str, str]) -> None:
        super().__init__("catalogue entry", key)
        close = get_close_matches(_slug(key), keys, n=1)
        hint = f" Did you mean {keys[close[0]]!r}?" if close else ""
        self.args = (f"{self} Known: {', '.join(keys.values())}.{hint}",)


def language(asked: str | None) -> Language:
    """The shipped language for a tag or a locale: any Portuguese is pt-BR, all else is en."""
    main = re.split(r"[-_.@]", (asked or "").strip().lower(), maxsplit=1)[0]
    return "pt-BR" if main == "pt" else "en"


def templates(lang: str | None) -> tuple[Template, ...]:
    """The task templates in the language nearest to `lang`, by their keys."""
    return _shipped("templates", Template, language(lang))


def investigators(lang: str | None) -> tuple[Investigator, ...]:
    """The investigators in the language nearest to `lang`, by their keys."""
    return _shipped("investigators", Investigator, language(lang))


def entries(lang: str | None) -> tuple[Entry, ...]:
    """Everything in the language nearest to `lang`, templates first."""
    return (*templates(lang), *investigators(lang))


def entry(key: str, lang: str | None) -> Entry:
    """The entry of this key; `check-performance` is CHECK_PERFORMANCE too.

    Raises UnknownEntry, which names those that there are.
    """
    by_slug = {one.slug: one for one in entries(lang)}
    try:
        return by_slug[_slug(key)]
    except KeyError:
        keys = {slug: one.key for slug, one in by_slug.items()}
        raise UnknownEntry(key, keys) from None


def document(lang: str | None) -> dict[str, Any]:
    """The whole catalogue in one language, as JSON shows it."""
    return {
        "lang": language(lang),
        "languages": list(LANGUAGES),
        "templates": [one.document() for one in templates(lang)],
        "investigators": [one.document() for one in investigators(lang)],
    }


def _slug(key: str) -> str:
    return key.strip().lower().replace("_", "-")


@cache
def _shipped(folder: str, form: type[Kind], lang: Language) -> tuple[Kind, ...]:
    """The entries of one folder, read from the package. A damaged file is a fault of ours."""
    catalogue = resources.files("conselho") / "catalogue"
    rules = (catalogue / f"ground-rules.{lang}.md").read_text(encoding="utf-8").strip()
    files = [one for one in (catalogue / folder).iterdir() if one.name.endswith(f".{lang}.md")]
    return tuple(_read(file, form, lang, rules) for file in sorted(files, key=lambda one: one.name))


def _read(file: Traversable, form: type[Kind], lang: Language, rules: str) -> Kind:
    try:
        front = read_front_matter(file.read_text(encoding="utf-8"))
        values = _values(front, form, rules)
        return form.model_validate({**values, "lang": lang}, extra="forbid")
    except (MalformedFile, ValidationError) as exc:
        exc.add_note(f"in the shipped file {file.name}")
        raise


def _values(front: FrontMatter, form: type[Entry], rules: str) -> dict[str, Any]:
    """The values of one file with its texts in their places, the ground rules below them."""
    if front.repeated:
        path, line = front.repeated[0]
        raise MalformedFile(line, "stands here a second time", path)
    if form is Template:
        return {**front.values, "prompt": f"{front.body}\n\n{rules}"}
    instructions, mark, prompt = front.body.partition(f"\n{TASK_MARK}\n")
    if not mark or TASK_MARK in prompt:
        raise MalformedFile(1, f"must have one line {TASK_MARK!r} below the instructions")
    return {
        **front.values,
        "instructions": f"{instructions.strip()}\n\n{rules}",
        "task": {**front.values.get("task", {}), "prompt": prompt},
    }

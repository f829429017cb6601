"""The shipped catalogue: what is in it, and that every entry can become a councilor as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from conselho.errors import Invalid, NotFound
from conselho.services.catalogue import (
    LANGUAGES,
    Entry,
    Investigator,
    Language,
    Template,
    document,
    entries,
    entry,
    investigators,
    language,
    templates,
)
from conselho.services.council_file_text import council_file_text
from conselho.services.council_files import CouncilFile, parse_council_text

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "conselho" / "catalogue"
BASE = Path("/somewhere")
PROVIDERS = ("command", "claude", "my-own")

EVERY = [pytest.param(one, id=f"{one.slug}.{lang}") for lang in LANGUAGES for one in entries(lang)]
CHECKS = [one for one in templates("en") if one.check]


def parsed(text: str) -> CouncilFile:
    reading = parse_council_text([("a.md", text)], BASE, known_providers=PROVIDERS)
    (file,) = reading.accepted()
    return file


# -- what there is ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_five_templates_and_four_investigators_ship_in_each_language(lang: Language) -> None:
    assert [one.key for one in templates(lang)] == [
        "CHECK_DEPENDENCIES",
        "CHECK_INLINE_CSS",
        "CHECK_MONOLITHIC_FILES",
        "CHECK_PERFORMANCE",
        "CHECK_TEST_COVERAGE",
    ]
    assert [one.key for one in investigators(lang)] == [
        "architecture-reviewer",
        "code-quality-analyst",
        "performance-investigator",
        "security-auditor",
    ]
    assert {one.lang for one in entries(lang)} == {lang}


def test_a_file_is_named_after_its_entry_and_none_is_left_unread() -> None:
    read = {f"{one.slug}.{lang}.md" for lang in LANGUAGES for one in entries(lang)}
    rules = {f"ground-rules.{lang}.md" for lang in LANGUAGES}
    assert {path.name for path in FOLDER.rglob("*") if path.is_file()} == read | rules


@pytest.mark.parametrize("key", [one.key for one in entries("en")])
def test_the_languages_differ_in_their_texts_alone(key: str) -> None:
    portuguese, english = entry(key, "pt-BR"), entry(key, "en")
    for one in (portuguese, english):
        assert len({one.name, one.title, one.description, one.task.prompt}) == 4
    for field in ("name", "title", "description"):
        assert getattr(portuguese, field) != getattr(english, field)
    assert portuguese.task.prompt != english.task.prompt
    assert portuguese.schedule == english.schedule
    assert portuguese.emoji == english.emoji
    assert portuguese.task.output_format == english.task.output_format
    assert getattr(portuguese, "check", None) == getattr(english, "check", None)


@pytest.mark.parametrize(
    ("key", "output_format"),
    [
        ("CHECK_MONOLITHIC_FILES", "checklist"),
        ("CHECK_TEST_COVERAGE", "checklist"),
        ("CHECK_DEPENDENCIES", "detailed"),
        ("CHECK_INLINE_CSS", "checklist"),
        ("CHECK_PERFORMANCE", "detailed"),
    ],
)
def test_each_template_asks_for_its_form_of_report(key: str, output_format: str) -> None:
    assert entry(key, "en").task.output_format == output_format


@pytest.mark.parametrize("one", EVERY)
def test_each_entry_tells_the_agent_when_each_severity_is_right(one: Entry) -> None:
    for severity in ("error", "warning", "info", "success"):
        assert f"- `{severity}`: " in one.task.prompt


@pytest.mark.parametrize("one", EVERY)
def test_each_entry_has_the_ground_rules_of_its_language_once(one: Entry) -> None:
    rules = (FOLDER / f"ground-rules.{one.lang}.md").read_text(encoding="utf-8").strip()
    instructions = one.instructions if isinstance(one, Investigator) else ""
    assert (instructions + one.task.prompt).count(rules) == 1


def test_the_wheel_carries_every_file_of_the_catalogue() -> None:
    shipped = {Path(file.path) for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert set(FOLDER.rglob("*.md")) <= shipped


# -- looking up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("pt-BR", "pt-BR"),
        ("pt", "pt-BR"),
        ("PT_br.UTF-8", "pt-BR"),
        ("pt-PT", "pt-BR"),
        (" pt@euro", "pt-BR"),
        ("en", "en"),
        ("en_US.UTF-8", "en"),
        ("de", "en"),
        ("ptx", "en"),
        ("C", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_any_portuguese_is_brazilian_and_all_else_english(asked: str | None, found: str) -> None:
    assert language(asked) == found
    assert entry("security-auditor", asked).lang == found


@pytest.mark.parametrize("key", ["CHECK_PERFORMANCE", "check-performance", " Check_Performance "])
def test_an_entry_is_found_however_its_key_is_spelled(key: str) -> None:
    assert entry(key, "en").key == "CHECK_PERFORMANCE"


def test_an_unknown_key_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(NotFound) as refused:
        entry("security-auditer", "en")
    message = str(refused.value)
    assert message.startswith("There is no catalogue entry 'security-auditer'. Known: CHECK_DEP")
    assert all(one.key in message for one in entries("en"))
    assert message.endswith("Did you mean 'security-auditor'?")
    assert refused.value.key == "security-auditer"


def test_a_key_like_no_other_gets_no_guess() -> None:
    with pytest.raises(NotFound, match=r"security-auditor\.$"):
        entry("kraken", "en")


def test_the_document_has_the_whole_texts() -> None:
    whole = document("pt")
    assert (whole["lang"], whole["languages"]) == ("pt-BR", ["pt-BR", "en"])
    template = next(one for one in whole["templates"] if one["key"] == "CHECK_INLINE_CSS")
    assert template == {
        "kind": "template",
        "key": "CHECK_INLINE_CSS",
        "agent_id": "check-inline-css",
        "lang": "pt-BR",
        "name": "CSS embutido",
        "title": "Fiscal das folhas de estilo",
        "emoji": "🎨",
        "description": entry("CHECK_INLINE_CSS", "pt-BR").description,
        "schedule": {"type": "interval", "value": "7d"},
        "output_format": "checklist",
        "prompt": entry("CHECK_INLINE_CSS", "pt-BR").task.prompt,
        "check": ["inline-css"],
    }
    auditor = next(one for one in whole["investigators"] if one["key"] == "security-auditor")
    assert auditor["agent_id"] == "security-auditor"
    assert auditor["instructions"].startswith("Você faz auditoria de segurança")
    assert auditor["task"]["prompt"].startswith("Audite este repositório")
    assert auditor["task"]["output_format"] == "detailed"


# -- council files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["claude", "my-own"])
@pytest.mark.parametrize("one", EVERY)
def test_each_entry_becomes_a_council_file_for_any_agent(one: Entry, provider: str) -> None:
    text = council_file_text(
        one, provider=provider, agent_id="bia", known_providers=PROVIDERS, model="large"
    )
    file = parsed(text)
    form = file.form
    assert (form.agent_id, form.provider, form.model) == ("bia", provider, "large")
    assert (form.name, form.emoji, form.title) == (one.name, one.emoji, one.title)
    assert form.description == one.description
    assert form.schedule.value == one.schedule.value
    assert form.task == one.task
    assert form.instructions == (one.instructions if isinstance(one, Investigator) else None)
    assert form.policies.permissions == "read-only"
    assert form.policies.timeout_seconds > 600
    assert file.cwd == str(BASE)


@pytest.mark.parametrize("one", EVERY)
def test_each_entry_can_be_given_to_any_program(one: Entry) -> None:
    command = ["my-agent", "--print", "it's: #1"]
    text = council_file_text(
        one, provider="command", agent_id="bia", known_providers=PROVIDERS, command=command
    )
    form = parsed(text).form
    assert form.command == command
    # A plain program is given the prompt and nothing else.
    assert form.instructions is None
    assert one.task.prompt in form.task.prompt
    assert not isinstance(one, Investigator) or one.instructions in form.task.prompt


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.key)
def test_without_a_program_a_template_is_done_by_its_built_in_check(
    one: Template, tmp_path: Path
) -> None:
    text = council_file_text(one, provider="command", agent_id=one.slug, known_providers=PROVIDERS)
    form = parsed(text).form
    assert form.task.prompt == one.description
    program, *arguments = form.command
    assert program == "python"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, capture_output=True, timeout=60
    )
    # It understood its arguments (2 otherwise), and there was nothing to look at.
    assert done.returncode == 3, done.stderr


@pytest.mark.parametrize("key", ["CHECK_PERFORMANCE", "security-auditor"])
def test_what_no_check_does_needs_a_program(key: str) -> None:
    with pytest.raises(Invalid, match="no built-in check") as refused:
        council_file_text(
            entry(key, "en"), provider="command", agent_id="a", known_providers=PROVIDERS
        )
    assert refused.value.field == "command"


@pytest.mark.parametrize("text", ["yes", "0x1f", "a: b", "# c", "'q' \"q\"", "ação", "- x", "*x"])
def test_what_looks_like_yaml_stays_a_text(text: str) -> None:
    written = council_file_text(
        entry("security-auditor", "en"),
        provider="claude",
        agent_id="0",
        known_providers=PROVIDERS,
        model=text,
        cwd=f"sub/{text}",
        schedule="*/5 * * * 1-5",
    )
    file = parsed(written)
    assert (file.form.agent_id, file.form.model) == ("0", text)
    assert file.form.cwd == f"sub/{text}"
    assert file.form.schedule.value == "*/5 * * * 1-5"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"agent_id": "no blanks"}, "agent_id"),
        ({"agent_id": ""}, "agent_id"),
        ({"provider": "cloude"}, "provider"),
        ({"schedule": "0m"}, "schedule.value"),
        ({"schedule": "now and then"}, "schedule.value"),
        ({"model": "two\nlines"}, "model"),
        ({"cwd": "x" * 5_000}, "cwd"),
        ({"command": ["make"]}, "command"),
        ({"provider": "command", "command": ["x" * 60_000]}, "command.0"),
    ],
)
def test_what_cannot_stand_in_a_council_file_is_refused_by_its_field(
    given: dict[str, Any], field: str
) -> None:
    usual = {"provider": "claude", "agent_id": "a"}
    with pytest.raises(Invalid) as refused:
        council_file_text(
            entry("security-auditor", "en"), **(usual | given), known_providers=PROVIDERS
        )
    assert refused.value.field == field

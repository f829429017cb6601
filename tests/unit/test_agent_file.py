"""A councilor that is written as a file and read back is the same one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from conselho.errors import InvalidSchedule
from conselho.models.agent import Agent, Customization
from conselho.models.ids import AgentId
from conselho.services.agent_file import agent_file_name, agent_file_text
from conselho.services.council_files import CouncilFile, FileForm, parse_council_text
from conselho.services.seats import file_over, new_agent
from tests.support.clock import NOON
from tests.support.factories import make_agent

BASE = Path("/srv/project")
PROVIDERS = ("command", "claude")


def read_back(text: str, name: str = "ana.md", timezone: str = "UTC") -> Agent:
    """The agent that a server without one makes of the file."""
    reading = parse_council_text([(name, text)], BASE, known_providers=PROVIDERS)
    [file] = reading.accepted()
    return made_of(file, timezone)


def made_of(file: CouncilFile, timezone: str) -> Agent:
    return file_over(new_agent(file.form, file.cwd, NOON), file, timezone, NOON)


def told(agent: Agent) -> Agent:
    """Without what says where the agent comes from."""
    return replace(agent, source=None, source_digest=None)


# Every kind of character that a form takes: quotes, line ends of all sorts, signs of YAML, emoji.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60)
marked = st.text(
    st.sampled_from("a -#:|>'\"\n\r\t\\{}[]&*!%@`~,?=\x85\u2028\ufeffé🦉01"), min_size=1
)
any_text = texts | marked | st.sampled_from(["---", "---\nx: 1", "true", "2026-01-01", "1e3", "~"])
one_line = any_text.map(lambda text: "".join(c for c in text if c.isprintable()) or "x")


def some(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


schedules = st.fixed_dictionaries(
    {"value": st.sampled_from(["30m", "0 9 * * 1", "@daily", "2027-12-24T18:00", "1d"])},
    optional={
        "enabled": st.booleans(),
        "timezone": st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon"]),
        "gap": st.sampled_from(["run_after", "skip"]),
        "fold": st.sampled_from(["once", "twice"]),
        "jitter_seconds": st.integers(0, 600),
        "starts_at": st.sampled_from(["2026-12-01", "2026-12-01T08:30", "2026-12-01T08:30:07Z"]),
        "ends_at": st.sampled_from(["2028-12-01", "2028-12-01T08:30+02:00"]),
        "active_hours": st.just(["09:00-18:00", "mon-fri 22:00-06:00"]),
        "excluded_dates": st.sampled_from([["12-25"], ["2026-12-31", "01-01"]]),
        "excluded_calendars": st.just(["feriados"]),
    },
)
policies = some(
    {
        "timeout_seconds": st.floats(0.5, 86_400),
        "silence_timeout_seconds": st.integers(1, 600),
        "max_attempts": st.integers(1, 10),
        "retry_jitter": st.floats(0, 1),
        "retry_on_timeout": st.booleans(),
        "deadline_seconds": st.integers(1, 86_400),
        "priority": st.integers(1, 9),
        "overlap": st.sampled_from(["skip", "queue", "cancel_running", "allow"]),
        "catch_up": st.sampled_from(["one", "all", "none"]),
        "max_cost_usd_per_month": st.floats(0.01, 1_000),
        "continuity": st.booleans(),
        "permissions": st.sampled_from(["read-only", "write", "full"]),
        "evidence": st.sampled_from(["required", "optional"]),
    }
)
forms = st.fixed_dictionaries(
    {
        "agent_id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
        "name": one_line,
        "command": st.lists(any_text, min_size=1, max_size=4),
        "title": one_line,
        "schedule": schedules,
        "task": st.fixed_dictionaries(
            {"name": one_line, "prompt": any_text},
            optional={
                "context_files": st.lists(st.sampled_from(["a.py", "docs/b.md"])),
                "output_format": st.sampled_from(["summary", "detailed", "checklist"]),
            },
        ),
    },
    optional={
        "emoji": st.sampled_from(["🦉", "x", "👩‍💻"]),
        "description": any_text,
        "instructions": any_text,
        "provider": st.sampled_from(PROVIDERS),
        "model": one_line,
        "cwd": st.sampled_from(["/srv/project", "/srv/#other: place", "/"]),
        "tags": st.lists(one_line, max_size=3),
        "notifications": some(
            {
                "on_success": st.booleans(),
                "on_error": st.booleans(),
                "channels": st.sampled_from([["toast"], ["panel", "email"]]),
                "ping_url": st.just("https://hc.example/ping/1?a=b#c"),
            }
        ),
        "policies": policies,
        "customization": some(
            {
                "enabled": st.booleans(),
                "display_name": one_line,
                "avatar_url": st.just("/owl.png"),
                "color": st.sampled_from(["#fff", "#123456"]),
            }
        ),
    },
)


@given(forms)
def test_an_agent_written_as_a_file_and_read_back_is_equal(sent: dict[str, Any]) -> None:
    try:
        form = FileForm.model_validate(sent)
        form.schedule.to_schedule("UTC")
    except (ValidationError, InvalidSchedule):
        assume(False)
    file = CouncilFile(name="ana.md", form=form, cwd=form.cwd or str(BASE), digest="")
    agent = made_of(file, "America/Sao_Paulo")

    # On a server with another zone of its own.
    again = read_back(agent_file_text(agent), timezone="UTC")

    assert told(again) == told(agent)


def test_the_prompt_stands_below_and_defaults_are_left_out() -> None:
    agent = make_agent(cwd="/srv/project", tags=("code",))
    assert agent_file_text(agent) == (
        "---\n"
        "agent_id: ana\n"
        "name: Ana\n"
        "emoji: 🦉\n"
        "provider: command\n"
        "command:\n"
        "- 'true'\n"
        "cwd: /srv/project\n"
        "tags:\n"
        "- code\n"
        "title: Guardiã\n"
        "schedule:\n"
        "  value: 30m\n"
        "  timezone: UTC\n"
        "task:\n"
        "  name: look around\n"
        "---\n"
        "\n"
        "Look around and report.\n"
    )


def test_an_empty_customization_is_kept() -> None:
    agent = make_agent(cwd="/srv", customization=Customization())
    assert read_back(agent_file_text(agent)).customization == Customization()


def test_without_a_seat_there_is_no_file() -> None:
    with pytest.raises(ValueError, match="not a councilor"):
        agent_file_text(make_agent(councilor_config=None))


@given(st.text())
@example("../evil.md")
@example("a/b.md")
@example(".hidden.md")
def test_a_file_name_is_plain_whatever_owns_the_agent(source: str) -> None:
    name = agent_file_name(make_agent(source=source))
    assert name == "ana.md" or name == source
    assert "/" not in name
    assert not name.startswith(".")


def test_a_file_keeps_its_name_and_none_is_a_readme() -> None:
    assert agent_file_name(make_agent(source="quality.md")) == "quality.md"
    assert agent_file_name(make_agent(AgentId("ReadMe"))) == "councilor-ReadMe.md"

"""What people send: what is taken, what it becomes, and the sentence for what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from conselho.errors import Invalid
from conselho.models.agent import CatchUp, CouncilorConfig, Customization, OutputFormat, Overlap
from conselho.models.documents import schedule_document
from conselho.models.schedule import Fold, Gap, Schedule, ScheduleType
from conselho.services.agent_rules import agent_problems, resolve_cwd
from conselho.services.form_problems import FieldProblem, problems
from conselho.services.forms import (
    AgentForm,
    ConfigForm,
    ConfigPatch,
    CustomizationForm,
    EnabledForm,
    Form,
    PromoteForm,
    ScheduleForm,
)

FormT = TypeVar("FormT", bound=BaseModel)

AGENT = {"agent_id": "Quality_Agent", "name": "Quality", "command": ["true"]}
CONFIG: dict[str, Any] = {
    "title": "Guardian of Quality",
    "schedule": {"type": "interval", "value": "30m", "enabled": True},
    "task": {"name": "Monolithic files", "prompt": "Find files over 500 lines."},
}


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The document with another value at a dotted path."""
    key, _, rest = path.partition(".")
    below = changed(dict(document.get(key) or {}), rest, value) if rest else value
    return document | {key: below}


def config(path: str = "", value: object = None) -> CouncilorConfig:
    document = changed(CONFIG, path, value) if path else CONFIG
    return ConfigForm.model_validate(document).to_config("UTC")


def refusals(form: type[BaseModel], sent: object, **how: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        form.model_validate(sent, **how)
    return [(one.field, one.message) for one in problems(caught.value, form)]


# -- agents ------------------------------------------------------------------------------------


def test_an_agent_needs_only_an_id_and_a_name() -> None:
    form = AgentForm.model_validate({"agent_id": "a", "name": "A"})
    assert (form.emoji, form.provider, form.command, form.tags) == ("🤖", "command", [], [])


def test_blanks_around_a_value_do_not_matter_and_blank_means_not_given() -> None:
    form = AgentForm.model_validate(
        AGENT
        | {
            "agent_id": " q ",
            "name": " Q\t",
            "emoji": "  ",
            "description": "",
            "model": None,
            "tags": ["a", " ", "b ", "a"],
        }
    )
    assert (form.agent_id, form.name, form.emoji) == ("q", "Q", "🤖")
    assert (form.description, form.model, form.tags) == (None, None, ["a", "b"])


@pytest.mark.parametrize("emoji", ["🧑‍💻", "🏴‍☠️", "👩🏽‍⚖️", "Q"])
def test_an_emoji_of_several_parts_is_one_name(emoji: str) -> None:
    assert AgentForm.model_validate(AGENT | {"emoji": emoji}).emoji == emoji


@pytest.mark.parametrize("agent_id", ["a", "9.z_-", "A" * 128])
def test_an_agent_id_is_taken(agent_id: str) -> None:
    assert AgentForm.model_validate(AGENT | {"agent_id": agent_id}).agent_id == agent_id


@pytest.mark.parametrize("agent_id", ["", "-a", "_a", "a b", "a/b", "ação", "a#b", "A" * 129])
def test_an_agent_id_that_could_break_a_path_is_refused(agent_id: str) -> None:
    ((field, message),) = refusals(AgentForm, AGENT | {"agent_id": agent_id})
    assert field == "agent_id"
    assert "letters, digits" in message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "must not be empty"),
        ("name", None, "is required"),
        ("name", 12, "must be a text"),
        ("name", "x" * 201, "must have at most 200 characters"),
        ("name", "a\0b", "must be one line without control characters, not '\\x00'"),
        ("name", "a\nb", "must be one line without control characters, not '\\n'"),
        ("name", "a\x1b[31mb", "must be one line without control characters, not '\\x1b'"),
        ("name", "user\u202egnp.exe", "must be one line without control characters, not '\\u202e'"),
        ("name", "half \ud800", "must be a text"),
        ("emoji", "x" * 17, "must have at most 16 characters"),
        ("instructions", "a\0b", "must not hold the character NUL"),
        ("command", "make test", "must be a list"),
        ("shell", "perhaps", "must be true or false"),
        ("tags", ["x"] * 51, "must have at most 50 entries"),
    ],
)
def test_a_value_of_an_agent_is_refused_with_its_field_and_a_sentence(
    field: str, value: object, message: str
) -> None:
    assert refusals(AgentForm, AGENT | {field: value}) == [(field, message)]


def test_an_entry_of_a_list_is_named_by_its_number() -> None:
    sent = AGENT | {"command": ["make", 1, ""]}
    assert refusals(AgentForm, sent) == [
        ("command.1", "must be a text"),
        ("command.2", "must not be empty"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"provider": "comand"}, "provider", "no provider 'comand'; known here: claude, command"),
        ({"provider": "comand"}, "provider", "Did you mean 'command'?"),
        ({"command": []}, "command", "is required by provider 'command'"),
        ({"shell": True, "command": ["a", "b"]}, "command", "a list of one text"),
    ],
)
def test_provider_and_command_must_fit_this_server(
    changes: dict[str, Any], field: str, words: str
) -> None:
    form = AgentForm.model_validate(AGENT | changes)
    (problem,) = agent_problems(form, ["command", "claude"])
    assert problem.field == field
    assert words in problem.message


@pytest.mark.parametrize(
    "changes",
    [{}, {"provider": "claude", "command": []}, {"shell": True, "command": ["ls | wc"]}],
)
def test_a_fitting_agent_has_no_problems(changes: dict[str, Any]) -> None:
    form = AgentForm.model_validate(AGENT | changes)
    assert agent_problems(form, ["command", "claude"]) == []


def test_a_cwd_is_made_absolute_or_refused(tmp_path: Path) -> None:
    assert resolve_cwd(None) is None
    assert resolve_cwd("/a/../b/") == "/b"
    assert resolve_cwd("src", base=tmp_path) == f"{tmp_path}/src"
    with pytest.raises(Invalid, match="cwd: 'src' must be an absolute path"):
        resolve_cwd("src")


def test_a_cwd_must_lie_in_a_workspace_links_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "work", tmp_path / "other"
    inside.mkdir()
    outside.mkdir()
    (inside / "way-out").symlink_to(outside)
    (outside / "way-in").symlink_to(inside)
    for allowed in (inside, inside / "deep" / "not-there-yet", outside / "way-in"):
        assert resolve_cwd(str(allowed), workspaces=[inside]) == str(allowed)
    assert resolve_cwd(str(inside), workspaces=[outside / "way-in"]) == str(inside)
    for refused in (outside, inside / "way-out", inside / ".." / "other", tmp_path / "workshop"):
        with pytest.raises(Invalid, match="outside the workspaces"):
            resolve_cwd(str(refused), workspaces=[inside])


def test_the_servers_own_directory_must_lie_in_a_workspace_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_cwd(None, workspaces=[tmp_path]) is None
    with pytest.raises(Invalid, match="outside the workspaces"):
        resolve_cwd(None, workspaces=[tmp_path / "work"])


# -- seats -------------------------------------------------------------------------------------


def test_what_is_not_given_takes_the_defaults_of_the_contract() -> None:
    seat = config()
    assert seat.schedule == Schedule(type=ScheduleType.INTERVAL, value="30m")
    assert seat.task.output_format is OutputFormat.CHECKLIST
    assert seat.task.context_files == ()
    assert seat.notifications.channels == ("panel",)
    assert (seat.notifications.on_success, seat.notifications.on_warning) == (False, True)
    assert (seat.policies.timeout_seconds, seat.policies.max_attempts) == (600, 1)
    assert (seat.policies.overlap, seat.policies.catch_up) == (Overlap.SKIP, CatchUp.ONE)


def test_the_defaults_of_the_forms_are_those_of_the_models() -> None:
    seat = config()
    assert seat == CouncilorConfig(title=seat.title, schedule=seat.schedule, task=seat.task)
    assert CustomizationForm().to_customization() == Customization()


def test_everything_that_is_given_is_kept() -> None:
    sent = CONFIG | {
        "notifications": {
            "on_success": True,
            "on_warning": False,
            "on_error": False,
            "channels": ["toast", "panel", "toast"],
        },
        "policies": {
            "timeout_seconds": 30.5,
            "silence_timeout_seconds": 10,
            "max_attempts": 3,
            "retry_backoff_seconds": 0,
            "retry_on_timeout": True,
            "overlap": "queue",
            "catch_up": "none",
            "catch_up_max_age_seconds": 60,
            "max_cost_usd": 1.5,
            "max_cost_usd_per_day": 1.5,
            "max_cost_usd_per_month": 30,
            "continuity": True,
            "permissions": "write",
            "evidence": "optional",
        },
        "timeout": 99,
    }
    sent["task"] = CONFIG["task"] | {
        "context_files": [" a.py", "", "a.py", "b/c.py"],
        "output_format": "summary",
    }
    seat = ConfigForm.model_validate(sent).to_config("UTC")
    assert seat.task.context_files == ("a.py", "b/c.py")
    assert seat.task.output_format is OutputFormat.SUMMARY
    assert seat.notifications.channels == ("toast", "panel")
    assert seat.notifications.on_success
    assert not seat.notifications.on_warning
    assert not seat.notifications.on_error
    policies = seat.policies
    assert (policies.timeout_seconds, policies.silence_timeout_seconds) == (30.5, 10)
    assert (policies.max_attempts, policies.retry_backoff_seconds) == (3, 0)
    assert (policies.retry_on_timeout, policies.overlap) == (True, Overlap.QUEUE)
    assert (policies.catch_up, policies.catch_up_max_age_seconds) == (CatchUp.NONE, 60)
    assert (policies.max_cost_usd, policies.permissions) == (1.5, "write")
    assert (policies.max_cost_usd_per_day, policies.max_cost_usd_per_month) == (1.5, 30)
    assert policies.continuity
    assert policies.evidence == "optional"


def test_the_older_place_of_the_timeout_counts_when_the_new_one_is_silent() -> None:
    assert config("timeout", 45).policies.timeout_seconds == 45


@pytest.mark.parametrize("path", ["task.context_files", "notifications", "policies", "timeout"])
def test_null_means_not_given(path: str) -> None:
    assert config(path, None) == config()


@pytest.mark.parametrize("value", [" 30m ", "30m\n"])
def test_an_interval_is_taken_with_blanks_around_it(value: str) -> None:
    assert config("schedule.value", value).schedule.value == "30m"


@pytest.mark.parametrize(
    ("sent", "schedule"),
    [
        ("10s", Schedule(type=ScheduleType.INTERVAL, value="10s", timezone="America/Sao_Paulo")),
        (
            "0 9 * * 1",
            Schedule(type=ScheduleType.CRON, value="0 9 * * 1", timezone="America/Sao_Paulo"),
        ),
        (
            {"value": "0 9 * * 1", "timezone": "Asia/Tokyo", "enabled": False},
            Schedule(
                type=ScheduleType.CRON, value="0 9 * * 1", timezone="Asia/Tokyo", enabled=False
            ),
        ),
    ],
)
def test_a_schedule_may_be_short_and_takes_the_default_zone(
    sent: object, schedule: Schedule
) -> None:
    assert ScheduleForm.model_validate(sent).to_schedule("America/Sao_Paulo") == schedule


FULL_SCHEDULE: dict[str, Any] = {
    "value": "0 9 * * 1-5",
    "timezone": "America/Sao_Paulo",
    "gap": "skip",
    "fold": "twice",
    "jitter_seconds": 30,
    "starts_at": "2026-01-01",
    "ends_at": "2026-12-31",
    "active_hours": ["mon-fri 9:00-18:00", ""],
    "excluded_dates": ["12-25", "2026-11-02"],
    "excluded_calendars": ["feriados"],
}


def test_a_schedule_with_everything_survives_the_way_to_the_store_and_back() -> None:
    schedule = ScheduleForm.model_validate(FULL_SCHEDULE).to_schedule("UTC")

    assert schedule == Schedule(
        type=ScheduleType.CRON,
        value="0 9 * * 1-5",
        timezone="America/Sao_Paulo",
        gap=Gap.SKIP,
        fold=Fold.TWICE,
        jitter_seconds=30,
        starts_at=datetime(2026, 1, 1, 3, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC),
        active_hours=("mon-fri 09:00-18:00",),
        excluded_dates=("12-25", "2026-11-02"),
        excluded_calendars=("feriados",),
    )
    sent_back = schedule_document(schedule)
    assert ScheduleForm.model_validate(sent_back).to_schedule("Asia/Tokyo") == schedule


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        (
            "active_hours",
            "9:00-12:00\nmon,tue 14:00-18:00\n",
            ("09:00-12:00", "mon,tue 14:00-18:00"),
        ),
        ("excluded_dates", "12-25, 01-01\n2026-11-02", ("12-25", "01-01", "2026-11-02")),
        ("excluded_dates", date(2026, 11, 2), ("2026-11-02",)),
        ("excluded_dates", [date(2026, 11, 2)], ("2026-11-02",)),
        ("excluded_calendars", "feriados, recesso", ("feriados", "recesso")),
        ("excluded_calendars", "", ()),
    ],
)
def test_a_list_of_a_schedule_may_be_one_text(
    field: str, text: object, kept: tuple[str, ...]
) -> None:
    schedule = ScheduleForm.model_validate({"value": "30m", field: text}).to_schedule("UTC")

    assert getattr(schedule, field) == kept


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01T12:00", datetime(2026, 6, 1, 15, tzinfo=UTC)),
        ("2026-06-01T12:00Z", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01T12:00:30+02:00", datetime(2026, 6, 1, 10, 0, 30, tzinfo=UTC)),
        (datetime(2026, 6, 1, 12), datetime(2026, 6, 1, 15, tzinfo=UTC)),  # noqa: DTZ001  # YAML
        (date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)),
    ],
)
def test_a_start_is_by_the_wall_unless_it_tells_an_offset(text: object, moment: datetime) -> None:
    form = ScheduleForm.model_validate({"value": "30m", "starts_at": text})

    assert form.to_schedule("America/Sao_Paulo").starts_at == moment


def test_an_unknown_field_of_an_older_client_is_ignored() -> None:
    assert config("schedule.moon", "full") == config()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("title", "  ", "must not be empty"),
        ("title", None, "is required"),
        ("schedule", None, "is required"),
        ("schedule", 30, "must be an object with named fields"),
        ("schedule.type", "hourly", "must be one of interval, cron or at"),
        ("schedule.value", "0m", "the interval '0m' must be at least 1s"),
        ("schedule.value", "30", "'30' is not an interval; write a number and a unit: 10s, 30m,"),
        ("schedule.value", "0 9 * * 1", "'0 9 * * 1' is not an interval"),
        ("schedule.timezone", "Mars/Olympus", "there is no time zone 'Mars/Olympus'"),
        ("schedule.enabled", "perhaps", "must be true or false"),
        ("schedule.gap", "later", "must be one of run_after or skip"),
        ("schedule.fold", "thrice", "must be one of once or twice"),
        ("schedule.jitter_seconds", 1_800, "must be shorter than the interval 30m"),
        ("schedule.jitter_seconds", 86_401, "must be at most 86400"),
        ("schedule.jitter_seconds", True, "must be a number"),
        ("schedule.starts_at", "tomorrow", "'tomorrow' is not a moment; write date and time"),
        ("schedule.ends_at", "2026-02-30", "'2026-02-30T23:59:59' is not a moment: day is out"),
        ("schedule.active_hours", 9, "must be a list"),
        ("schedule.excluded_dates", {"a": 1}, "must be a list"),
        ("schedule.excluded_calendars", ["x"] * 21, "must have at most 20 entries"),
        ("task", "its name", "must be an object with named fields"),
        ("task.name", "", "must not be empty"),
        ("task.prompt", " ", "must not be empty"),
        ("task.prompt", "x" * 10_001, "must have at most 10000 characters"),
        ("task.prompt", "a\0b", "must not hold the character NUL"),
        ("task.output_format", "pdf", "must be one of summary, detailed or checklist"),
        ("task.context_files", "a.py", "must be a list"),
        ("notifications.channels", [], "must have at least 1 entry"),
        ("policies.timeout_seconds", 0, "must be more than 0"),
        ("policies.timeout_seconds", 86_401, "must be at most 86400"),
        ("policies.timeout_seconds", float("nan"), "must be a number"),
        ("policies.timeout_seconds", True, "must be a number"),
        ("policies.timeout_seconds", "soon", "must be a number"),
        ("policies.max_attempts", 0, "must be at least 1"),
        ("policies.max_attempts", 11, "must be at most 10"),
        ("policies.max_attempts", 1.5, "must be a whole number"),
        ("policies.overlap", "never", "must be one of skip, queue, cancel_running or allow"),
        ("policies.catch_up", "some", "must be one of one, all or none"),
        ("policies.permissions", "root", "must be one of read-only, write or full"),
        ("policies.max_cost_usd", -1, "must be more than 0"),
        ("policies.max_cost_usd_per_day", 0, "must be more than 0"),
        ("policies.max_cost_usd_per_month", 1_000_001, "must be at most"),
        ("policies.continuity", "perhaps", "must be true or false"),
        ("policies", [], "must be an object with named fields"),
        ("timeout", -1, "must be more than 0"),
    ],
)
def test_a_value_of_a_seat_is_refused_with_its_path_and_a_sentence(
    path: str, value: object, message: str
) -> None:
    sent = {"councilor_config": changed(CONFIG, path, value)}
    ((field, told),) = refusals(PromoteForm, sent)
    assert field == f"councilor_config.{path}"
    assert told.startswith(message)


@pytest.mark.parametrize(
    ("policies", "field", "message"),
    [
        (
            {"max_cost_usd": 2, "max_cost_usd_per_day": 1.5},
            "max_cost_usd_per_day",
            "must be at least max_cost_usd, which is 2",
        ),
        (
            {"max_cost_usd": 2, "max_cost_usd_per_month": 1},
            "max_cost_usd_per_month",
            "must be at least max_cost_usd, which is 2",
        ),
        (
            {"max_cost_usd_per_day": 2.5, "max_cost_usd_per_month": 2},
            "max_cost_usd_per_month",
            "must be at least max_cost_usd_per_day, which is 2.5",
        ),
    ],
)
def test_a_budget_below_a_part_of_it_is_refused(
    policies: dict[str, float], field: str, message: str
) -> None:
    assert refusals(ConfigForm, CONFIG | {"policies": policies}) == [(f"policies.{field}", message)]


def test_a_channel_that_does_not_exist_is_named_by_its_number() -> None:
    sent = changed(CONFIG, "notifications.channels", ["panel", "pigeon"])
    assert refusals(ConfigForm, sent) == [
        ("notifications.channels.1", "must be one of panel, toast or email")
    ]


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret", "a/../../b", ".."])
def test_a_context_file_outside_the_cwd_is_refused(path: str) -> None:
    ((field, message),) = refusals(ConfigForm, changed(CONFIG, "task.context_files", [path]))
    assert field == "task.context_files.0"
    assert "relative to the agent's cwd" in message


def test_all_problems_are_told_at_once() -> None:
    sent = {"title": "", "schedule": {"value": "x"}, "task": {"name": "n"}}
    assert [field for field, _ in refusals(ConfigForm, sent)] == [
        "title",
        "schedule.value",
        "task.prompt",
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"color": "#fff"}, Customization(color="#fff")),
        ({"color": " #A0b1C2 "}, Customization(color="#A0b1C2")),
        ({"color": "", "display_name": " "}, Customization()),
        ({"avatar_url": "/me.png"}, Customization(avatar_url="/me.png")),
        ({"avatar_url": "https://x/y.png"}, Customization(avatar_url="https://x/y.png")),
        ({"avatar_url": "data:image/png;base64,AA"}, None),
        ({"display_name": "Q", "enabled": False}, Customization(display_name="Q", enabled=False)),
    ],
)
def test_a_customization_is_taken(sent: dict[str, Any], kept: Customization | None) -> None:
    made = CustomizationForm.model_validate(sent).to_customization()
    assert made == (kept or Customization(avatar_url=sent["avatar_url"]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("color", "red"),
        ("color", "#ffff"),
        ("color", "#ggg"),
        ("color", "#fff;}"),
        ("avatar_url", "javascript:alert(1)"),
        ("avatar_url", "data:text/html,x"),
        ("avatar_url", "file:///etc/passwd"),
        ("display_name", "a\x07b"),
    ],
)
def test_a_customization_that_could_harm_the_page_is_refused(field: str, value: str) -> None:
    assert [path for path, _ in refusals(CustomizationForm, {field: value})] == [field]


def test_pausing_needs_a_switch() -> None:
    assert EnabledForm.model_validate({"enabled": False}).enabled is False
    assert refusals(EnabledForm, {}) == [("enabled", "is required")]


def test_the_parts_of_a_patch_may_stand_inside_councilor_config_and_the_top_wins() -> None:
    patch = ConfigPatch.model_validate(
        {"title": "Top", "councilor_config": {"title": "Inside", "task": {"prompt": "P"}}}
    )
    assert (patch.title, patch.task) == ("Top", {"prompt": "P"})


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"schedule": ["30m"]}, "must be a text, or an object with named fields"),
        ({"schedule": 30}, "must be a text, or an object with named fields"),
        ({"timeout": True}, "must be a number"),
    ],
)
def test_a_patch_of_the_wrong_kind_is_told_at_its_field(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ConfigPatch.model_validate(sent)

    [problem] = problems(refused.value, ConfigPatch)
    assert (problem.field, problem.message) == (next(iter(sent)), said)


# -- sentences ---------------------------------------------------------------------------------


def test_an_unknown_key_is_answered_with_the_nearest_known_one() -> None:
    sent = changed(CONFIG, "policies.timout_seconds", 1) | {"titel": "x"}
    assert refusals(ConfigForm, sent, extra="forbid") == [
        ("policies.timout_seconds", "there is no such key. Did you mean 'timeout_seconds'?"),
        ("titel", "there is no such key. Did you mean 'title'?"),
    ]


def test_a_key_is_known_below_a_form_that_may_be_absent() -> None:
    sent = {"councilor_config": CONFIG, "customization": {"colour": "#fff"}}
    assert refusals(PromoteForm, sent, extra="forbid") == [
        ("customization.colour", "there is no such key. Did you mean 'color'?")
    ]


def test_complaints_are_read_as_the_web_framework_keeps_them() -> None:
    errors: list[dict[str, Any]] = [
        {"type": "missing", "loc": ("body", "enabled"), "msg": "Field required", "input": {}},
        {
            "type": "json_invalid",
            "loc": ("body", 3),
            "msg": "JSON decode error",
            "ctx": {"error": "Expecting value"},
        },
        {"type": "something_new", "loc": ("query", "limit"), "msg": "Input is odd"},
    ]
    assert problems(errors) == [
        FieldProblem(("enabled",), "is required"),
        FieldProblem((), "The body is not JSON: Expecting value."),
        FieldProblem(("query", "limit"), "Input is odd"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below),
    max_leaves=8,
)
ANY_CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "title": JSON,
        "schedule": JSON | st.fixed_dictionaries({}, optional={"type": JSON, "value": JSON}),
        "task": JSON | st.fixed_dictionaries({"name": JSON, "prompt": JSON}),
        "notifications": JSON | st.fixed_dictionaries({"channels": JSON}),
        "policies": JSON,
        "timeout": JSON,
    },
)


@pytest.mark.parametrize("form", [AgentForm, PromoteForm, ConfigForm, ConfigPatch, EnabledForm])
@given(sent=JSON | ANY_CONFIG)
def test_any_json_is_taken_or_refused_with_sentences(form: type[Form], sent: object) -> None:
    try:
        form.model_validate(sent)
    except ValidationError as refused:
        found = problems(refused, form)
        assert found
        assert all(one.message for one in found)

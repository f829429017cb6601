"""What people send, checked and made into our values.

Lenient in what is taken (docs/council-files.md has the table): null and blank text mean "not
given", blanks around a value do not matter, a schedule may be short text. Unknown keys are ignored
over HTTP, where older clients send more than we know; council files refuse them by validating with
`extra="forbid"`. Every message is a sentence for the person who wrote the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from conselho.errors import InvalidSchedule
from conselho.models.agent import (
    CatchUp,
    Channel,
    CouncilorConfig,
    Customization,
    Evidence,
    Notifications,
    OutputFormat,
    Overlap,
    Permissions,
    Policies,
    TaskSpec,
)
from conselho.models.ids import AGENT_ID_PATTERN, QUEUE_PATTERN
from conselho.models.moments import instants, moment_text
from conselho.models.quiet import excluded_date, parse_active_hours
from conselho.models.schedule import (
    LONGEST_JITTER_SECONDS,
    Fold,
    Gap,
    Schedule,
    ScheduleType,
    check_timezone,
    parse_schedule,
)

Item = TypeVar("Item")

PROMPT_LIMIT = 10_000
DAY_SECONDS = 86_400
# They turn the reading direction around, so that a name shows as another than it is.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AVATAR = re.compile(r"(?:https?://|data:image/|[^:]*$)", re.IGNORECASE)


def _one_line(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in {"Cc", "Zl", "Zp"} or character in _BIDI_CONTROLS:
            raise ValueError(f"must be one line without control characters, not {character!a}")
    return text


def _folded(text: str) -> str:
    return " ".join(text.split())


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold the character NUL")
    return text


def _not_a_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _fields_or_text(value: object) -> object:
    if not isinstance(value, dict | str):
        raise ValueError("must be a text, or an object with named fields")
    return value


def _agent_id(text: str) -> str:
    if not AGENT_ID_PATTERN.fullmatch(text):
        raise ValueError(
            "must have 1 to 128 letters, digits, '.', '_' or '-', and begin with a letter or digit"
        )
    return text


def _queue(text: str) -> str:
    if not QUEUE_PATTERN.fullmatch(text):
        raise ValueError(
            "must have 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit"
        )
    return text


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise ValueError(f"{text!r} is not a color; write #rgb or #rrggbb")
    return text


def _avatar(text: str) -> str:
    if not _AVATAR.match(text):
        raise ValueError("must be a path or begin with http://, https:// or data:image/")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{text!r} is not a web address; it begins with https:// or http://")
    return text


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        raise ValueError(f"{path!r} must be a path relative to the agent's cwd, without '..'")
    return path


def _told(read: Callable[..., Item], *given: Any, **rules: Any) -> Item:
    """What `read` makes of the given; its refusal as pydantic takes one."""
    try:
        return read(*given, **rules)
    except InvalidSchedule as exc:
        raise ValueError(exc.reason) from exc


def _hours(text: str) -> str:
    return str(_told(parse_active_hours, text))


def _excluded_date(text: str) -> str:
    return _told(excluded_date, text)


def _as_text(value: object) -> object:
    """A date or moment that YAML has read, as it was written."""
    return value.isoformat() if isinstance(value, date) else value


def _lines(value: object) -> object:
    return _without_blanks(value.splitlines() if isinstance(value, str) else value)


def _words(value: object) -> object:
    if isinstance(value, date):
        return [value]
    return _without_blanks(re.split(r"[,\s]+", value) if isinstance(value, str) else value)


def _once(values: list[Item]) -> list[Item]:
    """Without doubles, in the order given."""
    return list(dict.fromkeys(values))


def _without_blanks(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [one for one in value if not (isinstance(one, str) and not one.strip())]


# The length is checked before our own look at the text: pydantic then says it in characters.
_Trimmed = StringConstraints(strip_whitespace=True, min_length=1)
_Line = AfterValidator(_one_line)
_Text = AfterValidator(_no_nul)
Line = Annotated[str, _Trimmed, Field(max_length=200), _Line]
Emoji = Annotated[str, _Trimmed, Field(max_length=16), _Line]
Place = Annotated[str, _Trimmed, Field(max_length=4_096), _Line]
Text = Annotated[str, _Trimmed, Field(max_length=50_000), _Text]
Remark = Annotated[str, Field(max_length=500), AfterValidator(_folded), _Line]
Description = Annotated[str, _Trimmed, Field(max_length=2_000), _Text]
Prompt = Annotated[str, _Trimmed, Field(max_length=PROMPT_LIMIT), _Text]
Number = Annotated[float, BeforeValidator(_not_a_switch), Field(allow_inf_nan=False)]
Whole = Annotated[int, BeforeValidator(_not_a_switch)]
Timeout = Annotated[Number, Field(gt=0, le=DAY_SECONDS)]
Cost = Annotated[Number, Field(gt=0, le=1_000_000)]


class Form(BaseModel):
    """Frozen; null and blank text count as not given."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _drop_what_was_not_given(cls, sent: object) -> object:
        if not isinstance(sent, Mapping):
            return sent
        return {key: value for key, value in sent.items() if cls._was_given(key, value)}

    @classmethod
    def _was_given(cls, key: str, value: object) -> bool:
        field = cls.model_fields.get(key)
        if field is None:
            return True  # whatever it holds, for who refuses unknown keys
        blank = isinstance(value, str) and not value.strip()
        return value is not None and (field.is_required() or not blank)


class AgentForm(Form):
    """A catalogue entry. What depends on the server is checked by `agent_problems`."""

    agent_id: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_agent_id)]
    name: Line
    emoji: Emoji = "🤖"
    description: Description | None = None
    instructions: Text | None = None
    provider: Line = "command"
    model: Line | None = None
    command: Annotated[list[Text], Field(max_length=200)] = []
    shell: bool = False
    cwd: Place | None = None
    tags: Annotated[
        list[Line], Field(max_length=50), BeforeValidator(_without_blanks), AfterValidator(_once)
    ] = []
    queue: (
        Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_queue)] | None
    ) = None


class AgentPatch(BaseModel):
    """What to change of a catalogue entry: each field that is given replaces the stored one.

    Null or a blank text takes back what was there. The whole is checked after the merge, as an
    AgentForm.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str | None = None
    emoji: str | None = None
    description: str | None = None
    instructions: str | None = None
    provider: str | None = None
    model: str | None = None
    command: list[str] | None = None
    shell: bool | None = None
    cwd: str | None = None
    tags: list[str] | None = None
    queue: str | None = None


class ScheduleForm(Form):
    """`value` tells the type unless `type` is given; short text stands for `{value: text}`.

    `starts_at` and `ends_at` are by the clock on the wall unless they tell an offset; a day alone
    is meant whole. Lists may be one text: hours of several lines, dates, calendars with commas.
    YAML reads some dates and moments as such, where others are texts: both are taken.
    """

    type: ScheduleType | None = None
    value: Annotated[Line, BeforeValidator(_as_text)]
    enabled: bool = True
    timezone: Line | None = None
    gap: Gap = Gap.RUN_AFTER
    fold: Fold = Fold.ONCE
    jitter_seconds: Annotated[Whole, Field(ge=0, le=LONGEST_JITTER_SECONDS)] = 0
    starts_at: Annotated[Line, BeforeValidator(_as_text)] | None = None
    ends_at: Annotated[Line, BeforeValidator(_as_text)] | None = None
    active_hours: Annotated[
        list[Annotated[Line, AfterValidator(_hours)]],
        Field(max_length=50),
        BeforeValidator(_lines),
        AfterValidator(_once),
    ] = []
    excluded_dates: Annotated[
        list[Annotated[Line, BeforeValidator(_as_text), AfterValidator(_excluded_date)]],
        Field(max_length=1_000),
        BeforeValidator(_words),
        AfterValidator(_once),
    ] = []
    excluded_calendars: Annotated[
        list[Annotated[Line, BeforeValidator(_as_text)]],
        Field(max_length=20),
        BeforeValidator(_words),
        AfterValidator(_once),
    ] = []

    @model_validator(mode="before")
    @classmethod
    def _from_short_text(cls, sent: object) -> object:
        return {"value": sent} if isinstance(sent, str | datetime) else sent

    @field_validator("value")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        return _told(parse_schedule, value, kind=info.data.get("type")).value

    @field_validator("timezone")
    @classmethod
    def _existing(cls, timezone: str | None) -> str | None:
        return timezone and _told(check_timezone, timezone).key

    @field_validator("jitter_seconds")
    @classmethod
    def _below_the_interval(cls, jitter: int, info: ValidationInfo) -> int:
        if "value" in info.data:
            kind = info.data.get("type")
            _told(parse_schedule, info.data["value"], kind=kind, jitter_seconds=jitter)
        return jitter

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _moment(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text and _DAY.fullmatch(text):
            text += "T00:00" if info.field_name == "starts_at" else "T23:59:59"
        return text and _told(moment_text, text, f"schedule.{info.field_name}")

    def to_schedule(self, default_timezone: str) -> Schedule:
        """The schedule in its zone. Raises InvalidSchedule when it ends before it starts."""
        timezone = self.timezone or default_timezone
        zone = check_timezone(timezone)
        start, end = (text and instants(text, zone)[0] for text in (self.starts_at, self.ends_at))
        return parse_schedule(
            self.value,
            kind=self.type,
            enabled=self.enabled,
            timezone=timezone,
            gap=self.gap,
            fold=self.fold,
            jitter_seconds=self.jitter_seconds,
            starts_at=start or None,
            ends_at=end or None,
            active_hours=tuple(self.active_hours),
            excluded_dates=tuple(self.excluded_dates),
            excluded_calendars=tuple(self.excluded_calendars),
        )


class TaskForm(Form):
    name: Line
    prompt: Prompt
    context_files: Annotated[
        list[Annotated[Place, AfterValidator(_inside)]],
        Field(max_length=100),
        BeforeValidator(_without_blanks),
        AfterValidator(_once),
    ] = []
    output_format: OutputFormat = OutputFormat.CHECKLIST

    def to_task(self) -> TaskSpec:
        return TaskSpec(
            name=self.name,
            prompt=self.prompt,
            context_files=tuple(self.context_files),
            output_format=self.output_format,
        )


class NotificationsForm(Form):
    on_success: bool = False
    on_warning: bool = True
    on_error: bool = True
    channels: Annotated[list[Channel], Field(min_length=1), AfterValidator(_once)] = ["panel"]
    ping_url: Annotated[Place, AfterValidator(_web_address)] | None = None

    def to_notifications(self) -> Notifications:
        return Notifications(
            on_success=self.on_success,
            on_warning=self.on_warning,
            on_error=self.on_error,
            channels=tuple(self.channels),
            ping_url=self.ping_url,
        )


class PoliciesForm(Form):
    timeout_seconds: Timeout = 600
    silence_timeout_seconds: Timeout | None = None
    max_attempts: Annotated[Whole, Field(ge=1, le=10)] = 1
    retry_backoff_seconds: Annotated[Number, Field(ge=0, le=3_600)] = 5
    retry_backoff_factor: Annotated[Number, Field(ge=1, le=10)] = 2
    retry_backoff_max_seconds: Annotated[Number, Field(ge=1, le=DAY_SECONDS)] = 3_600
    retry_jitter: Annotated[Number, Field(ge=0, le=1)] = 0.25
    retry_on_timeout: bool = False
    deadline_seconds: Annotated[Number, Field(gt=0, le=366 * DAY_SECONDS)] | None = None
    priority: Annotated[Whole, Field(ge=1, le=9)] = 5
    overlap: Overlap = Overlap.SKIP
    catch_up: CatchUp = CatchUp.ONE
    catch_up_max_age_seconds: Annotated[Number, Field(ge=0, le=366 * DAY_SECONDS)] = DAY_SECONDS
    max_cost_usd: Cost | None = None
    max_cost_usd_per_day: Cost | None = None
    max_cost_usd_per_month: Cost | None = None
    continuity: bool = False
    permissions: Permissions = "read-only"
    evidence: Evidence = "required"

    @field_validator("max_cost_usd_per_day", "max_cost_usd_per_month")
    @classmethod
    def _not_below_a_part_of_it(cls, budget: float | None, info: ValidationInfo) -> float | None:
        # Fields above this one have been read; one that was refused is not there.
        for part in ("max_cost_usd", "max_cost_usd_per_day"):
            bound = info.data.get(part)
            if budget is not None and bound is not None and bound > budget:
                raise ValueError(f"must be at least {part}, which is {bound:.15g}")
        return budget

    def to_policies(self, timeout: float | None) -> Policies:
        """`timeout` is the older place of the time-out: it counts when the new one is not given."""
        given = self.model_dump()
        if timeout is not None and "timeout_seconds" not in self.model_fields_set:
            given["timeout_seconds"] = timeout
        return Policies(**given)


class CustomizationForm(Form):
    enabled: bool = True
    display_name: Line | None = None
    avatar_url: Annotated[Place, AfterValidator(_avatar)] | None = None
    color: Annotated[Line, AfterValidator(_color)] | None = None

    def to_customization(self) -> Customization:
        return Customization(**self.model_dump())


class ConfigForm(Form):
    title: Line
    schedule: ScheduleForm
    task: TaskForm
    notifications: NotificationsForm = NotificationsForm()
    policies: PoliciesForm = PoliciesForm()
    timeout: Timeout | None = None

    def to_config(self, default_timezone: str) -> CouncilorConfig:
        return CouncilorConfig(
            title=self.title,
            schedule=self.schedule.to_schedule(default_timezone),
            task=self.task.to_task(),
            notifications=self.notifications.to_notifications(),
            policies=self.policies.to_policies(self.timeout),
        )


class PromoteForm(Form):
    councilor_config: ConfigForm
    customization: CustomizationForm | None = None


class EnabledForm(Form):
    """Pause or resume."""

    enabled: bool


class ConfigPatch(Form):
    """What to change of a seat: any part of it, merged field by field into what is stored.

    The parts are checked after the merge, as a whole ConfigForm. `title` and the others may also
    stand inside `councilor_config`; what stands at the top wins.
    """

    title: str | None = None
    schedule: Annotated[dict[str, Any] | str, BeforeValidator(_fields_or_text)] | None = None
    task: dict[str, Any] | None = None
    notifications: dict[str, Any] | None = None
    policies: dict[str, Any] | None = None
    timeout: Number | None = None
    customization: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, sent: object) -> object:
        if not isinstance(sent, Mapping):
            return sent
        inner = sent.get("councilor_config")
        return {**inner, **sent} if isinstance(inner, Mapping) else sent

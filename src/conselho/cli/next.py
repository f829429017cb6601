"""`conselho next`: when a councilor, or a schedule, is due."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from conselho.cli import phrases, rows
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Column, Ink, Screen, tell

_SLOTS = (
    Column(name="Time"),
    Column(name="Day"),
    Column(name="In", right=True),
    Column(name="UTC"),
    Column(name="Note", wide=True),
)
_NOTES = {
    "gap": "the clock leaps over its time that day",
    "fold_first": "its time comes twice that day: the first",
    "fold_second": "its time comes twice that day: the second",
}


@click.command("next")
@click.argument("agent_id", required=False)
@click.option("--schedule", metavar="TEXT", help="Of this schedule instead: needs no server.")
@click.option("--timezone", metavar="ZONE", help="With --schedule: IANA name, else the setting.")
@click.option("--count", type=click.IntRange(1, 100), default=10, show_default=True, help="Slots.")
@with_json
@with_server
@with_colour
@pass_choices
def next_slots(
    choices: Choices,
    agent_id: str | None,
    schedule: str | None,
    timezone: str | None,
    count: int,
) -> None:
    """Print the next slots of a councilor, or of a schedule that you think of.

    Times are those of the schedule's zone. What would be left out (active hours, excluded dates) is
    counted below.
    """
    if (agent_id is None) == (schedule is None):
        raise click.UsageError("Name either an AGENT_ID or a --schedule.")
    if timezone is not None and schedule is None:
        raise click.UsageError("--timezone goes with --schedule.")
    answer: rows.Json
    if schedule is None:
        answer = choices.client().next_slots(agent_id or "", count=count)
    else:
        answer = _of_schedule(choices, schedule, timezone, count)
    if choices.as_json:
        choices.screen.json(answer)
    else:
        _print(choices.screen, answer)


def _of_schedule(choices: Choices, text: str, timezone: str | None, count: int) -> rows.Json:
    """As the server answers, by the settings and the clock of this machine."""
    from conselho.clock import SystemClock
    from conselho.config import load_settings
    from conselho.models.ids import AgentId
    from conselho.models.schedule import parse_schedule
    from conselho.services.next_slots import anchor_of, preview_document
    from conselho.services.quiet import Quiet
    from conselho.wiring.parts import make_calendars

    settings, _ = load_settings({"data_dir": choices.data_dir})
    schedule = parse_schedule(text, timezone=timezone or settings.timezone)
    now = SystemClock().now()
    return preview_document(
        schedule,
        anchor=anchor_of(schedule, None, now),
        agent_id=AgentId(""),
        after=now,
        count=count,
        quiet=Quiet(make_calendars(settings)),
        default_timezone=settings.timezone,
    )


def _print(screen: Screen, answer: rows.Json) -> None:
    now = datetime.now(UTC)
    sentence = rows.text(rows.inner(answer, "sentence"), "en") or "?"
    screen.line(Ink(sentence, "bold"))
    if answer.get("enabled") is False:
        since = phrases.calendar(rows.time(answer, "paused_since"))
        paused = f"paused since {since}" if since else "paused"
        screen.line(phrases.mark("paused"), f"It is {paused}: none of these runs before a resume.")
    for warning in rows.objects(answer, "warnings"):
        tell(f"warning: {rows.text(warning, 'message') or '?'}")
    slots = rows.objects(answer, "slots")
    if slots:
        screen.line(Ink(f"Times by the clock in {rows.text(answer, 'timezone') or '?'}", "dim"))
        screen.line()
        screen.table(_SLOTS, [_cells(slot, now) for slot in slots])
    left_out = rows.inner(answer, "left_out")
    counted = [
        f"{phrases.reason(reason)} {number:.0f}"
        for reason in left_out
        if (number := rows.number(left_out, reason))
    ]
    if counted:
        screen.line()
        screen.line(f"Left out in between: {', '.join(counted)}")


def _cells(slot: rows.Json, now: datetime) -> list[Cell]:
    at = rows.time(slot, "at")
    note = rows.text(slot, "note") or ""
    local = rows.text(slot, "local") or "?"
    return [
        local[:19].replace("T", " "),
        _weekday(local),
        phrases.due(at, now).removeprefix("in "),
        at.strftime("%Y-%m-%d %H:%M:%S") if at else "?",
        _NOTES.get(note, note),
    ]


def _weekday(local: str) -> str:
    try:
        return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[
            datetime.fromisoformat(local).weekday()
        ]
    except ValueError:
        return ""

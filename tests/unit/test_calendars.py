"""Calendars of excluded dates: both forms, changes while they are in use, and hostile files."""

from __future__ import annotations

import os
import threading
from datetime import date
from pathlib import Path

import pytest

from conselho.services import ical
from conselho.services.calendars import LOOK_SECONDS, READ_SECONDS, SIZE_LIMIT, Calendars

CHRISTMAS = date(2026, 12, 25)
EVENT = """\
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20200101T000000Z
{lines}
END:VEVENT
"""


class Seconds:
    """A clock that stands still unless moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def calendars(folder: Path | None, seconds: Seconds | None = None) -> Calendars:
    return Calendars(folder, monotonic=seconds or Seconds(), today=lambda: date(2026, 11, 22))


def ics(*events: str) -> str:
    body = "".join(EVENT.format(uid=uid, lines=lines) for uid, lines in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{body}END:VCALENDAR\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def days(folder: Path, *events: str) -> dict[str, str]:
    """All days that an iCalendar file of these events excludes from 2026 to 2027."""
    written(folder, "one.ics", ics(*events))
    found = calendars(folder)
    assert found.problems() == []
    start = date(2026, 1, 1).toordinal()
    year = (date.fromordinal(start + number) for number in range(730))
    return {
        day.isoformat(): title for day in year if (title := found.excluded("one", day)) is not None
    }


def problem(folder: Path, name: str, text: str) -> str:
    written(folder, name, text)
    found = calendars(folder)
    (told,) = found.problems()
    assert told.startswith(f"The calendar {name} cannot be read and excludes nothing: ")
    assert found.names() == {name.partition(".")[0]}
    assert found.excluded(name.partition(".")[0], CHRISTMAS) is None
    return told.partition("nothing: ")[2]


# -- plain text --------------------------------------------------------------------------------


def test_a_text_file_has_a_date_a_line_with_a_title_if_wanted(tmp_path: Path) -> None:
    written(
        tmp_path,
        "feriados.txt",
        "\ufeff# what we have off\n\n12-25 Natal\n2026-11-02\tFinados   # fixed\n  01-01\n",
    )
    found = calendars(tmp_path)

    assert found.names() == {"feriados"}
    assert found.excluded("feriados", CHRISTMAS) == "Natal"
    assert found.excluded("feriados", date(2031, 12, 25)) == "Natal"
    assert found.excluded("feriados", date(2026, 11, 2)) == "Finados"
    assert found.excluded("feriados", date(2027, 11, 2)) is None
    assert found.excluded("feriados", date(2027, 1, 1)) == ""
    assert found.excluded("another", CHRISTMAS) is None


def test_the_title_of_the_very_day_goes_before_that_of_every_year(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "12-25 every year\n2026-12-25 this year\n")

    assert calendars(tmp_path).excluded("a", CHRISTMAS) == "this year"


def test_titles_are_one_printable_line(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "12-25 \x1b[31mred\u202e " + "x" * 500)
    title = calendars(tmp_path).excluded("a", CHRISTMAS)

    assert title is not None
    assert title.isprintable()
    assert len(title) == 100


@pytest.mark.parametrize("folder", [None, "none"])
def test_without_a_folder_there_are_no_calendars(folder: str | None, tmp_path: Path) -> None:
    found = calendars(tmp_path / folder if folder else None)

    assert (found.names(), found.problems()) == (set(), [])
    assert found.excluded("feriados", CHRISTMAS) is None


def test_a_line_that_is_no_date_is_told_with_its_number(tmp_path: Path) -> None:
    assert problem(tmp_path, "a.txt", "12-25\n02-30\n") == (
        "line 2: there is no day '02-30': day is out of range for month."
    )


def test_a_file_that_is_no_text_too_large_or_elsewhere_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "bytes.txt").write_bytes(b"\xff\xfe")
    (folder / "large.txt").write_text("#" * (SIZE_LIMIT + 1))
    (folder / "folder.txt").mkdir()
    (folder / "link.txt").symlink_to(written(tmp_path, "outside.txt", "12-25"))
    (folder / "odd name.txt").write_text("12-25")
    (folder / "two.ics").write_text(ics())
    (folder / "two.txt").write_text("12-25")
    written(folder, ".hidden.txt", "x")
    os.mkfifo(folder / "pipe.txt")
    (folder / "circle.txt").symlink_to("circle.txt")

    told = "\n".join(calendars(folder).problems())

    for words in (
        "bytes.txt cannot be read and excludes nothing: it is not UTF-8 text.",
        "large.txt cannot be read and excludes nothing: it is larger than 512 kB.",
        "folder.txt cannot be read and excludes nothing: it is not a file.",
        "link.txt cannot be read and excludes nothing: it is a link that leads out of its folder.",
        "pipe.txt cannot be read and excludes nothing: it is not a file.",
        "circle.txt cannot be read and excludes nothing: it is a circle of links.",
        "'odd name.txt' is left out: a name has letters",
        "two.txt is left out: two.ics bears the same name.",
    ):
        assert words in told
    assert "hidden" not in told


# -- iCalendar ---------------------------------------------------------------------------------


def test_events_of_icalendar_exclude_their_days_again_and_again(tmp_path: Path) -> None:
    found = days(
        tmp_path,
        "DTSTART;VALUE=DATE:20151225\nRRULE:FREQ=YEARLY\nSUMMARY:Natal",
        "DTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20261231\nSUMMARY:Recesso",
        "DTSTART;VALUE=DATE:20260403\nSUMMARY:Sexta-feira\n  Santa",
        "DTSTART;VALUE=DATE:20270101\nSTATUS:CANCELLED\nSUMMARY:never mind",
    )

    assert found == {
        "2026-04-03": "Sexta-feira Santa",
        "2026-12-25": "Natal",
        "2026-12-28": "Recesso",
        "2026-12-29": "Recesso",
        "2026-12-30": "Recesso",
        "2027-12-25": "Natal",
    }


def test_an_event_with_hours_excludes_the_days_that_it_touches(tmp_path: Path) -> None:
    found = days(
        tmp_path,
        "DTSTART;TZID=America/Sao_Paulo:20260601T220000\n"
        "DTEND;TZID=America/Sao_Paulo:20260602T000000\n"
        "RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=1MO\n"
        "EXDATE;TZID=America/Sao_Paulo:20260706T220000",
        "DTSTART:20261001T200000Z\nDURATION:PT8H",
    )

    assert list(found) == ["2026-06-01", "2026-08-03", "2026-10-01", "2026-10-02"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("garbage", "it is not iCalendar: "),
        ("", "it is not iCalendar: "),
        (ics("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY"), "more often than daily"),
        (ics("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYMINUTE=1,2"), "more often than daily"),
        (ics("DTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20400101"), "longer than 400 days"),
        (ics("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=NEVER"), "it is not iCalendar: "),
        (ics("SUMMARY:no start"), "it is not iCalendar: "),
    ],
)
def test_icalendar_that_cannot_be_used_is_told(text: str, reason: str, tmp_path: Path) -> None:
    assert reason in problem(tmp_path, "a.ics", text)


def test_what_is_told_of_bytes_that_are_no_icalendar_is_printable(tmp_path: Path) -> None:
    assert problem(tmp_path, "a.ics", "\0\x1b[2J\u202ered").isprintable()


def test_events_that_ask_for_endless_work_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days that never come are looked for until the year 9999, in each of these events."""
    monkeypatch.setattr(ical, "SECONDS", 1.0)
    never = "DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"

    assert "its events" in problem(tmp_path, "a.ics", ics(*[never] * 100))


class SlowSeconds(Seconds):
    """Each look at it takes longer than all calendars together may, until it stands still."""

    stands = False

    def __call__(self) -> float:
        self.now += 0 if self.stands else READ_SECONDS + 1
        return self.now


def test_files_that_take_long_do_not_hold_up_the_others_for_ever(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "12-25")

    seconds = SlowSeconds()
    found = calendars(tmp_path, seconds)
    seconds.stands, seconds.now = True, 0

    assert found.names() == {"a"}
    assert found.excluded("a", CHRISTMAS) is None
    assert found.problems() == [
        "The calendar a.txt is not read yet: those before it took too long."
    ]
    found.refresh()
    assert found.excluded("a", CHRISTMAS) == "", "the next time is its turn"


# -- changes -----------------------------------------------------------------------------------


def test_a_file_that_was_changed_is_read_again_after_some_seconds(tmp_path: Path) -> None:
    seconds = Seconds()
    path = written(tmp_path, "a.txt", "12-24")
    found = calendars(tmp_path, seconds)
    path.write_text("12-25 new")

    assert found.excluded("a", CHRISTMAS) is None, "no disk is asked for each slot"
    seconds.now += LOOK_SECONDS
    found.excluded("a", CHRISTMAS)  # sees the change, and has it read in a thread
    for thread in threading.enumerate():
        if thread.name == "calendars":
            thread.join(timeout=20)

    assert found.excluded("a", CHRISTMAS) == "new"


def test_a_look_at_unchanged_files_reads_none(tmp_path: Path) -> None:
    seconds = Seconds()
    written(tmp_path, "a.txt", "12-25 old")
    found = calendars(tmp_path, seconds)
    path = tmp_path / "a.txt"
    before = path.stat()
    path.write_text("12-25 new")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    seconds.now += LOOK_SECONDS
    found.refresh()

    assert found.excluded("a", CHRISTMAS) == "old"


def test_a_file_that_came_or_went_is_noticed(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "12-25")
    found = calendars(tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")

    found.refresh()

    assert found.names() == {"b"}
    assert found.excluded("a", CHRISTMAS) is None
    assert found.excluded("b", CHRISTMAS) == ""

"""Calendars of excluded dates: files of one folder, read again when they change.

`<name>.txt` has one date a line, `2026-12-25` or `12-25` for every year, with text behind it if
wanted; `#` begins a comment. `<name>.ics` is iCalendar, with events that repeat. What a calendar
excludes is looked up in memory: no slot waits for a disk.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import structlog

from conselho.errors import InvalidSchedule
from conselho.models.quiet import excluded_date
from conselho.services.ical import InvalidCalendar, ical_dates

SIZE_LIMIT = 512 * 1024
MOST_CALENDARS = 100
LOOK_SECONDS = 5.0
READ_SECONDS = 30.0
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUFFIXES = (".txt", ".ics")
_TITLE_LIMIT = 100

Signature = tuple[int, ...]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One file as it was read. `dates` maps `2026-12-25` and `12-25` to a title, "" for none.

    An unreadable one has no dates, and says why in `problem`.
    """

    file: str
    signature: Signature
    dates: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None


class Calendars:
    """The calendars of a folder; of None, and of one that is not there, there are none.

    Read at once when made; afterwards a look-up finds out, every few seconds, whether a file was
    changed, and has it read in a thread while the former dates apply.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._folder = folder
        self._monotonic = monotonic
        self._today = today
        self._known: dict[str, Calendar] = {}
        self._doubles: list[str] = []
        self._next_look = 0.0
        self._reading = threading.Lock()
        self._is_reading = False
        self.refresh()

    def names(self) -> set[str]:
        """The calendars that are there, readable or not."""
        self._look()
        return set(self._known)

    def excluded(self, name: str, day: date) -> str | None:
        """The title of a day that the calendar excludes, "" without one; None: not excluded.

        A calendar that is not there or cannot be read excludes nothing.
        """
        self._look()
        calendar = self._known.get(name)
        if calendar is None:
            return None
        text = day.isoformat()
        title = calendar.dates.get(text)
        return calendar.dates.get(text[5:]) if title is None else title

    def problems(self) -> list[str]:
        """A sentence for each calendar that cannot be used, in the order of the names."""
        self._look()
        return self._problems()

    def _problems(self) -> list[str]:
        found = [one.problem for _, one in sorted(self._known.items()) if one.problem]
        return [*found, *self._doubles]

    def refresh(self) -> None:
        """Read now what was changed. Hostile files take their time, but less than a minute."""
        with self._reading:
            self._next_look = self._monotonic() + LOOK_SECONDS
            files, self._doubles = self._files()
            deadline = self._monotonic() + READ_SECONDS
            known = {}
            for name, (path, signature) in files.items():
                calendar = self._known.get(name)
                if self._monotonic() > deadline:
                    calendar = calendar or _put_off(path)
                elif calendar is None or calendar.signature != signature:
                    calendar = _read(path, signature, self._today().year)
                known[name] = calendar
            self._known = known

    def _look(self) -> None:
        now = self._monotonic()
        if self._folder is None or now < self._next_look or self._is_reading:
            return
        self._next_look = now + LOOK_SECONDS
        files, _ = self._files()
        if {name: signature for name, (_, signature) in files.items()} != {
            name: calendar.signature for name, calendar in self._known.items()
        }:
            self._is_reading = True
            threading.Thread(target=self._read_again, name="calendars", daemon=True).start()

    def _read_again(self) -> None:
        try:
            known = self._problems()
            self.refresh()
            for problem in self._problems():
                if problem not in known:
                    log.warning("calendar.unusable", problem=problem)
        finally:
            self._is_reading = False

    def _files(self) -> tuple[dict[str, tuple[Path, Signature]], list[str]]:
        """The calendar files by name with what tells that one was changed, and what is wrong."""
        found: dict[str, tuple[Path, Signature]] = {}
        problems = []
        for path in _entries(self._folder):
            if not NAME.fullmatch(path.stem):
                problems.append(
                    f"The calendar {path.name!a} is left out: a name has letters, digits, '.', '_'"
                    " or '-'."
                )
            elif path.stem in found:
                former = found[path.stem][0].name
                problems.append(
                    f"The calendar {path.name} is left out: {former} bears the same name."
                )
            else:
                found[path.stem] = (path, _signature(path, self._today().year))
        return found, problems


def _entries(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    except OSError:
        return []
    return [path for path in paths if not path.name.startswith(".")][:MOST_CALENDARS]


def _signature(path: Path, year: int) -> Signature:
    """Repeating events are worked out around the present year, so the year belongs to it."""
    try:
        status = path.stat()
    except OSError:
        return (year,)
    return (year, status.st_mtime_ns, status.st_size, status.st_ino)


def _read(path: Path, signature: Signature, year: int) -> Calendar:
    try:
        content = _content(path)
        dates = ical_dates(content, year) if path.suffix == ".ics" else _text_dates(content)
    except (InvalidCalendar, OSError) as exc:
        reason = (exc.strerror or type(exc).__name__) if isinstance(exc, OSError) else str(exc)
        problem = f"The calendar {path.name} cannot be read and excludes nothing: {reason}."
        return Calendar(file=path.name, signature=signature, problem=problem)
    return Calendar(file=path.name, signature=signature, dates=dates)


def _put_off(path: Path) -> Calendar:
    """Its signature is that of no file: the next look reads it."""
    problem = f"The calendar {path.name} is not read yet: those before it took too long."
    return Calendar(file=path.name, signature=(), problem=problem)


def _content(path: Path) -> bytes:
    try:
        inside = path.resolve().is_relative_to(path.parent.resolve())
    except RuntimeError as exc:
        raise InvalidCalendar("it is a circle of links") from exc
    if not inside:
        raise InvalidCalendar("it is a link that leads out of its folder")
    if not path.is_file():
        raise InvalidCalendar("it is not a file")
    with path.open("rb") as file:
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise InvalidCalendar(f"it is larger than {SIZE_LIMIT // 1024} kB")
    return content


def _text_dates(content: bytes) -> dict[str, str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidCalendar("it is not UTF-8 text") from exc
    dates: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split(maxsplit=1)
        if not words:
            continue
        try:
            day = excluded_date(words[0])
        except InvalidSchedule as exc:
            raise InvalidCalendar(f"line {number}: {exc.reason}") from exc
        title = words[1] if len(words) > 1 else ""
        dates.setdefault(day, _title(title))
    return dates


def _title(text: str) -> str:
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return line[:_TITLE_LIMIT]

"""How log lines look: one event a line, for people or as JSON.

Everything that writes to the log ends here: our own events, what libraries say through `logging`,
Python's warnings, and errors that nobody caught. Texts may come from agents and clients, so no text
can begin a line of its own or reach the terminal as a command.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import sys
import threading
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from conselho.config import Problem, Settings
from conselho.errors import ConselhoError

Fields = MutableMapping[str, Any]

log = structlog.get_logger(__name__)

# What every line begins with, in this order.
_HEAD: Final = ("ts", "level", "event")


def configure_logs(settings: Settings, *, lasting: bool = False) -> None:
    """Send structlog and the libraries' own logging to stderr in the format of the settings.

    `lasting`: until this process ends. Loggers then keep what they were given at their first line,
    and warnings and uncaught errors become lines as well.
    """
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]
    if settings.log_format == "json":
        last: list[Any] = [structlog.processors.format_exc_info, json_line]
    elif sys.stderr is not None and sys.stderr.isatty():
        # Plain: the library's own choice prints local variables, and those hold agents' output.
        last = [
            structlog.processors.format_exc_info,
            without_control_characters,
            structlog.dev.ConsoleRenderer(
                exception_formatter=structlog.dev.plain_traceback, timestamp_key="ts"
            ),
        ]
    else:
        last = [structlog.processors.format_exc_info, plain_line]
    lines = _Lines(sys.stderr)
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=lasting,
    )
    _take_in_libraries(lines, max(level, logging.WARNING), shared, last)
    if lasting:
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread


class _Lines:
    """Where all lines end, ours and those of libraries: a logger to structlog, a stream to logging.

    Each is one write under one lock, so that two never join. One that cannot be written (a full
    disk, a pipe whose reader has gone) is lost, and whoever told it goes on.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """`stream` is None for stderr of a process that was started without one (`2>&-`)."""
        self._stream = stream
        # One that its own thread may take again: Python may warn of something at any moment.
        self._lock = threading.RLock()

    def write(self, text: str) -> None:
        if self._stream is None:
            return
        with self._lock, contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
            self._stream.write(text)
            self._stream.flush()

    def flush(self) -> None:
        """Every line is at its end already."""

    def msg(self, line: str) -> None:
        self.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def _take_in_libraries(lines: _Lines, level: int, shared: list[Any], last: list[Any]) -> None:
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """uvicorn takes a refused WebSocket for a fault of the application; anybody may be refused."""
    return "without completing handshake" not in record.getMessage()


def _uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, Exception):
        log.critical("process.failed", exc_info=(kind, error, traceback))
    else:  # KeyboardInterrupt and the like are no failures
        sys.__excepthook__(kind, error, traceback)


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and failed.exc_type is not SystemExit:
        log.critical(
            "thread.failed",
            thread=failed.thread.name if failed.thread else None,
            exc_info=(failed.exc_type, failed.exc_value, failed.exc_traceback),
        )


def say(settings: Settings, problems: Iterable[Problem]) -> None:
    """What a person should know about the settings: lines of the log when that is for machines."""
    for problem in problems:
        if settings.log_format == "json":
            log.warning("settings.warning", where=problem.where, reason=problem.message)
        else:
            _Lines(sys.stderr).msg(f"conselho: warning: {_one_line(str(problem))}")


def complain(settings: Settings, error: BaseException) -> int:
    """Say why a process cannot go on, in one line when that could be foreseen; its exit code."""
    if not isinstance(error, ConselhoError):
        log.critical("server.failed_to_start", exc_info=error)
        return ConselhoError.exit_code
    if settings.log_format == "json":
        log.error("server.refuses_to_start", reason=str(error), exit_code=error.exit_code)
        return error.exit_code
    _Lines(sys.stderr).msg(f"conselho: {error}")
    return error.exit_code


# -- lines -----------------------------------------------------------------------------------------


def json_line(_logger: Any, _method: str, event: Fields) -> str:
    """One event as one line of JSON: `ts`, `level`, `event`, then the other fields by name.

    ASCII alone, with escapes for the rest: to some readers U+2028 and U+0085 end a line as well.
    """
    fields = {name: event.pop(name) for name in _HEAD} | {key: event[key] for key in sorted(event)}
    try:
        return json.dumps(fields, default=str, allow_nan=False)
    except ValueError:  # NaN and the infinities are no JSON
        finite = {key: _finite(value) for key, value in fields.items()}
        return json.dumps(finite, default=str)


def _finite(value: object) -> object:
    is_plain = value is None or isinstance(value, str | int)
    is_number = isinstance(value, float) and math.isfinite(value)
    return value if is_plain or is_number else str(value)


def plain_line(_logger: Any, _method: str, event: Fields) -> str:
    """One event as a line for files and pipes: time, level, event, key=value; then a traceback.

    By hand because one is written for each run: the library's console renderer costs five times
    as much. Texts with blanks or control characters are quoted, so that none can forge a line; a
    traceback, which may quote anybody, is indented.
    """
    exception = event.pop("exception", None)
    told = _one_line(event.pop("event"))
    head = f"{event.pop('ts')} [{event.pop('level'):<8}] {told:<24}"
    line = " ".join([head, *(f"{key}={_value(event[key])}" for key in sorted(event))])
    return line if exception is None else f"{line}\n{_indented(exception)}"


def _value(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def _one_line(text: object) -> str:
    """The text itself when it is one printable line; else with escapes for what is not."""
    text = str(text).rstrip()
    return text if text.isprintable() else repr(text)[1:-1]


def _indented(traceback: str) -> str:
    # By line feeds alone: what else some take for the end of a line is escaped with the rest.
    return "\n".join(f"    {_one_line(line)}" for line in traceback.rstrip().split("\n"))


def without_control_characters(_logger: Any, _method: str, event: Fields) -> Fields:
    """The event with all texts fit for a terminal."""
    if "exception" in event:
        event["exception"] = _indented(event["exception"])
    for key, value in event.items():
        if key != "exception" and isinstance(value, str) and not value.isprintable():
            event[key] = _one_line(value)
    return event

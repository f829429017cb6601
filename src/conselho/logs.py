"""How log lines look: one event a line, for people or as JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from conselho.config import Settings


def configure_logs(settings: Settings, *, lasting: bool = False) -> None:
    """Send structlog and the libraries' own logging to stderr in the format of the settings.

    `lasting`: until this process ends. Loggers then keep what they were given at their first line.
    """
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        last: list[Any] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    elif sys.stderr.isatty():
        # Plain: the library's own choice prints local variables, and those hold agents' output.
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        last = [structlog.processors.format_exc_info, plain_line]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=lasting,
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr)
    logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """uvicorn takes a refused WebSocket for a fault of the application; anybody may be refused."""
    return "without completing handshake" not in record.getMessage()


def plain_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """One event as a line for files and pipes: time, level, event, key=value; then a traceback.

    By hand because one is written for each run: the library's console renderer costs five times
    as much. Texts with blanks or control characters are quoted, so that none can forge a line.
    """
    exception = event.pop("exception", None)
    head = f"{event.pop('timestamp')} [{event.pop('level'):<8}] {event.pop('event'):<24}"
    line = " ".join([head, *(f"{key}={_value(event[key])}" for key in sorted(event))])
    return line if exception is None else f"{line}\n{exception}"


def _value(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)

"""What an agent's error message means: a cause for code, a sentence for people, a time to retry.

The same trouble comes in many words: a status, an API's error type, a CLI's own text. What they say
about the account, the content or the length outranks the status, which is often just 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final as Constant

from conselho.models.task import ErrorCause
from conselho.provider import Final
from conselho.providers.fields import one_line, table, text
from conselho.providers.reset_times import reset_time

_LONGEST_TEXT: Constant = 16 << 10
_LONGEST_SAID: Constant = 400

_SENTENCES = {
    ErrorCause.RATE_LIMIT: "The provider takes no more requests for now",
    ErrorCause.OVERLOADED: "The provider is overloaded",
    ErrorCause.AUTHENTICATION: "The provider refused the credentials or the account",
    ErrorCause.REFUSED: "The provider refused the request",
    ErrorCause.TRUNCATED: "The answer was cut off",
    ErrorCause.EMPTY: "The model gave no answer",
    ErrorCause.PERMISSION_DENIED: "The agent was not allowed to go on",
    ErrorCause.BAD_REQUEST: "The provider could not use the request",
    ErrorCause.SERVER: "The provider had an error of its own",
    ErrorCause.NETWORK: "The provider could not be reached",
    ErrorCause.LOOP: "The agent repeated itself until it was stopped",
    ErrorCause.UNFINISHED: "The agent stopped before it had finished",
    ErrorCause.BUDGET: "The agent reached its budget and was stopped",
}
# Where another try does not help before some moment has come.
_WAITS = {ErrorCause.RATE_LIMIT, ErrorCause.OVERLOADED, ErrorCause.SERVER, ErrorCause.NETWORK}


def failed(
    said: str,
    *,
    now: datetime,
    status: int | None = None,
    code: str = "",
    headers: Mapping[str, str] | None = None,
    retry_at: datetime | None = None,
) -> Final:
    """The Final for an error. `code`: the CLI's or API's name of it, `retry_at`: told elsewhere."""
    whole = f"{code}\n{said}"
    cause = classify(whole, status=status)
    words = message_in(said) or message_in(code)
    if cause not in _WAITS:
        return failed_for(cause, words)
    told = reset_time(whole, now=now, headers=headers)
    return failed_for(cause, words, retry_at=told or retry_at)


def failed_for(cause: ErrorCause, said: str, *, retry_at: datetime | None = None) -> Final:
    """The Final for a cause that is known; `said` are the agent's words about it, if any."""
    sentence = _SENTENCES.get(cause, "The agent failed")
    words = one_line(said, _LONGEST_SAID)
    reason = f"{sentence}: {words}" if words else f"{sentence}."
    return Final(ok=False, reason=reason, cause=cause, retry_at=retry_at)


def classify(said: str, *, status: int | None = None) -> ErrorCause:
    """The cause that a message and its HTTP status tell; OTHER when neither is known here."""
    lowered = said[:_LONGEST_TEXT].lower()
    if status is None:
        status = _status_in(lowered)
    return (
        _first(_OUTRANKING, lowered)
        or _BY_STATUS.get(status or 0)
        or (ErrorCause.SERVER if status and 500 <= status < 600 else None)
        or _first(_BY_WORDS, lowered)
        or ErrorCause.OTHER
    )


def message_in(said: str) -> str:
    """The message for people inside an API's error, which CLIs often pass on as JSON text."""
    said = said[:_LONGEST_TEXT]
    for _ in range(3):  # JSON in JSON in JSON has been seen
        start = said.find("{")
        if start < 0:
            break
        try:
            value, _ = json.JSONDecoder().raw_decode(said, start)
        except (ValueError, RecursionError):
            break
        inner = text(value, "error", "message") or text(value, "message") or text(value, "error")
        if not inner.strip():
            break
        said = inner
    return said


def text_headers(value: object) -> dict[str, str]:
    """HTTP headers out of JSON."""
    return {name: text(value, name) for name in table(value)}


_Words = Iterable[tuple[ErrorCause, tuple[str, ...]]]

# Looked for as they are, so that no text costs more than its length.
_OUTRANKING: _Words = (
    (
        ErrorCause.AUTHENTICATION,
        (
            "credit balance is too low", "credit balance too low", "insufficient_quota",
            "insufficient credits", "insufficient balance", "out of credits", "billing_error",
            "invalid api key", "invalid_api_key", "incorrect api key", "api key not valid",
            "api_key_invalid", "invalid x-api-key", "no api key", "missing api key",
            "api key is missing", "api key not found", "run /login", "not logged in",
            "login required", "missing environment variable", "must specify the gemini_api_key",
            "set an auth method", "invalid auth method",
            "authentication_error", "authentication_failed", "authentication failed",
            "unauthenticated", "unauthorized", "token has expired", "token expired",
            "token has been revoked", "token_revoked", "oauth_org_not_allowed",
            "providerautherror", "quota exceeded. check your plan",
        ),
    ),
    (
        ErrorCause.REFUSED,
        (
            "content filter", "content_filter", "contentfilter", "content policy",
            "content management policy", "usage polic", "prohibited_content", "safety settings",
            "safety reasons", "flagged as potentially violating",
        ),
    ),
    (
        ErrorCause.TRUNCATED,
        (
            "max_output_tokens", "max output tokens", "output token maximum",
            "maximum output tokens", "output token limit", "messageoutputlengtherror",
        ),
    ),
    (
        ErrorCause.BAD_REQUEST,
        (
            "context length", "context_length", "context window", "contextoverflow",
            "prompt is too long", "input is too long", "input token count", "input_too_large",
        ),
    ),
)  # fmt: skip
_BY_WORDS: _Words = (
    (
        ErrorCause.RATE_LIMIT,
        (
            "usage limit", "rate limit", "rate_limit", "ratelimit", "rate-limit", "limit reached",
            "hit your", "reached your", "too many requests", "quota", "resource_exhausted",
            "resource exhausted", "resource has been exhausted", "throttl",
            "increase your limits",
        ),
    ),
    (
        ErrorCause.OVERLOADED,
        (
            "overloaded", "at capacity", "capacity exceeded", "exhausted your capacity",
            "capacity_exhausted", "capacity unavailable", "high demand", "service unavailable",
            "temporarily unavailable",
        ),
    ),
    (
        ErrorCause.NETWORK,
        (
            "econnrefused", "econnreset", "enotfound", "etimedout", "eai_again", "epipe",
            "fetch failed", "failed to fetch", "socket hang up", "connection error",
            "connection refused", "connection reset", "connection closed", "connection failed",
            "connectionrefused", "unable to connect", "network error", "network is unreachable",
            "stream disconnected", "error sending request", "stream closed before",
            "timed out", "timeout", "getaddrinfo", "certificate", "error: terminated",
        ),
    ),
    (ErrorCause.SERVER, ("internal server error", "server_error", "api_error", "bad gateway")),
    (ErrorCause.LOOP, ("loop detected",)),
    (ErrorCause.EMPTY, ("empty response",)),
    (
        ErrorCause.BAD_REQUEST,
        (
            "invalid_request", "invalid_argument", "invalid request", "bad request",
            "model_not_found", "model not found", "modelnotfound", "not_found_error",
            "unknown model", "unsupported model", "is not supported", "does not exist",
        ),
    ),
)  # fmt: skip
_BY_STATUS = {
    400: ErrorCause.BAD_REQUEST,
    401: ErrorCause.AUTHENTICATION,
    402: ErrorCause.AUTHENTICATION,
    403: ErrorCause.AUTHENTICATION,
    404: ErrorCause.BAD_REQUEST,
    408: ErrorCause.NETWORK,
    413: ErrorCause.BAD_REQUEST,
    422: ErrorCause.BAD_REQUEST,
    429: ErrorCause.RATE_LIMIT,
    503: ErrorCause.OVERLOADED,
    529: ErrorCause.OVERLOADED,
}
_STATUS = re.compile(
    r"(?:status(?:code| code)?|http(?:/[12](?:\.[01])?)?(?: error)?|api error|code)"
    r"[\"']?\s{0,3}[:=]?\s{0,3}[\"']?([1-5]\d\d)(?!\d)"
)


def _status_in(lowered: str) -> int | None:
    match = _STATUS.search(lowered)
    return int(match.group(1)) if match else None


def _first(table_of_words: _Words, lowered: str) -> ErrorCause | None:
    for cause, words in table_of_words:
        if any(word in lowered for word in words):
            return cause
    return None

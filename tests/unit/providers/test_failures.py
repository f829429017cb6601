"""What error messages mean: a cause, a sentence, and when to come again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conselho.models.task import ErrorCause
from conselho.providers.failures import classify, failed, failed_for, message_in
from tests.support.clock import NOON


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (429, ErrorCause.RATE_LIMIT),
        (529, ErrorCause.OVERLOADED),
        (503, ErrorCause.OVERLOADED),
        (401, ErrorCause.AUTHENTICATION),
        (403, ErrorCause.AUTHENTICATION),
        (402, ErrorCause.AUTHENTICATION),
        (400, ErrorCause.BAD_REQUEST),
        (404, ErrorCause.BAD_REQUEST),
        (413, ErrorCause.BAD_REQUEST),
        (422, ErrorCause.BAD_REQUEST),
        (500, ErrorCause.SERVER),
        (502, ErrorCause.SERVER),
        (599, ErrorCause.SERVER),
        (200, ErrorCause.OTHER),
        (None, ErrorCause.OTHER),
    ],
)
def test_a_status_has_its_cause(status: int | None, cause: ErrorCause) -> None:
    assert classify("something went wrong", status=status) is cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        # Claude Code
        ("Invalid API key · Fix external API key", ErrorCause.AUTHENTICATION),
        ("Not logged in · Please run /login", ErrorCause.AUTHENTICATION),
        ("Credit balance is too low", ErrorCause.AUTHENTICATION),
        ("You've hit your session limit · resets 3pm (UTC)", ErrorCause.RATE_LIMIT),
        ("Claude AI usage limit reached|1764100000", ErrorCause.RATE_LIMIT),
        ("You've hit your limit · resets 3pm (America/Sao_Paulo)", ErrorCause.RATE_LIMIT),
        ('API Error: 529 {"type":"error"}', ErrorCause.OVERLOADED),
        ("API Error: Repeated 529 Overloaded errors", ErrorCause.OVERLOADED),
        ("API Error: Connection error.", ErrorCause.NETWORK),
        ("API Error: Request timed out.", ErrorCause.NETWORK),
        ("Prompt is too long", ErrorCause.BAD_REQUEST),
        (
            "API Error: Claude's response exceeded the 32000 output token maximum.",
            ErrorCause.TRUNCATED,
        ),
        (
            "API Error: Claude Code is unable to respond to this request, which appears to violate"
            " our Usage Policy (https://example.org/aup).",
            ErrorCause.REFUSED,
        ),
        # Codex
        ("unexpected status 401 Unauthorized: no key", ErrorCause.AUTHENTICATION),
        ("exceeded retry limit, last status: 429 Too Many Requests", ErrorCause.RATE_LIMIT),
        ("exceeded retry limit, last status: 500 Internal Server Error", ErrorCause.SERVER),
        ("You've hit your usage limit. Try again at 3:15 PM.", ErrorCause.RATE_LIMIT),
        ("Missing environment variable: `A_KEY`.", ErrorCause.AUTHENTICATION),
        ("Quota exceeded. Check your plan and billing details.", ErrorCause.AUTHENTICATION),
        ("stream disconnected before completion: error sending request", ErrorCause.NETWORK),
        ("We’re currently experiencing high demand, try again.", ErrorCause.OVERLOADED),
        ("stream disconnected before completion: idle timeout", ErrorCause.NETWORK),
        ("Selected model is at capacity. Please try a different model.", ErrorCause.OVERLOADED),
        ("Incomplete response returned, reason: max_output_tokens", ErrorCause.TRUNCATED),
        ("Incomplete response returned, reason: content_filter", ErrorCause.REFUSED),
        ("Codex ran out of room in the model's context window.", ErrorCause.BAD_REQUEST),
        # Gemini CLI
        (
            "You exceeded your current quota, please check your plan and billing details."
            " Please retry in 34.07s.",
            ErrorCause.RATE_LIMIT,
        ),
        ('{"error":{"code":503,"status":"UNAVAILABLE"}}', ErrorCause.OVERLOADED),
        ('[API Error: {"error":{"code":400,"status":"INVALID_ARGUMENT"}}]', ErrorCause.BAD_REQUEST),
        ("Please set an Auth method in your ~/.gemini/settings.json", ErrorCause.AUTHENTICATION),
        ("API key not valid. Please pass a valid API key.", ErrorCause.AUTHENTICATION),
        ("exception TypeError: fetch failed sending request", ErrorCause.NETWORK),
        ("[API Error: terminated]", ErrorCause.NETWORK),
        ("[API Error: x]\nTo increase your limits, see https://example.org", ErrorCause.RATE_LIMIT),
        # OpenCode and the APIs behind it
        ("connect ECONNREFUSED 127.0.0.1:9", ErrorCause.NETWORK),
        ('{"error": {"code": "insufficient_quota"}}', ErrorCause.AUTHENTICATION),
        ('{"type": "overloaded_error", "message": "Overloaded"}', ErrorCause.OVERLOADED),
        ('{"type": "rate_limit_error"}', ErrorCause.RATE_LIMIT),
        ("Model not found: nobody/knows", ErrorCause.BAD_REQUEST),
        ("Sorry about that", ErrorCause.OTHER),
        ("", ErrorCause.OTHER),
    ],
)
def test_the_words_of_the_agents_have_their_cause(said: str, cause: ErrorCause) -> None:
    assert classify(said) is cause


@pytest.mark.parametrize(
    ("said", "status", "cause"),
    [
        ("Your credit balance is too low to use the API", 400, ErrorCause.AUTHENTICATION),
        ('{"code": "insufficient_quota"}', 429, ErrorCause.AUTHENTICATION),
        ("blocked by our content filter", 400, ErrorCause.REFUSED),
        ("prompt is too long: 250000 tokens", 400, ErrorCause.BAD_REQUEST),
    ],
)
def test_what_another_try_cannot_cure_outranks_the_status(
    said: str, status: int, cause: ErrorCause
) -> None:
    assert classify(said, status=status) is cause


def test_a_rate_limit_tells_when_to_come_again() -> None:
    final = failed("limit", now=NOON, status=429, headers={"Retry-After": "90"})
    assert (final.ok, final.cause) == (False, ErrorCause.RATE_LIMIT)
    assert final.retry_at == NOON + timedelta(seconds=90)


def test_a_moment_told_elsewhere_counts_when_the_message_has_none() -> None:
    later = NOON + timedelta(hours=2)
    assert failed("hit your limit", now=NOON, retry_at=later).retry_at == later
    exact = failed("hit your limit, try again in 5s", now=NOON, retry_at=later)
    assert exact.retry_at == NOON + timedelta(seconds=5)


def test_what_never_passes_has_no_time_to_come_again() -> None:
    final = failed("Invalid API key, retry in 5s", now=NOON, retry_at=NOON + timedelta(hours=1))
    assert (final.cause, final.retry_at) == (ErrorCause.AUTHENTICATION, None)


def test_the_sentence_says_what_and_what_the_provider_said() -> None:
    final = failed('{"error": {"message": "no\\nmore"}}', now=NOON, status=429)
    assert final.reason == "The provider takes no more requests for now: no more"
    assert failed_for(ErrorCause.EMPTY, "").reason == "The model gave no answer."


def test_a_message_of_a_megabyte_becomes_one_short_line() -> None:
    reason = failed("a b\n" * 250_000, now=NOON).reason
    assert reason is not None
    assert len(reason) < 500
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("plain", "plain"),
        ('{"error": {"message": "inner", "code": 1}}', "inner"),
        ('[API Error: {"error":{"message":"{\\"error\\": {\\"message\\": \\"deep\\"}}"}}]', "deep"),
        ('{"message": "top"}', "top"),
        ('{"error": "word"}', "word"),
        ("{broken", "{broken"),
        ("{" * 20_000, "{" * 16_384),
        ('{"a":' * 10_000, ('{"a":' * 10_000)[:16_384]),
        ('{"error": {"message": ""}}', '{"error": {"message": ""}}'),
    ],
)
def test_the_message_inside_an_apis_error_is_found(said: str, message: str) -> None:
    assert message_in(said) == message

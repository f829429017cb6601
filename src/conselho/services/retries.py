"""Whether and when a run that went wrong is tried again.

Only causes that may pass are worth another try, and money. A provider that says when it will take
requests again is believed: trying sooner only prolongs the wait for everybody with the same key.
Whatever the reason to wait, nothing is tried again after the deadline of its Task.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from conselho.models.lengths import length_text
from conselho.models.task import ErrorCause, ErrorKind, Outcome, Snapshot, Task, Trigger
from conselho.models.verdict import VerdictSource

# Beyond that the councilor's next slots say more than an old one that waits for its provider.
LONGEST_WAIT: Final = timedelta(hours=24)
# Councilors that wait for one reset do not all come back in the same second.
RESET_SPREAD_SECONDS: Final = 15.0

# Trouble at the provider that goes away by itself.
PASSING: Final = frozenset(
    {ErrorCause.RATE_LIMIT, ErrorCause.OVERLOADED, ErrorCause.SERVER, ErrorCause.NETWORK}
)
# What another try would only repeat: the same answer, or the same bill.
_LASTING = frozenset(
    {
        ErrorCause.AUTHENTICATION,
        ErrorCause.REFUSED,
        ErrorCause.TRUNCATED,
        ErrorCause.PERMISSION_DENIED,
        ErrorCause.BAD_REQUEST,
        ErrorCause.BUDGET,
    }
)


def may_pass(task: Task, outcome: Outcome) -> bool:
    """Whether another try may end otherwise.

    A verdict that a report states is a finding, not a fault: trying again would only repeat it.
    """
    if outcome.error_kind in (ErrorKind.TIMEOUT, ErrorKind.SILENT):
        late = outcome.error_kind == ErrorKind.TIMEOUT and task.snapshot.retry_on_timeout
        return late or outcome.error_cause in PASSING
    if outcome.error_kind == ErrorKind.EXIT:
        verdict = outcome.verdict
        return verdict is None or verdict.source is not VerdictSource.CONTRACT
    if outcome.error_kind == ErrorKind.PROVIDER:
        return outcome.error_cause not in _LASTING
    return outcome.error_kind == ErrorKind.SHUTDOWN


def retry_at(task: Task, *, told: datetime | None, now: datetime) -> datetime | None:
    """When to try again after this attempt; `told` is the provider's own word on it.

    None when that is further away than anybody should wait. It may be after the deadline.
    """
    again = now + backoff(task.snapshot, task.attempt)
    if told is None or told <= now:
        return again
    if told - now > LONGEST_WAIT:
        return None
    spread = timedelta(seconds=random.uniform(0, RESET_SPREAD_SECONDS))
    return max(again, told + min(spread, (told - now) / 10))


def backoff(spec: Snapshot, attempt: int) -> timedelta:
    """The wait after the given attempt: growing up to its bound, then some jitter either way."""
    grown = spec.retry_backoff_seconds * float(spec.retry_backoff_factor) ** (attempt - 1)
    jitter = random.uniform(1 - spec.retry_jitter, 1 + spec.retry_jitter)
    return timedelta(seconds=min(grown, spec.retry_backoff_max_seconds) * jitter)


def is_too_late(task: Task, moment: datetime) -> bool:
    """Whether a try of this Task that begins at `moment` would begin after its deadline."""
    return task.deadline_at is not None and moment > task.deadline_at


def given_up(task: Task, outcome: Outcome) -> Outcome:
    """The outcome of an attempt after which another would come too late: it says so as well."""
    error = without_further_try(task, outcome.error, "would have passed")
    verdict = outcome.verdict
    # A verdict that tells no more than the error keeps to it: it is what lists and pages show.
    if verdict is not None and verdict.summary == outcome.error:
        verdict = replace(verdict, summary=error)
    return replace(outcome, error=error, verdict=verdict)


def without_further_try(task: Task, cause: str | None, passed: str) -> str:
    """What went wrong, and that it is too late to try again. `passed`: when, as a verb."""
    after = "its slot" if task.trigger is Trigger.SCHEDULE else "it was submitted"
    length = length_text(task.snapshot.deadline_seconds or 0)
    sentence = f"No further try: the deadline of {length} after {after} {passed}."
    return f"{cause.rstrip(' .')}. {sentence}" if cause else sentence

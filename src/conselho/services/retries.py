"""Whether and when a run that went wrong is tried again.

Only causes that may pass are worth another try, and money. A provider that says when it will take
requests again is believed: trying sooner only prolongs the wait for everybody with the same key.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from conselho.models.task import ErrorCause, ErrorKind, Outcome, Task
from conselho.models.verdict import VerdictSource

LONGEST_BACKOFF_SECONDS: Final = 3_600.0
# Beyond that the councilor's next slots say more than an old one that still waits.
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

    None when that is further away than anybody should wait.
    """
    again = now + backoff(task.snapshot.retry_backoff_seconds, task.attempt)
    if told is not None and told > now:
        spread = timedelta(seconds=random.uniform(0, RESET_SPREAD_SECONDS))
        again = max(again, told + min(spread, (told - now) / 10))
    return again if again - now <= LONGEST_WAIT else None


def backoff(base_seconds: float, attempt: int) -> timedelta:
    """The wait after the given attempt: doubling, a quarter of jitter either way, bounded."""
    wait = min(base_seconds * 2.0 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=wait * random.uniform(0.75, 1.25))

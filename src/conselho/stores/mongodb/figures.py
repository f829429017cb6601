"""What a Task counts, and the counters that add it up.

    share_of       what one document of `tasks` counts, as its `folded` keeps it
    sums_of        what such a share adds to which counters

Each counter is a document of `counters`, named by its `_id`:

    agent:<agent_id>               here.<trigger>.<status>.<severity>.<measure>, newest.<status>
    quarter:<start>, day:<start>   here.tally.<figure>, here.durations.<bucket>,
                                   here.lost.<status>.<reason>
    usage_quarter:<start>:<agent_id>, usage_day:<start>:<agent_id>
                                   here.<field of models.statistics.Usage>
    kinds                          here.<trigger>.<status>.<severity>.tasks

`of` is the first part of the name, `at` the start (microseconds since the epoch, UTC), `agent_id`
whose it is. What `here` adds up is there; `gone` has the same shape, for tasks that were pruned.
The figures of a day are there for long spans: a month is thirty of them, where its quarters of an
hour are 2,880. A span takes the days that lie whole in it and the quarters at its two ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from conselho.models.durations import bucket_us
from conselho.models.statistics import Tally, Usage
from conselho.models.task import LOST_SLOT, Status
from conselho.models.verdict import Severity

QUARTER_US: Final = 15 * 60 * 1_000_000
DAY_US: Final = 96 * QUARTER_US
GRAINS: Final = {"quarter": QUARTER_US, "day": DAY_US}
RUNS: Final = ("completed", "error")
LOST: Final = tuple(sorted(status.value for status in LOST_SLOT))
NO_SEVERITY: Final = "none"

HERE: Final = "here"
GONE: Final = "gone"

Share = dict[str, Any]
Path = tuple[str, ...]
# Amounts by counter and path in it.
Sums = dict[str, dict[Path, int]]

# The fields of a document that `share_of` reads.
COUNTED_FIELDS: Final[Mapping[str, int]] = dict.fromkeys(
    (
        *("agent_id", "trigger", "status", "severity", "slot_count", "skip_reason", "spent"),
        *("us.created_at", "us.ended_at", "us.duration", "us.spent_at"),
    ),
    1,
)


def share_of(document: Mapping[str, Any]) -> Share:
    """What a document counts; empty while it counts nothing."""
    us, spent = document["us"], document.get("spent") or {}
    share: Share = {}
    if us.get("ended_at") is not None:
        share = ended_share(document) | {
            "trigger": document["trigger"],
            "ended_at": us["ended_at"],
            "created_at": us["created_at"],
        }
    if us.get("spent_at") is not None and spent.get("runs"):
        share["spent_at"] = us["spent_at"]
        share["spent"] = dict(spent)
    return share and share | {"agent_id": str(document.get("agent_id") or "unknown")}


def ended_share(document: Mapping[str, Any]) -> Share:
    """The part of a share that tells how a Task ended."""
    return {
        # As they are read: words of the former system may be any (former.py).
        "status": _known(document["status"], _STATUSES) or Status.COMPLETED.value,
        "severity": _known(document.get("severity"), _SEVERITIES) or NO_SEVERITY,
        "slots": document.get("slot_count") or 0,
        "reason": document.get("skip_reason") or "",
        "duration": (document.get("us") or {}).get("duration"),
        "cost_microusd": (document.get("spent") or {}).get("cost_microusd", 0),
    }


_STATUSES: Final[frozenset[str]] = frozenset(Status)
_SEVERITIES: Final[frozenset[str]] = frozenset(Severity)


def _known(value: object, words: frozenset[str]) -> str | None:
    return value if isinstance(value, str) and value in words else None


def sums_of(share: Share, sign: int = 1, *, part: str = HERE) -> Sums:
    """What a share adds to the counters, or takes away when `sign` is -1."""
    sums: Sums = {}
    if "status" in share:
        _add_ended(sums, share, sign, part)
    if "spent_at" in share:
        amounts: dict[Path, int] = {
            (part, name): sign * amount for name, amount in share["spent"].items()
        }
        for grain, length in GRAINS.items():
            start = share["spent_at"] - share["spent_at"] % length
            merge(sums, {f"usage_{grain}:{start}:{share['agent_id']}": amounts})
    return sums


def _add_ended(sums: Sums, share: Share, sign: int, part: str) -> None:
    group = (part, share["trigger"], share["status"], share["severity"])
    measures = {
        "tasks": 1,
        "slots": share["slots"],
        "duration_us": share["duration"] or 0,
        "cost_microusd": share["cost_microusd"],
    }
    agent: dict[Path, int] = {(*group, name): sign * amount for name, amount in measures.items()}
    merge(sums, {f"agent:{share['agent_id']}": agent})
    if part == HERE:
        merge(sums, {"kinds": {(*group, "tasks"): sign}})
    figures = {(part, *path): sign * amount for path, amount in in_time(share)}
    for grain, length in GRAINS.items():
        start = share["ended_at"] - share["ended_at"] % length
        merge(sums, {f"{grain}:{start}": figures})


def in_time(share: Share) -> Iterator[tuple[Path, int]]:
    """What an ended Task adds to the figures of a span (models.statistics.Tally)."""
    status = share["status"]
    yield ("tally", "cost_microusd"), share["cost_microusd"]
    if status in LOST:
        yield ("tally", status), share["slots"]
        yield ("lost", status, word(share["reason"])), share["slots"]
    elif status == Status.CANCELLED:
        yield ("tally", status), 1
    else:
        yield ("tally", status), 1
        yield ("tally", "duration_us"), share["duration"] or 0
        if share["severity"] != NO_SEVERITY:
            yield ("tally", SEVERITY_FIGURE[share["severity"]]), 1
        if share["duration"] is not None:
            yield ("durations", str(bucket_us(share["duration"]))), 1


# A status has the name `error` already.
SEVERITY_FIGURE: Final = {
    severity.value: "severity_error" if severity is Severity.ERROR else severity.value
    for severity in Severity
}


def merge(sums: Sums, others: Mapping[str, Mapping[Path, int]]) -> None:
    for counter, amounts in others.items():
        into = sums.setdefault(counter, {})
        for path, amount in amounts.items():
            into[path] = into.get(path, 0) + amount


def without_zeros(sums: Sums) -> Sums:
    changes = {
        counter: {path: amount for path, amount in amounts.items() if amount}
        for counter, amounts in sums.items()
    }
    return {counter: amounts for counter, amounts in changes.items() if amounts}


def newest_of(shares: Iterable[Share]) -> dict[str, int]:
    """By counter of an agent, the newest created_at of these runs of the council."""
    newest: dict[str, int] = {}
    for share in shares:
        if share.get("status") in RUNS and share["trigger"] != "api":
            counter = f"agent:{share['agent_id']}"
            newest[counter] = max(newest.get(counter, 0), share["created_at"])
    return newest


def identity_of(counter: str) -> dict[str, Any]:
    """The fields of a counter's document that its name tells."""
    of, _, rest = counter.partition(":")
    if of == "agent":
        return {"of": of, "agent_id": rest}
    if of in GRAINS:
        return {"of": of, "at": int(rest)}
    if of == "kinds":
        return {"of": of}
    start, _, agent_id = rest.partition(":")
    return {"of": of, "at": int(start), "agent_id": agent_id}


def word(text: str) -> str:
    """A text as a field's name: without a dot or a dollar, and never empty."""
    return quote(text, safe=" ").replace(".", "%2E") or "%"


def text_of(name: str) -> str:
    """The text that `word` made a name of."""
    return "" if name == "%" else unquote(name)


def flat(part: Mapping[str, Any] | None, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """The amounts of `here` or `gone`, each with its path, without the zeros."""
    for name, value in (part or {}).items():
        if isinstance(value, Mapping):
            yield from flat(value, (*path, name))
        elif value:
            yield (*path, name), int(value)


def both_parts(counter: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
    """What a counter adds up of the tasks that are there and of those that are gone."""
    yield from flat(counter.get(HERE))
    yield from flat(counter.get(GONE))


def tally_of(figures: Mapping[str, int]) -> Tally:
    """The Tally of sums by the names of its fields, with `duration_us` for its duration."""
    counted = {name: figures.get(name, 0) for name in Tally.__slots__ if name != "duration_ms"}
    return Tally(duration_ms=round(figures.get("duration_us", 0) / 1000), **counted)


def usage_of(figures: Mapping[str, int]) -> Usage:
    return Usage(**{name: figures.get(name, 0) for name in Usage.__slots__})

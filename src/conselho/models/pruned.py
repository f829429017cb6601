"""What pruned tasks counted, in a form that every store can give and take.

Figures outlive the tasks that they were counted from. Times are microseconds since the epoch, UTC;
`quarter` is where a quarter of an hour begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from conselho.models.ids import AgentId

QUARTER_US: Final = 15 * 60 * 1_000_000
DAY_US: Final = 96 * QUARTER_US

# What of the figures of a quarter, by quarter and field of models.statistics.Tally; its duration
# stands under `duration_us`.
Figures = Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedKind:
    """The pruned tasks of one agent with one trigger, status and severity ('' for none).

    `slots` are those of rows of lost slots. `newest`: no run of the agent, pruned or not, that this
    one stands for was made later; 0 when that is not known.
    """

    agent_id: AgentId
    trigger: str
    status: str
    severity: str
    tasks: int
    slots: int
    duration_us: int
    cost_microusd: int
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedDay:
    """What the pruned tasks that ended, or spent, on one day counted there. No amount is 0.

    `durations`: how many runs, by quarter and bucket (models.durations). `lost`: how many slots, by
    quarter, status and reason ('' for none). `usage`: amounts by quarter, agent and field of
    models.statistics.Usage.
    """

    day: int
    figures: Figures = field(default_factory=dict)
    durations: Mapping[tuple[int, int], int] = field(default_factory=dict)
    lost: Mapping[tuple[int, str, str], int] = field(default_factory=dict)
    usage: Mapping[tuple[int, AgentId, str], int] = field(default_factory=dict)


def day_of(moment: int) -> int:
    """Where the day of a moment begins."""
    return moment - moment % DAY_US

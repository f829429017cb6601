"""What a run cost, where the agent tells only its tokens."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from conselho.provider import AgentEvent, Session, Text, Usage
from conselho.providers.prices import PricedReader, cost
from conselho.providers.spec import Price

CHEAP = Price(input=1, output=10)
DEAR = Price(input=5, output=20, cached=0.5)


class Tape:
    """A reader that has its events already."""

    def __init__(self, *events: AgentEvent) -> None:
        self._events = events

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        return self._events

    def close(self) -> Sequence[AgentEvent]:
        return self._events[-1:]


def costs(*events: AgentEvent, model: str | None = None) -> list[float | None]:
    reader = PricedReader(Tape(*events), {"dear": DEAR, "*": CHEAP}, model)
    return [event.cost_usd for event in reader.feed(b"") if isinstance(event, Usage)]


def million(**fields: int) -> Usage:
    return Usage(**{name: amount * 1_000_000 for name, amount in fields.items()})


@pytest.mark.parametrize(
    ("usage", "price", "dollars"),
    [
        (million(input_tokens=1, output_tokens=1), CHEAP, 11),
        (million(input_tokens=2, cached_tokens=1), CHEAP, 2),
        (million(input_tokens=2, cached_tokens=1), DEAR, 5.5),
        (million(input_tokens=1, cached_tokens=9), DEAR, 0.5),
        (million(output_tokens=1), DEAR, 20),
        (Usage(), DEAR, 0),
    ],
)
def test_a_cost_is_tokens_by_their_price(usage: Usage, price: Price, dollars: float) -> None:
    assert cost(usage, price) == pytest.approx(dollars)


def test_the_price_is_of_the_agents_model_until_the_program_names_another() -> None:
    used = million(input_tokens=1)
    assert costs(used) == [1]
    assert costs(used, model="unheard-of") == [1]
    assert costs(used, model="dear") == [5]
    assert costs(used, Session(model="dear"), used, Session(model="auto"), used) == [1, 5, 5]


def test_without_a_price_nothing_is_made_up() -> None:
    reader = PricedReader(Tape(million(input_tokens=1)), {"dear": DEAR})
    assert reader.feed(b"") == [million(input_tokens=1)]


def test_the_agents_own_word_on_the_whole_takes_the_place_of_the_estimates() -> None:
    used = million(input_tokens=1)
    assert costs(used, used, Usage(cost_usd=2.5)) == [1, 1, 0.5]
    assert costs(Usage(cost_usd=2.5)) == [2.5]


def test_other_events_pass_as_they_are() -> None:
    reader = PricedReader(Tape(Text(text="a"), million(input_tokens=1)), {"*": CHEAP})
    assert reader.feed(b"")[0] == Text(text="a")
    (last,) = reader.close()
    assert isinstance(last, Usage)
    assert last.cost_usd == 1

"""The cost of a run whose agent tells tokens but no money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conselho.provider import AgentEvent, OutputReader, Session, Usage
from conselho.providers.spec import Price

ANY_MODEL = "*"
_MILLION = 1_000_000


class PricedReader:
    """Adds `cost_usd` to each Usage that has none, by the price of the model at work."""

    def __init__(
        self, reader: OutputReader, prices: Mapping[str, Price], model: str | None = None
    ) -> None:
        """`model`: what the agent asks for; the program's own word, when it comes, is stronger."""
        self._reader = reader
        self._prices = prices
        self._price = prices.get(model or ANY_MODEL) or prices.get(ANY_MODEL)
        self._estimated = 0.0

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        return [self._priced(event) for event in self._reader.feed(piece)]

    def close(self) -> Sequence[AgentEvent]:
        return [self._priced(event) for event in self._reader.close()]

    def _priced(self, event: AgentEvent) -> AgentEvent:
        if isinstance(event, Session) and event.model:
            self._price = self._prices.get(event.model, self._price)
        return self._with_cost(event) if isinstance(event, Usage) else event

    def _with_cost(self, usage: Usage) -> Usage:
        if usage.cost_usd is not None:  # its own word on the whole takes the place of estimates
            told = max(usage.cost_usd - self._estimated, 0.0)
            self._estimated = 0.0
            return replace(usage, cost_usd=told)
        if self._price is None:
            return usage
        estimate = cost(usage, self._price)
        self._estimated += estimate
        return replace(usage, cost_usd=estimate)


def cost(usage: Usage, price: Price) -> float:
    """USD for what was spent. Cached tokens are part of the input; reasoning, of the output."""
    cached = min(usage.cached_tokens or 0, usage.input_tokens or 0)
    fresh = (usage.input_tokens or 0) - cached
    per_cached = price.input if price.cached is None else price.cached
    dollars = fresh * price.input + cached * per_cached + (usage.output_tokens or 0) * price.output
    return dollars / _MILLION

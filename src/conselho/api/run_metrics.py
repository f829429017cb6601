"""Runs of this server in figures. Those of other servers and workers are for them to tell."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric

from conselho.api.families import counter, histogram, histograms
from conselho.services.run_figures import RunFigures


def run_families(figures: RunFigures, providers: Iterable[str]) -> Iterable[Metric]:
    """`providers`: those whose runs this server could take."""
    yield counter(
        "claims_total",
        "Attempts that this server took.",
        ("provider",),
        [(name, figures.claims[name]) for name in sorted(providers)],
    )
    yield counter(
        "leases_lost_total",
        "Attempts of this server that went to another: what came of them here does not count.",
        (),
        [(figures.leases_lost,)],
    )
    yield histograms(
        "queue_wait_seconds",
        "From when an attempt could begin to its claim.",
        ("provider",),
        {(provider,): waits for provider, waits in figures.waits.items()},
    )
    yield histograms(
        "run_duration_seconds",
        "How long runs on this server took, by severity or what went wrong.",
        ("provider", "outcome"),
        {(provider, outcome): took for (provider, outcome), took in figures.durations.items()},
    )
    yield histogram(
        "slot_lateness_seconds",
        "From a slot to the start of its run, on this server.",
        figures.lateness,
    )

"""What every process that may run tasks tells of itself, server or worker."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric

from conselho import __version__
from conselho.api.families import counter, gauge, histogram, histograms
from conselho.api.run_metrics import run_families
from conselho.services.loop_delay import LoopDelay
from conselho.wiring.system import System


def process_families(system: System, loop_delay: LoopDelay) -> Iterable[Metric]:
    """Its runs, its calls of the store, and whether its loop keeps up."""
    yield gauge(
        "build_info", "Always 1; the version is in its label.", ("version",), [(__version__, 1)]
    )
    yield gauge(
        "runs_at_once_limit",
        "As many runs can be at work in this process; more of them are pending.",
        (),
        [(system.settings.max_concurrent_runs,)],
    )
    yield gauge("runs_at_work", "Runs of this process now.", (), [(system.pool.running,)])
    if system.pool.looked_at is not None:
        yield gauge(
            "dispatcher_last_look_timestamp_seconds",
            "When this process last asked the store for work.",
            (),
            [(system.pool.looked_at.timestamp(),)],
        )
    yield counter(
        "pings_failed_total",
        "Calls to dead-man switches that failed for good.",
        (),
        [(system.pinger.failed,)],
    )
    yield from run_families(system.run_figures, system.providers)
    yield histogram(
        "event_loop_delay_seconds",
        "How much too late this process woke from short sleeps.",
        loop_delay.seconds,
    )
    yield histograms(
        "store_call_seconds",
        "How long calls of the store took, those that failed too.",
        ("operation",),
        {(name,): found for name, found in system.store_latency.seconds.items()},
    )

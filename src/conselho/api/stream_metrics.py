"""The event stream and the connections in figures; docs/monitoring.md says what to look for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client.metrics_core import Metric

from conselho.api.doors import Doors
from conselho.api.families import Row, counter, gauge, histogram
from conselho.api.rate_limits import RateLimits
from conselho.api.stream import Hub


def stream_families(hub: Hub) -> Iterable[Metric]:
    figures = hub.figures
    yield gauge("stream_clients", "Clients of the event stream now.", (), [(hub.clients,)])
    yield counter("stream_opened_total", "Event streams that began.", (), [(figures.opened,)])
    yield counter(
        "stream_deliveries_total",
        "Events that were written to clients.",
        (),
        [(figures.deliveries,)],
    )
    yield counter(
        "stream_sent_bytes_total", "What was written to clients.", (), [(figures.sent_bytes,)]
    )
    yield histogram(
        "stream_delivery_seconds",
        "From the publication of an event to its write to a client, for each client.",
        figures.latency,
    )
    yield counter(
        "stream_evictions_total",
        "Clients that were cut off because they did not read.",
        (),
        [(figures.evictions,)],
    )
    yield counter(
        "stream_resumes_total",
        "Clients that resumed, by where what they missed came from.",
        ("source",),
        _by(figures.resumes, "ring", "store"),
    )
    yield counter(
        "stream_resets_total",
        "Clients that could not resume, by why.",
        ("reason",),
        _by(figures.resets, "ahead", "foreign", "pruned"),
    )
    yield gauge("stream_ring_events", "Events and heartbeats in memory.", (), [(len(hub.ring),)])
    yield gauge("stream_ring_bytes", "Their size.", (), [(hub.ring.size_bytes,)])
    if (oldest := hub.ring.oldest_at) is not None:
        yield gauge(
            "stream_ring_oldest_timestamp_seconds",
            "When the oldest of them was published: who comes back later reads the store.",
            (),
            [(oldest,)],
        )


def connection_families(doors: Doors, limits: RateLimits) -> Iterable[Metric]:
    yield gauge("connections", "Open connections now.", (), [(doors.now,)])
    yield gauge("connections_limit", "As many can be open.", (), [(doors.most,)])
    yield counter(
        "connections_refused_total",
        "Connections that were one too many, for the server or for their address.",
        ("reason",),
        _by(doors.refused, "address", "server"),
    )
    yield gauge(
        "streams",
        "Event streams, sockets, followed logs and exports now.",
        (),
        [(limits.open_streams,)],
    )
    yield counter(
        "streams_refused_total",
        "Those that were one too many, by the limit that was reached.",
        ("limit",),
        _by(
            limits.refused_streams,
            *("max_streams", "streams", "streams_at_once", "streams_of_address"),
        ),
    )


def _by(counts: Mapping[Any, int], *names: str) -> list[Row]:
    """What never happened is told as none: an alert on growth needs it to be there before."""
    return [(name, counts.get(name, 0)) for name in names]

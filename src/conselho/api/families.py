"""Figures in the form of Prometheus, from numbers that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from conselho.models.buckets import Buckets

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST

# The values of a family's labels, in their order, and behind them the figure.
Row = tuple[str | float, ...]


def gauge(name: str, told: str, labels: Sequence[str], rows: Iterable[Row]) -> Metric:
    return _filled(GaugeMetricFamily(f"conselho_{name}", told, labels=labels), rows)


def counter(name: str, told: str, labels: Sequence[str], rows: Iterable[Row]) -> Metric:
    return _filled(CounterMetricFamily(f"conselho_{name}", told, labels=labels), rows)


def histogram(name: str, told: str, buckets: Buckets) -> Metric:
    family = HistogramMetricFamily(f"conselho_{name}", told)
    family.add_metric([], buckets.cumulative(), buckets.total)
    return family


def histograms(
    name: str, told: str, labels: Sequence[str], found: Mapping[tuple[str, ...], Buckets]
) -> Metric:
    """One for each combination of the labels' values."""
    family = HistogramMetricFamily(f"conselho_{name}", told, labels=labels)
    for values, buckets in sorted(found.items()):
        family.add_metric(values, buckets.cumulative(), buckets.total)
    return family


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily, rows: Iterable[Row]
) -> GaugeMetricFamily | CounterMetricFamily:
    for *labels, figure in rows:
        family.add_metric([str(label) for label in labels], float(figure))
    return family


def exposition(families: Sequence[Metric]) -> bytes:
    """The text that a scraper reads, of the type MEDIA_TYPE."""
    return generate_latest(_Families(families))


class _Families:
    """Metrics that are there already, as the library asks for them."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families

"""Figures in the form of Prometheus, from numbers that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from conselho.models.buckets import Buckets

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

"""Clients times rates, each on the product, the floor and nchan in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from bench.figures import at_most, median, ratio
from bench.server import temporary_folder
from bench.stream.contestants import Start, contestants
from bench.stream.loaded import Report, load

NCHAN_TIMES: Final = 1.3
FLOOR_TIMES: Final = 1.7
KB_PER_CLIENT: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """So many clients, at so many events a second. `is_aimed`: ratios are held against aims."""

    clients: int
    rate: float
    seconds: float
    rounds: int = 1
    is_aimed: bool = False


FULL: Final = (
    Cell(clients=100, rate=1, seconds=12),
    Cell(clients=100, rate=10, seconds=8),
    Cell(clients=1_000, rate=1, seconds=12),
    Cell(clients=1_000, rate=10, seconds=8, rounds=3, is_aimed=True),
    Cell(clients=5_000, rate=1, seconds=12),
    Cell(clients=5_000, rate=10, seconds=8, rounds=3, is_aimed=True),
    Cell(clients=10_000, rate=1, seconds=12),
    Cell(clients=10_000, rate=10, seconds=8),
)
QUICK: Final = (
    Cell(clients=20, rate=10, seconds=2),
    Cell(clients=200, rate=10, seconds=2, is_aimed=True),
)

Tell = Callable[[str], None]


def measure(cells: Iterable[Cell], tell: Tell) -> list[Report]:
    """A row for each cell: what each contestant did, and the ratios between them."""
    return [_row(cell, contestants(), tell) for cell in cells]


def _row(cell: Cell, starts: dict[str, Start], tell: Tell) -> Report:
    rounds: dict[str, list[Report]] = {name: [] for name in starts}
    order = list(starts)
    for number in range(cell.rounds):
        # In turn, and never in the same order: what the machine does beside hits all of them.
        turn = number % len(order)
        for name in order[turn:] + order[:turn]:
            with temporary_folder() as folder, starts[name](folder) as contestant:
                report = load(contestant, cell.clients, cell.seconds, rate=cell.rate)
            tell(f"{cell.clients} clients, {cell.rate:g}/s: {summary(name, report)}")
            rounds[name].append(report)
    figures = {name: _middle(reports) for name, reports in rounds.items()}
    return {
        "clients": cell.clients,
        "rate": cell.rate,
        "rounds": cell.rounds,
        "is_aimed": cell.is_aimed,
        "figures": figures,
        "ratios": {
            other: _ratios(figures["conselho"], figures[other])
            for other in figures
            if other != "conselho"
        },
    }


def _middle(reports: list[Report]) -> Report:
    """The middle of the rounds; what was lost or doubled is added up."""

    def middle(value: Callable[[Report], float | None]) -> float | None:
        found = [one for one in map(value, reports) if one is not None]
        return round(median(found), 2) if found else None

    return {
        "p50_ms": middle(lambda one: one["latency_ms"]["read"]["p50"]),
        "p99_ms": middle(lambda one: one["latency_ms"]["read"]["p99"]),
        "kernel_p50_ms": middle(lambda one: one["latency_ms"]["kernel"]["p50"]),
        "kernel_p99_ms": middle(lambda one: one["latency_ms"]["kernel"]["p99"]),
        "published_per_second": middle(lambda one: one["events"]["published_per_second"]),
        "published_late_p99_ms": middle(lambda one: one["events"]["published_late_ms"]["p99"]),
        "server_cpu_percent": middle(lambda one: one["server"][0]["cpu_percent"]),
        "client_cpu_percent": middle(lambda one: one["client"]["cpu_percent"]),
        "cpu_us_per_delivery": middle(_cpu_us),
        "kb_per_client": middle(lambda one: one["server"][0]["kb_per_client"]),
        "open_seconds": middle(lambda one: one["clients"]["all_open_seconds"]),
        "lost": sum(one["events"]["lost"] for one in reports),
        "doubled": sum(one["events"]["doubled"] for one in reports),
        "failures": [failure for one in reports for failure in one["failures"]],
    }


def _cpu_us(report: Report) -> float | None:
    """Processor time of the server for each delivery, with all else that it did meanwhile."""
    wanted: int = report["events"]["published"] * report["clients"]["held"]
    if not wanted:
        return None
    seconds: float = report["events"]["published"] / report["events"]["published_per_second"]
    share: float = report["server"][0]["cpu_percent"] / 100
    return 1e6 * share * seconds / wanted


def _ratios(product: Report, other: Report) -> dict[str, float | None]:
    return {
        name: ratio(product[name], other[name]) if product[name] and other[name] else None
        for name in ("p50_ms", "p99_ms", "kernel_p99_ms", "cpu_us_per_delivery", "kb_per_client")
    }


def aims(rows: Iterable[Report]) -> list[Report]:
    """What the product's rows are held against."""
    found = []
    lost = doubled = 0
    for row in rows:
        product = row["figures"]["conselho"]
        lost += product["lost"]
        doubled += product["doubled"]
        if not row["is_aimed"]:
            continue
        where = f"{row['clients']} clients, {row['rate']:g}/s"
        for other, times in (("nchan", NCHAN_TIMES), ("floor", FLOOR_TIMES)):
            value = row["ratios"].get(other, {}).get("p99_ms")
            if value is not None:
                found.append(at_most(f"{where}: p99, times {other}", value, times))
        if product["kb_per_client"] is not None:
            found.append(at_most(f"{where}: kB a client", product["kb_per_client"], KB_PER_CLIENT))
    found.append(at_most("matrix: deliveries lost", lost, 0))
    found.append(at_most("matrix: deliveries doubled", doubled, 0))
    return found


def summary(name: str, report: Report) -> str:
    """A load's report in one line."""
    read, kernel = report["latency_ms"]["read"], report["latency_ms"]["kernel"]
    server: dict[str, Any] = report["server"][0]
    words = (
        f"{name:<8} p50 {_ms(read['p50'])} p99 {_ms(read['p99'])}"
        f" (kernel {_ms(kernel['p50'])} {_ms(kernel['p99'])}) ms,"
        f" server {server['cpu_percent']:.0f} %, clients {report['client']['cpu_percent']:.0f} %,"
        f" {server['kb_per_client']} kB a client"
    )
    return words + "".join(f"; {failure}" for failure in report["failures"])


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"

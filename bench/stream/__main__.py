"""`python -m bench.stream [NAME...] [--quick] [--json FILE]`: figures, ratios and aims as text.

`soak` runs only when it is named. Exit code 0 when everything was measured, whether or not the aims
were met, else 1.
"""

from __future__ import annotations

import argparse
import json
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from bench.figures import Report
from bench.machine import machine
from bench.stream import chart, crowds, end_to_end, matrix, nchan, soak
from bench.stream.contestants import client_core
from bench.stream.load import raise_file_limit
from bench.stream.pinned import cores, on_core

OPEN_FILES: Final = 10_500
QUICK_FILES: Final = 1_000

Measurement = Callable[[argparse.Namespace], Report]


def _matrix(options: argparse.Namespace) -> Report:
    rows = matrix.measure(matrix.QUICK if options.quick else matrix.FULL, tell)
    _show_rows(rows)
    return {"rows": rows, "aims": matrix.aims(rows)}


def _rest(options: argparse.Namespace) -> Report:
    return crowds.rest(*((50, 2) if options.quick else (5_000, 20)), tell)


def _reconnect(options: argparse.Namespace) -> Report:
    return crowds.reconnect(*((50, 8) if options.quick else (5_000, 20)), tell)


def _stalled(options: argparse.Namespace) -> Report:
    return crowds.stalled(*((7, 2) if options.quick else (70, 20)), 18, tell)


def _end_to_end(options: argparse.Namespace) -> Report:
    return end_to_end.measure(*((20, 3) if options.quick else (1_000, 20)), tell)


def _soak(options: argparse.Namespace) -> Report:
    minutes = _minutes(options)
    figures = soak.measure(minutes, tell, clients=20 if options.quick else soak.CLIENTS)
    curve = figures["figures"]["server"][0]["rss_curve"]
    print(f"memory  {chart.sparkline(curve)}  {curve[0][1] // 1024} to {curve[-1][1] // 1024} MB")
    if options.chart:
        title = f"Memory of the server over {minutes:g} minutes with {figures['clients']} clients"
        options.chart.write_text(chart.svg(curve, title), encoding="utf-8")
    return figures


# Each with the seconds that it may take: a machine that hangs must not look like a slow one.
MEASUREMENTS: Final[dict[str, tuple[int, Measurement]]] = {
    "matrix": (1_200, _matrix),
    "rest": (180, _rest),
    "reconnect": (300, _reconnect),
    "stalled": (180, _stalled),
    "end_to_end": (180, _end_to_end),
    "soak": (300, _soak),
}
USUAL: Final = [name for name in MEASUREMENTS if name != "soak"]


def main() -> int:
    options = _options()
    # As an interrupt: what was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not hasattr(select, "epoll"):
        print("The event stream is measured on Linux only.")
        return 1
    try:
        raise_file_limit(QUICK_FILES if options.quick else OPEN_FILES)
    except OSError as error:
        print(f"Nothing was measured: {error.strerror}.")
        return 1
    report: Report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": options.quick,
        "machine": machine() | {"cores_of_server_and_clients": cores()},
        "figures": {},
    }
    _show_machine(report["machine"])
    with on_core(client_core()):
        for name in options.names or USUAL:
            report["figures"][name] = _measured(name, options)
    _show_aims(report["figures"])
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if any("error" in one for one in report["figures"].values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.stream", description="Measure the event stream. Linux only."
    )
    add = parser.add_argument
    add(
        "names",
        nargs="*",
        choices=[[], *MEASUREMENTS],
        metavar="NAME",
        help=f"what to measure: {', '.join(MEASUREMENTS)} [default: all but soak]",
    )
    add("--quick", action="store_true", help="tiny sizes, to see that everything works")
    add("--minutes", type=float, help="length of the soak [60]")
    add("--json", type=Path, metavar="FILE", help="write all figures there")
    add("--chart", type=Path, metavar="FILE", help="write the curve of the soak there, as SVG")
    options = parser.parse_args()
    if options.minutes is not None and options.minutes <= 0:
        parser.error("--minutes: more than 0")
    return options


def _measured(name: str, options: argparse.Namespace) -> Report:
    seconds, measure = MEASUREMENTS[name]
    if name == "soak":
        seconds += round(60 * _minutes(options))
    tell(f"{name} ...")
    began = time.perf_counter()
    try:
        with _at_most(seconds):
            figures = measure(options)
    except Exception as error:  # noqa: BLE001  # the others are worth having all the same
        figures = {"error": f"{type(error).__name__}: {error}"}
        print(f"{name}: {figures['error']}")
    tell(f"{name}: {time.perf_counter() - began:.0f} s")
    return figures


def _minutes(options: argparse.Namespace) -> float:
    return options.minutes or (0.2 if options.quick else 60)


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raises TimeoutError inside when it takes longer; what was started is ended on the way out."""

    def late(*_: object) -> NoReturn:
        raise TimeoutError(f"it did not end within {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _show_machine(found: dict[str, Any]) -> None:
    print(
        f"{found['cpu']}, {found['cores']} cores, {found['memory_mb']} MB, {found['system']},"
        f" Python {found['python']}, load average {found['load_average']}"
    )
    pinned = found["cores_of_server_and_clients"]
    if pinned is None:
        print("Server and clients share their cores: only ratios say anything.")
    else:
        print(f"Servers run on core {pinned[0]}, clients and publishers on core {pinned[1]}.")
    if lacking := nchan.missing():
        print(f"Without nchan: {lacking}.")


_COLUMNS: Final = (
    ("p50", "p50_ms", 8),
    ("p99", "p99_ms", 8),
    ("kernel p99", "kernel_p99_ms", 12),
    ("late p99", "published_late_p99_ms", 10),
    ("us each", "cpu_us_per_delivery", 9),
    ("kB each", "kb_per_client", 9),
    ("open s", "open_seconds", 8),
    ("server %", "server_cpu_percent", 10),
    ("clients %", "client_cpu_percent", 11),
    ("lost", "lost", 6),
    ("doubled", "doubled", 9),
)


def _show_rows(rows: list[Report]) -> None:
    head = "".join(f"{name:>{width}}" for name, _, width in _COLUMNS)
    print(f"\n{'clients':>8}{'rate':>6}  {'':<8}{head}")
    for row in rows:
        for name, figures in row["figures"].items():
            cells = "".join(f"{_cell(figures[key]):>{width}}" for _, key, width in _COLUMNS)
            print(f"{row['clients']:>8}{row['rate']:>6g}  {name:<8}{cells}")
        for other, ratios in row["ratios"].items():
            told = ", ".join(f"{key} {_cell(value)}" for key, value in ratios.items())
            print(f"{'':>16}times {other}: {told}")
    print()


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _show_aims(figures: dict[str, Report]) -> None:
    for one in figures.values():
        for aim in one.get("aims", ()):
            print(f"{'met   ' if aim['met'] else 'MISSED'}  {aim['aim']}: {aim['value']:g}")


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

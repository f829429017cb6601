"""An hour of clients that come and go: nothing lost, nothing doubled, and the memory stays flat."""

from __future__ import annotations

import time
from typing import Final

from bench.figures import at_most
from bench.server import temporary_folder
from bench.stream.contestants import conselho
from bench.stream.loaded import Report, loading
from bench.stream.matrix import Tell, summary
from bench.stream.watched import flatness

CLIENTS: Final = 500
RATE: Final = 10
DROP_EVERY_SECONDS: Final = 30
# Memory that is filled once: at 10 events a second the ring takes this long.
WARM_UP_SECONDS: Final = 420
FLAT_PERCENT: Final = 5
TELL_EVERY_SECONDS: Final = 60


def measure(minutes: float, tell: Tell, *, clients: int = CLIENTS) -> Report:
    """`rss_curve` of the server: seconds and kB."""
    seconds = 60 * minutes
    with temporary_folder() as folder, conselho(folder) as server:
        options = ("--drop-every", str(DROP_EVERY_SECONDS))
        with loading(server, clients, seconds, *options) as running:
            server.beat(RATE)
            began = time.perf_counter()
            while running.is_running() and time.perf_counter() < began + seconds - 1:
                tell(f"soak: {(time.perf_counter() - began) / 60:.0f} of {minutes:g} minutes")
                time.sleep(min(TELL_EVERY_SECONDS, max(0, began + seconds - time.perf_counter())))
            report = running.report()
    curve = report["server"][0]["rss_curve"]
    warm_up = min(WARM_UP_SECONDS, seconds / 4)
    wander = 100 * flatness(curve, after=warm_up)
    tell(summary("soak", report))
    return {
        "clients": clients,
        "rate": RATE,
        "minutes": minutes,
        "drops": report.get("resumed", {}).get("drops", 0),
        "warm_up_seconds": warm_up,
        "wander_percent": round(wander, 2),
        "figures": report,
        "aims": [
            at_most("soak: memory goes up and down by %", wander, FLAT_PERCENT),
            at_most("soak: lost", report["events"]["lost"], 0),
            at_most("soak: doubled", report["events"]["doubled"], 0),
        ],
    }

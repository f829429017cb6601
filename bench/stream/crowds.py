"""Many clients that do not behave: they come again all at once, stop reading, or just ask."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from bench.figures import at_most, spread
from bench.server import temporary_folder
from bench.stream.contestants import conselho, contestants
from bench.stream.loaded import Report, load, loading
from bench.stream.matrix import Tell, summary

REST_EVERY_SECONDS: Final = 0.05
REST_PATHS: Final = ("/api/kpis", "/healthz")
REST_MS: Final = 50
# As many at a time as the kernel queues for a server; and patience until the last is served.
CROWD: Final = ("--burst", "1000", "--drain", "60")
# Half of it to one and a half: the more knock at a server that is not there yet, the longer it
# takes to come. Browsers wait for the 5 s that the stream tells them.
KNOCK_EVERY: Final = ("--reconnect-seconds", "1")


def rest(clients: int, seconds: float, tell: Tell) -> Report:
    """What other requests wait for while all clients get 10 events a second."""
    with temporary_folder() as folder, conselho(folder) as server:
        quiet = _asked(server.base, lambda: False, most_seconds=min(seconds, 5))
        with loading(server, clients, seconds) as running:
            server.beat(10)
            time.sleep(1)
            busy = _asked(server.base, lambda: not running.is_running(), most_seconds=seconds)
            report = running.report()
    figures = {path: spread(samples, "ms") for path, samples in busy.items()}
    for path, figure in figures.items():
        tell(f"{path} beside {clients} clients: p50 {figure['p50']} p99 {figure['p99']} ms")
    return {
        "clients": clients,
        "rate": 10,
        "alone": {path: spread(samples, "ms") for path, samples in quiet.items()},
        "beside": figures,
        "stream": report,
        "aims": [
            at_most(f"REST: {path} p99 ms beside {clients} clients", figure["p99"], REST_MS)
            for path, figure in figures.items()
        ],
    }


def _asked(
    base: str, is_over: Callable[[], bool], *, most_seconds: float
) -> dict[str, list[float]]:
    """Milliseconds to each answer, over one connection, by path; a request each 50 ms."""
    url = urlsplit(base)
    taken: dict[str, list[float]] = {path: [] for path in REST_PATHS}
    with contextlib.closing(
        http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    ) as asking:
        began = time.perf_counter()
        due = began
        number = 0
        while due < began + most_seconds and not is_over():
            time.sleep(max(0.0, due - time.perf_counter()))
            path = REST_PATHS[number % len(REST_PATHS)]
            asking.request("GET", path)
            answer = asking.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            # From when it was due: a request that waits for the one before it is late as well.
            taken[path].append(1000 * (time.perf_counter() - due))
            number += 1
            due = began + number * REST_EVERY_SECONDS
    return taken


def reconnect(clients: int, seconds: float, tell: Tell) -> Report:
    """All clients leave at once and come again at once; nothing may be missing to any."""
    found: dict[str, Report] = {}
    for name in ("conselho", "nchan"):
        start = contestants().get(name)
        if start is None:
            continue
        with temporary_folder() as folder, start(folder) as contestant:
            found[name] = load(contestant, clients, seconds, "--drop-all-at", "2", *CROWD, rate=10)
        tell(f"reconnect: {_comeback(name, found[name])}")
    found["restart"] = _restarted(clients, seconds)
    tell(f"restart: {_comeback('conselho', found['restart'])}")
    return {
        "clients": clients,
        "rate": 10,
        "figures": found,
        "aims": [
            at_most(f"{name} of {clients}: {what}", value, 0)
            for name, report in (("reconnect", found["conselho"]), ("restart", found["restart"]))
            for what, value in (
                ("lost", report["events"]["lost"]),
                ("doubled", report["events"]["doubled"]),
                ("not served in the end", report["resumed"]["not_yet"]),
            )
        ],
    }


def _restarted(clients: int, seconds: float) -> Report:
    """The server ends in the middle, and another one on the same data and port goes on."""
    with temporary_folder() as folder, contextlib.ExitStack() as stack:
        with conselho(folder) as first:
            port = urlsplit(first.base).port or 0
            running = stack.enter_context(
                loading(first, clients, seconds, "--reconnect", *KNOCK_EVERY, *CROWD)
            )
            first.beat(10)
            time.sleep(2)
        with conselho(folder, port=port) as second:
            second.beat(10)
            return running.report()


def _comeback(name: str, report: Report) -> str:
    resumed = report["resumed"]
    return (
        f"{name}, {resumed['drops']} clients: all connected after"
        f" {resumed['all_open_seconds']} s, all served after {resumed['all_served_seconds']} s,"
        f" lost {report['events']['lost']}, doubled {report['events']['doubled']}"
        + "".join(f"; {failure}" for failure in report["failures"])
    )


def stalled(clients: int, stuck: int, seconds: float, tell: Tell) -> Report:
    """Some clients stop reading: the others must not notice, and memory must not grow."""
    rate, size = 50, 2_000
    found: dict[str, Report] = {}
    for name, stall in (("none stalled", 0), ("stalled", stuck)):
        with temporary_folder() as folder, conselho(folder) as server:
            found[name] = load(
                server, clients, seconds, "--stall", str(stall), rate=rate, size=size
            )
        tell(f"{stall} of {clients} stalled: {summary('conselho', found[name])}")
    held = found["stalled"]
    tell(f"evicted: {held['stalled']}")
    growth = held["server"][0]["rss_curve"][-1][1] - held["server"][0]["rss_before_kb"]
    return {
        "clients": clients,
        "stalled": stuck,
        "rate": rate,
        "bytes": size,
        "figures": found,
        "rss_growth_kb": growth,
        "aims": [
            at_most("stalled: that were not cut off", stuck - held["stalled"]["evicted"], 0),
            at_most("stalled: lost to the others", held["events"]["lost"], 0),
            at_most("stalled: doubled to the others", held["events"]["doubled"], 0),
        ],
    }

"""Loads one event stream and checks every delivery: `python -m bench.stream.load`.

    --url http://127.0.0.1:8000/api/councilors/events/stream -n 1000 -t 20
    ... -n 500 -t 3600 --drop-every 30     each client leaves now and then, and resumes
    ... -n 5000 -t 20 --drop-all-at 5      all leave at once, and resume
    ... -n 70 -t 40 --stall 20             20 of them stop reading

An event's data is a JSON object with `seq`, which grows by 1 (loss, double, disorder), and a time
(`--time`): the latency is from there to the read by this tool, and, beside it, to the moment at
which the kernel had the bytes for it. `client.cpu_percent` says how near this tool is to being the
bottleneck. Opening, measuring and draining are bounded, and an alarm ends a tool that overruns
their sum. Exit code 1 when a check failed. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import json
import resource
import signal
import sys
from typing import Any
from urllib.parse import urlsplit

from bench.stream.clients import Load


def failures(report: dict[str, Any], options: argparse.Namespace) -> list[str]:
    """What was not as it has to be, in words."""
    clients, events = report["clients"], report["events"]
    found = []
    if clients["opened"] < clients["asked"]:
        found.append(f"{clients['asked'] - clients['opened']} clients did not get in")
    # Whoever comes and goes may be away at the end; those that never come back are `not_yet`.
    leaves = options.drop_every or options.drop_all_at is not None or options.reconnect
    if not leaves and clients["held"] < clients["asked"] - options.stall:
        found.append(f"only {clients['held']} clients were there at the end")
    if not events["deliveries"]:
        found.append("nothing came")
    if events["lost"]:
        found.append(f"{events['lost']} deliveries were lost")
    if events["doubled"]:
        found.append(f"{events['doubled']} came twice or out of order")
    if report.get("resumed", {}).get("not_yet"):
        found.append(f"{report['resumed']['not_yet']} clients heard nothing after they came again")
    return found


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.stream.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--url", required=True, help="http:// address of the stream")
    add("-n", "--clients", type=_from_1, default=100)
    add("-t", "--seconds", type=float, default=10.0, help="to measure, after all are connected")
    add("--time", default="ts", help="field of the data that latency counts from [ts]")
    add("--kind", default="", help="count only the latency of events of this type")
    add("--header", action="append", default=[], metavar="NAME: VALUE", help="more for the request")
    add("--drop-every", type=float, default=0.0, metavar="S", help="each leaves about so often")
    add("--drop-all-at", type=float, metavar="S", help="all leave at once after so long")
    add("--reconnect", action="store_true", help="come again when the server ended it")
    add("--reconnect-seconds", type=float, default=0.2, metavar="S", help="wait before that [0.2]")
    add("--stall", type=int, default=0, metavar="N", help="so many of them never read")
    add("--sources", type=int, default=20, metavar="N", help="own addresses of the clients [20]")
    add("--burst", type=_from_1, default=200, metavar="N", help="opening at the same time [200]")
    add("--connect-seconds", type=float, default=60.0, metavar="S", help="limit for opening [60]")
    add("--settle", type=float, default=1.0, metavar="S", help="wait before measuring [1]")
    add("--drain", type=float, default=15.0, metavar="S", help="limit for what is late [15]")
    add("--watch", type=int, action="append", default=[], metavar="PID", help="of the server")
    add("--log", metavar="FILE", help="write the data of each event there, once")
    add("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if urlsplit(options.url).scheme != "http":
        parser.error("--url: only http:// addresses")
    if not 0 <= options.stall <= options.clients:
        parser.error("--stall: there are not so many clients")
    if not 0 <= options.sources <= 250:
        parser.error("--sources: 0 to 250")
    if options.sources and not (urlsplit(options.url).hostname or "").startswith("127."):
        options.sources = 0
    return options


def _from_1(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def raise_file_limit(wanted: int) -> None:
    """Let this process and its children open so many files. Raises OSError when they may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return
        raise OSError(
            errno.EMFILE, f"{wanted} open files are needed and {hard} allowed: see ulimit -Hn"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> int:
    options = options_of()
    try:
        raise_file_limit(options.clients + 64)
    except OSError as error:
        sys.exit(f"Nothing was measured: {error.strerror}.")
    signal.alarm(
        int(options.connect_seconds + options.settle + options.seconds + options.drain) + 60
    )
    # Its pauses would be taken for the server's. Nothing here makes cycles that grow.
    gc.collect()
    gc.disable()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(options.log, "w", encoding="utf-8")) if options.log else None
        report = Load(options, log).run()
    report["failures"] = failures(report, options)
    if options.json:
        json.dump(report, sys.stdout)
        print()
    else:
        _show(report)
    return 1 if report["failures"] else 0


def _show(report: dict[str, Any]) -> None:
    for name, value in report.items():
        for row in value if isinstance(value, list) else [value]:
            shown = (
                {k: v for k, v in row.items() if k != "rss_curve"} if name != "failures" else row
            )
            print(f"{name:<11} {shown}")
    print("every check passed" if not report["failures"] else "")


if __name__ == "__main__":
    sys.exit(main())

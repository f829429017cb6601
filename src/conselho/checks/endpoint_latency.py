"""endpoint-latency: how fast and how reliably HTTP endpoints answer."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conselho.checks.arguments import number, whole
from conselho.checks.http_probe import Answer, Probe, measure
from conselho.checks.report import Finding, Report, Severity, plural, worst

CHECK: Final = "endpoint-latency"
_LOCAL_SERVER: Final = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to ask, how often, and the limits."""

    urls: Sequence[str]
    base_url: str = _LOCAL_SERVER
    method: str = "GET"
    requests: int = 20
    concurrency: int = 4
    timeout_seconds: float = 5.0
    deadline_seconds: float = 60.0
    p95_ms: float = 500.0
    max_error_rate: float = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    parser.add_argument(
        "urls",
        nargs="+",
        type=_url_or_path,
        metavar="URL",
        help="what to ask: a whole http(s) URL, or a path such as /healthz below --base-url",
    )
    parser.add_argument(
        "--base-url",
        type=_url,
        default=os.environ.get("CONSELHO_URL", _LOCAL_SERVER),
        metavar="URL",
        help=f"where paths belong (default: $CONSELHO_URL, else {_LOCAL_SERVER})",
    )
    parser.add_argument(
        "--method", choices=("GET", "HEAD"), default="GET", help="how to ask (default: GET)"
    )
    parser.add_argument(
        "--requests",
        type=whole(1, 1000),
        default=20,
        metavar="N",
        help="requests to each URL (default: 20)",
    )
    parser.add_argument(
        "--concurrency",
        type=whole(1, 32),
        default=4,
        metavar="N",
        help="requests at one time (default: 4)",
    )
    parser.add_argument(
        "--timeout",
        dest="timeout_seconds",
        type=number(0.01, 300),
        default=5.0,
        metavar="SECONDS",
        help="time for one request (default: 5)",
    )
    parser.add_argument(
        "--deadline",
        dest="deadline_seconds",
        type=number(0.1, 3600),
        default=60.0,
        metavar="SECONDS",
        help="time for all of them; what is open then has failed (default: 60)",
    )
    parser.add_argument(
        "--p95-ms",
        type=number(0, 3_600_000),
        default=500.0,
        metavar="MS",
        help="19 of 20 answers must be this fast (default: 500)",
    )
    parser.add_argument(
        "--max-error-rate",
        type=number(0, 100),
        default=1.0,
        metavar="PERCENT",
        help="requests that may fail (default: 1)",
    )


def check(options: Options) -> Report:
    """Ask every URL `requests` times and judge p95 latency and error rate.

    An answer below 400 within the time is a success (redirects are not followed); anything else has
    failed. p95 is over the successes. A URL over the error rate: error. Over the p95: warning. When
    no request to any URL succeeded, nothing was measured, and the check could not do its job.
    """
    urls = [_absolute(url, options.base_url) for url in dict.fromkeys(options.urls)]
    probes = measure(
        urls,
        method=options.method,
        requests=options.requests,
        concurrency=options.concurrency,
        timeout_seconds=options.timeout_seconds,
        deadline_seconds=options.deadline_seconds,
    )
    findings = [finding for probe in probes for finding in _judge(probe, options)]
    dead = all(not probe.successes for probe in probes)
    return Report(
        check=CHECK,
        severity=worst(findings),
        summary=_summary(probes, findings, options),
        findings=findings,
        notes=[_measured(probe) for probe in probes],
        obstacles=["no request to any URL succeeded"] if dead else [],
    )


def p95(latencies: Sequence[float]) -> float:
    """The nearest-rank 95th percentile: 95 of 100 values are not above it. Needs one value."""
    ordered = sorted(latencies)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def _judge(probe: Probe, options: Options) -> list[Finding]:
    findings = []
    failed = 100 * len(probe.failures) / len(probe.answers)
    if failed > options.max_error_rate:
        causes = ", ".join(f"{count} x {cause}" for cause, count in _causes(probe.failures))
        findings.append(
            Finding(
                title=f"{probe.url} fails",
                severity=Severity.ERROR,
                detail=f"{len(probe.failures)} of {plural(len(probe.answers), 'request')} failed "
                f"({failed:.1f} %, limit {options.max_error_rate:g} %): {causes}",
            )
        )
    if probe.successes:
        slow = p95(probe.latencies_ms)
        if slow > options.p95_ms:
            findings.append(
                Finding(
                    title=f"{probe.url} is slow",
                    severity=Severity.WARNING,
                    detail=f"p95 is {slow:.0f} ms, limit {options.p95_ms:g} ms.",
                )
            )
    return findings


def _causes(failures: Sequence[Answer]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for answer in failures:
        cause = answer.failure or ""
        counts[cause] = counts.get(cause, 0) + 1
    return sorted(counts.items(), key=lambda entry: -entry[1])[:5]


def _measured(probe: Probe) -> str:
    asked = plural(len(probe.answers), "request")
    if not probe.successes:
        return f"{probe.url}: {asked}, none succeeded."
    latencies = sorted(probe.latencies_ms)
    return (
        f"{probe.url}: {asked}, {len(probe.failures)} failed, median "
        f"{latencies[(len(latencies) - 1) // 2]:.0f} ms, p95 {p95(latencies):.0f} ms, "
        f"slowest {latencies[-1]:.0f} ms."
    )


def _summary(probes: Sequence[Probe], findings: Sequence[Finding], options: Options) -> str:
    working = [probe for probe in probes if probe.successes]
    if not working:
        first = probes[0]
        return f"No request succeeded: {first.url} {_causes(first.failures)[0][0]}."
    if findings:
        troubled = sum(bool(_judge(probe, options)) for probe in probes)
        severest = max(findings, key=lambda finding: finding.severity.rank)
        return f"{troubled} of {plural(len(probes), 'URL')} over the limits: {severest.title}."
    slowest = max(p95(probe.latencies_ms) for probe in working)
    return f"{plural(len(probes), 'URL')} within the limits; the highest p95 is {slowest:.0f} ms."


def _absolute(url: str, base_url: str) -> str:
    return base_url.rstrip("/") + url if url.startswith("/") else url


def _url_or_path(text: str) -> str:
    if text.startswith("/") and not text.startswith("//"):
        _url(_LOCAL_SERVER + text)
        return text
    return _url(text)


def _url(text: str) -> str:
    """Checked here, so that a typing error ends with 2 and is not mistaken for a dead server."""
    if not text.isprintable() or " " in text or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} holds characters that a URL must encode")
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port != 0
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise argparse.ArgumentTypeError(f"{text!r} is no http:// or https:// URL")
    if parts.username is not None:
        raise argparse.ArgumentTypeError("a URL with a password would be printed in every report")
    return text

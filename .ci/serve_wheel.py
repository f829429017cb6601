"""Start an installed server and look at what it serves: serve_wheel.py CONSELHO COUNCIL.

Ends with 0 when `/` is the built page, the page's script and style are there, and the API lists the
councilors of the folder COUNCIL. Otherwise with 1, the reason and the server's own output.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 20
ANSWER_SECONDS = 10


class Unserved(Exception):
    """What the server does not serve as it should."""


def main(conselho: str, council: str) -> int:
    with tempfile.TemporaryDirectory() as data_dir:
        port = free_port()
        log = Path(data_dir, "server.log")
        command = [conselho, "serve", "--port", str(port), "--data-dir", data_dir]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*command, "--council", council], stdout=output, stderr=subprocess.STDOUT
            )
        try:
            look_at(f"http://127.0.0.1:{port}", server, council)
        except Unserved as unserved:
            print(f"{unserved}\nThe server said:\n{log.read_text(errors='replace')}")
            return 1
        finally:
            code = stop(server)
    if code not in (0, -signal.SIGTERM):
        print(f"Asked to end by SIGTERM, the server ended with code {code}")
        return 1
    return 0


def look_at(base: str, server: subprocess.Popen[bytes], council: str) -> None:
    wait_until_healthy(base, server)
    page = get(f"{base}/")
    assets = re.findall(r'(?:src|href)="/?(assets/[^"]+-[\w-]{8}\.(?:js|css))"', page)
    if not any(asset.endswith(".js") for asset in assets):
        raise Unserved(f"/ is not the built page, it names no hashed script:\n{page[:2000]}")
    for asset in assets:
        if not get(f"{base}/{asset}"):
            raise Unserved(f"{asset} is empty")
    listed = json.loads(get(f"{base}/api/councilors?is_councilor=true"))
    expected = len(list(Path(council).glob("*.md")))
    if listed["count"] != expected:
        raise Unserved(f"{council} has {expected} councilors, the API lists {listed['count']}")
    print(f"Served the page with {', '.join(assets)} and {expected} councilors")


def wait_until_healthy(base: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None:
        try:
            get(f"{base}/healthz")
        except Unserved as unserved:
            if time.monotonic() > deadline:
                raise Unserved(f"not healthy within {START_SECONDS} s: {unserved}") from unserved
            time.sleep(0.1)
        else:
            return
    raise Unserved(f"the server ended with code {server.returncode} before it served")


def get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:
            return str(answer.read().decode())
    except OSError as error:  # urllib's errors, time-outs and refused connections are all OSErrors
        raise Unserved(f"GET {url}: {error}") from error


def stop(server: subprocess.Popen[bytes]) -> int:
    server.terminate()
    try:
        return server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        print(f"The server did not end within {STOP_SECONDS} s of SIGTERM")
        return server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The benchmark of the page in tiny sizes: it runs, and what no machine makes worse is met."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Of the machine's speed, and of what else runs on it.
TIMED = ("shown, ms", "longest task")


def test_the_page_is_light_and_does_not_grow(chromium_path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "page", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    figures = json.loads(done.stdout)["figures"]["page"]
    assert figures["storm"]["events_per_second"] > 0
    assert figures["first_view"]["shown"]["max"] > 0
    missed = [aim for aim in figures["aims"] if not aim["met"]]
    assert [aim for aim in missed if not any(word in aim["aim"] for word in TIMED)] == [], figures

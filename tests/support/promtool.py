"""Prometheus's own tool, which knows whether it takes what we give it."""

from __future__ import annotations

import os
import shutil

import pytest


def promtool() -> str:
    """Its path. Without it the test is skipped, and fails where CI is set: there it is brought."""
    found = shutil.which("promtool")
    if found is None:
        missing = "promtool is not installed (Debian: apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found

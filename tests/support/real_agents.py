"""The real agent CLIs on a bench, with a stand-in for the model APIs behind them.

They are there when CONSELHO_TEST_AGENT_CLIS names a folder that tools/agent_clis.py has filled.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.agent_bench import AgentBench
from tests.support.model_api import ModelApi

FOLDER = "CONSELHO_TEST_AGENT_CLIS"
PROGRAMS = ("claude", "codex", "gemini", "opencode")
MODELS = {"opencode": "standin/m1", "gemini": "gemini-2.5-pro"}


def program_or_skip(name: str) -> Path:
    """The folder with this program; without it the test is skipped with the reason.

    In CI, where they are installed, its absence is a failure unless the installer said why.
    """
    named = os.environ.get(FOLDER)
    if named:
        if (Path(named) / "bin" / name).exists():
            return Path(named) / "bin"
        reason = Path(named) / "missing" / name
        if reason.is_file():
            pytest.skip(reason.read_text().strip())
    sentence = (
        f"{FOLDER} names no folder with {name}; `python tools/agent_clis.py FOLDER` makes one"
    )
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def furnish(bench: AgentBench, programs: Path, api: ModelApi) -> None:
    """Put the real programs on the bench's PATH, and the stand-in behind each of them."""
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    bench.environ["PATH"] = os.pathsep.join(
        [str(programs), str(Path(node).parent), "/usr/bin", "/bin"]
    )
    bench.environ |= {"ANTHROPIC_BASE_URL": api.url, "GOOGLE_GEMINI_BASE_URL": api.url}
    _write(bench.home / ".codex" / "config.toml", CODEX.format(url=api.url))
    _write(bench.home / ".gemini" / "settings.json", json.dumps(GEMINI))
    opencode = json.dumps(OPENCODE).replace("@standin", api.url)
    _write(bench.home / ".config" / "opencode" / "opencode.json", opencode)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CODEX = """
model = "gpt-5-codex"
model_provider = "standin"

[model_providers.standin]
name = "standin"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
request_max_retries = 1
stream_max_retries = 1
"""
# The bench lies where tests run, below a folder that everybody may write to: there Gemini takes
# this from the user's settings alone.
GEMINI = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
OPENCODE = {
    "model": "standin/m1",
    "provider": {
        "standin": {
            "npm": "@ai-sdk/openai-compatible",
            "name": "standin",
            "options": {"baseURL": "@standin/v1", "apiKey": "key-of-openai"},
            "models": {"m1": {"name": "m1"}},
        }
    },
}

"""Chapter 7. A council lives as Markdown files beside the code; `conselho apply` makes it so."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.server import CONSELHO, DEADLINE_SECONDS, Server, environment

IVO = """---
agent_id: ivo
name: Ivo
command: [echo, all is well]
cwd: .
title: Guardião
schedule: 1h
task: Look around
---
Look around and report.
"""


def conselho(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, speaking to the running server."""
    return subprocess.run(
        [CONSELHO, *arguments],
        env=environment({"CONSELHO_URL": server.url}),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def test_files_are_applied_edited_and_pruned(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "ivo.md"
    file.write_text(IVO)
    assert conselho(server, "apply", str(tmp_path)).returncode == 0
    seat = server.get("/api/agents/ivo")["councilor_config"]
    assert seat["task"]["prompt"] == "Look around and report."

    # The file is the owner of what it defines: an edit is one more `apply`.
    file.write_text(IVO.replace("schedule: 1h", "schedule: 2h"))
    assert conselho(server, "apply", str(tmp_path)).returncode == 0
    assert server.get("/api/agents/ivo")["councilor_config"]["schedule"]["value"] == "2h"

    # A file that cannot be read is refused with its line and field, and nothing changes.
    file.write_text(IVO.replace("schedule: 1h", "schedule: sometimes"))
    refused = conselho(server, "apply", str(tmp_path))
    assert refused.returncode == 2
    assert "ivo.md:7: schedule" in refused.stderr
    assert server.get("/api/agents/ivo")["councilor_config"]["schedule"]["value"] == "2h"

    # A councilor whose file is gone leaves the council when asked to.
    file.unlink()
    assert conselho(server, "apply", "--prune", str(tmp_path)).returncode == 0
    assert server.get("/api/agents/ivo")["is_councilor"] is False

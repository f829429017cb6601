"""Chapter 3. A report may end with a verdict: severity, summary, findings."""

from __future__ import annotations

from tests.support.server import Server

REPORT = """I read 212 files.

```json
{"severity": "warning", "summary": "One file is too long.",
 "findings": [{"title": "912 lines", "severity": "warning", "file": "src/big.py", "line": 1}]}
```
"""


def test_a_report_states_its_verdict(server: Server) -> None:
    server.promote("caio", ["echo", REPORT])

    task = server.call("caio")

    assert (task["status"], task["severity"]) == ("completed", "warning")
    assert task["verdict"]["summary"] == "One file is too long."
    assert task["verdict"]["source"] == "contract", "the agent said so itself"
    [finding] = task["verdict"]["findings"]
    assert (finding["title"], finding["file"], finding["line"]) == ("912 lines", "src/big.py", 1)


def test_without_one_the_exit_code_and_the_output_speak(server: Server) -> None:
    server.promote("well", ["echo", "No errors found."])
    server.promote("ill", ["sh", "-c", "echo cannot reach the database >&2; exit 1"])
    server.promote("mute", ["true"])

    assert server.call("well")["severity"] == "success"
    ill = server.call("ill")
    assert (ill["status"], ill["severity"]) == ("error", "error")
    assert "cannot reach the database" in ill["error"]
    assert server.call("mute")["severity"] == "info", "no output is no evidence of work"

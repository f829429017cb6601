"""Read what a check printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of a check: its exit code, all it printed, and the verdict at the end."""

    exit_code: int
    text: str
    verdict: dict[str, Any]

    @property
    def severity(self) -> str:
        return str(self.verdict["severity"])

    @property
    def summary(self) -> str:
        return str(self.verdict["summary"])

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.verdict["findings"])

    def titled(self, words: str) -> list[dict[str, Any]]:
        """The findings whose title holds these words."""
        return [finding for finding in self.findings if words in finding["title"]]

    def places(self) -> list[str]:
        """`file:line` of each finding, in order."""
        return [f"{finding['file']}:{finding['line']}" for finding in self.findings]


def last_verdict(text: str) -> dict[str, Any]:
    """The object in the last block that opens with a line of three backticks and `json`."""
    lines = text.split("\n")
    opening = max(number for number, line in enumerate(lines) if line == "```json")
    closing = lines.index("```", opening)
    verdict = json.loads("\n".join(lines[opening + 1 : closing]))
    assert isinstance(verdict, dict)
    return verdict


def assert_keeps_the_contract(verdict: dict[str, Any]) -> None:
    """Every verdict has the agreed keys and kinds of value, and can be stored as UTF-8."""
    severities = {"success", "info", "warning", "error"}
    assert set(verdict) == {"severity", "summary", "findings"}
    assert verdict["severity"] in severities
    assert verdict["summary"]
    assert len(verdict["findings"]) <= 50
    for finding in verdict["findings"]:
        assert set(finding) == {"title", "severity", "file", "line", "detail"}
        assert finding["title"]
        assert finding["severity"] in severities
        assert finding["line"] is None or (isinstance(finding["line"], int) and finding["line"] > 0)
    json.dumps(verdict, ensure_ascii=False).encode()

"""`conselho export` and `conselho export-council` against a real server."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conselho.cli.export import file_name
from conselho.cli.main import main
from tests.support.server import Server, running

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two councilors, of which one ran."""
    with running(tmp_path_factory.mktemp("cli-export")) as server:
        server.promote("ana", command=["echo", "all is well"], cwd=str(server.folder))
        server.promote("bia", command=["echo", "well"], cwd=str(server.folder), tags=["code"])
        server.call("ana")
        yield server


def ask(server: Server, *arguments: str) -> int:
    return main([*arguments, "--url", server.url])


def test_executions_are_written_to_the_standard_output(
    server: Server, capfdbinary: Capture
) -> None:
    assert ask(server, "export", "--include", "result", "--agent", "ana") == 0
    written = capfdbinary.readouterr().out.decode()
    [row] = csv.DictReader(io.StringIO(written, newline=""))
    assert row["agent_id"] == "ana"
    assert "all is well" in row["result"]


def test_a_file_is_written_as_a_whole_or_not_at_all(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    assert ask(server, "export", "--format", "jsonl", "-o", str(file)) == 0
    [row] = map(json.loads, file.read_text().splitlines())
    assert row["agent_id"] == "ana"
    assert "result" not in row
    assert ask(server, "export", "--format", "jsonl", "--until", "2020-01-01", "-o", str(file)) == 0
    assert file.read_text() == ""
    assert main(["export", "-o", str(tmp_path / "none"), "--url", "http://127.0.0.1:9"]) == 6
    assert list(tmp_path.iterdir()) == [file]


def test_a_council_that_was_written_is_applied_without_a_change(
    server: Server, tmp_path: Path, capfdbinary: Capture
) -> None:
    folder = tmp_path / "project" / "council"
    assert ask(server, "export-council", str(folder)) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["ana.md", "bia.md"]
    before = server.get("/api/agents/bia")
    assert ask(server, "apply", str(folder)) == 0
    after = server.get("/api/agents/bia")
    assert after["source"] == "bia.md"
    for name in ("councilor_config", "customization", "cwd", "tags", "command"):
        assert after[name] == before[name]

    capfdbinary.readouterr()
    assert ask(server, "export-council", str(folder), "--json") == 0
    assert json.loads(capfdbinary.readouterr().out)["written"] == []


def test_what_somebody_wrote_is_not_replaced_unasked(
    server: Server, tmp_path: Path, capfdbinary: Capture
) -> None:
    (tmp_path / "ana.md").write_text("mine")
    assert ask(server, "export-council", str(tmp_path)) == 5
    assert "ana.md" in capfdbinary.readouterr().err.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["ana.md"]
    assert ask(server, "export-council", str(tmp_path), "ana", "--force") == 0
    assert (tmp_path / "ana.md").read_text().startswith("---\nagent_id: ana\n")
    assert not (tmp_path / "bia.md").exists()


def test_who_is_no_councilor_is_named(server: Server, tmp_path: Path, capfdbinary: Capture) -> None:
    assert ask(server, "export-council", str(tmp_path), "nobody") == 4
    assert "'nobody'" in capfdbinary.readouterr().err.decode()


@pytest.mark.parametrize(
    ("source", "agent_id", "taken", "name"),
    [
        (None, "ana", [], "ana.md"),
        ("quality.md", "ana", [], "quality.md"),
        ("../../evil.md", "ana", [], "ana.md"),
        ("README.md", "ana", [], "ana.md"),
        (None, "readme", [], "councilor-readme.md"),
        (None, "Ana", ["ana.md"], "councilor-Ana.md"),
        ("x/y.md", "../ana", ["ana.md"], "councilor-2.md"),
    ],
)
def test_a_file_name_leads_nowhere_else(
    source: str | None, agent_id: str, taken: list[str], name: str
) -> None:
    assert file_name(agent_id, source, taken) == name

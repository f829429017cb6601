"""Which runs a process that starts takes for those of its own former self."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from pathlib import Path

from conselho.services.data_dir import DataDir
from tests.support.gates import gate, starts
from tests.support.server import Json, Server, eventually, running

# Only who takes a run for its own decides on it while the test lasts.
LONG = {"CONSELHO_LEASE_SECONDS": "3600"}


def in_mid_run(server: Server, tmp_path: Path) -> str:
    """The id of a run whose server was killed."""
    argv, sign, _ = gate(tmp_path, "ana")
    server.promote("ana", argv)
    task_id = server.begin("ana")
    eventually(lambda: starts(sign), "it runs")
    server.kill()
    return task_id


def decided(server: Server, task_id: str) -> bool:
    server.get("/api/kpis")  # it has loaded, and decided on what it takes for its own
    row: Json = server.task(task_id)
    assert (row["status"], row["error_kind"]) in (("processing", None), ("error", "worker_lost"))
    return bool(row["status"] == "error")


def owner(server: Server) -> str:
    with sqlite3.connect(server.database) as rows:
        [(worker_id,)] = rows.execute("SELECT worker_id FROM tasks WHERE worker_id IS NOT NULL")
    rows.close()
    return str(worker_id)


def give_to(server: Server, worker_id: str) -> None:
    with sqlite3.connect(server.database) as rows:
        rows.execute("UPDATE tasks SET worker_id = ?", (worker_id,))
    rows.close()


def test_those_that_bear_its_id_are_decided_on_at_once(tmp_path: Path) -> None:
    with running(tmp_path, environ=LONG) as server:
        task_id = in_mid_run(server, tmp_path)
        server.start()
        assert decided(server, task_id)


def test_those_of_another_directory_with_this_ones_name_and_place_are_not(tmp_path: Path) -> None:
    with running(tmp_path, environ=LONG) as server:
        task_id = in_mid_run(server, tmp_path)
        host, own, life = owner(server).split(":")
        assert (host, len(own)) == (socket.gethostname(), 16)
        give_to(server, f"{host}:{'0' * 16}:{life}")
        server.start()
        assert not decided(server, task_id)


def test_a_directory_from_before_ids_finds_its_runs_once_more(tmp_path: Path) -> None:
    with running(tmp_path, environ=LONG) as server:
        task_id = in_mid_run(server, tmp_path)
        older = f"{socket.gethostname()}:{DataDir(server.data_dir).home}:abcd"
        give_to(server, older)
        server.start()
        assert not decided(server, task_id), "it has an id by now"
        server.kill()

        (server.data_dir / "worker").unlink()
        server.start()
        assert decided(server, task_id)


def test_a_new_directory_takes_nothing_over_by_its_place(tmp_path: Path) -> None:
    """The database lies elsewhere, as with a container that comes up anew."""
    database = {"CONSELHO_DATABASE_URL": f"sqlite:///{tmp_path / 'conselho.db'}"}
    with running(tmp_path, environ=LONG | database) as server:
        server.database = tmp_path / "conselho.db"
        task_id = in_mid_run(server, tmp_path)
        give_to(server, f"{socket.gethostname()}:{DataDir(server.data_dir).home}:abcd")
        shutil.rmtree(server.data_dir)
        server.start()
        assert not decided(server, task_id)

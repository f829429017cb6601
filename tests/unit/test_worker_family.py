"""Who the workers of a data directory are, and when they are somebody else."""

from __future__ import annotations

import json
import shutil
import socket
import stat
from pathlib import Path

import pytest

from conselho.services import worker_family
from conselho.services.data_dir import DataDir

HOST = socket.gethostname()


def own(path: Path, *, is_shared: bool = True) -> str:
    return DataDir(path).family(is_shared=is_shared).own


def test_a_directory_has_one_id_in_all_its_lives(tmp_path: Path) -> None:
    first = DataDir(tmp_path).family(is_shared=True)

    assert DataDir(tmp_path).family(is_shared=True) == first
    assert first.own.startswith(f"{HOST}:")
    assert first.dead == first.all == (f"{first.own}:",)
    assert stat.S_IMODE((tmp_path / "worker").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["worker"]


def test_another_directory_at_the_same_place_is_somebody_else(tmp_path: Path) -> None:
    """As on another machine with this one's name: a container, a clone that was cleaned."""
    place = tmp_path / "data"
    place.mkdir()
    first = own(place)
    place.rename(tmp_path / "elsewhere")
    place.mkdir()

    assert own(place) != first
    assert own(tmp_path / "elsewhere") == first, "it goes with its directory"


def test_a_copy_is_somebody_else_and_ends_nothing_of_the_original(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    original = own(tmp_path / "data")
    shutil.copytree(tmp_path / "data", tmp_path / "copy")

    copy = DataDir(tmp_path / "copy").family(is_shared=True)

    assert copy.own != original
    assert f"{original}:" not in copy.dead
    assert f"{original}:" in copy.all, "what becomes of its runs is told all the same"
    assert DataDir(tmp_path / "copy").family(is_shared=True).all == (f"{copy.own}:",)
    assert own(tmp_path / "data") == original


def test_a_machine_that_was_started_anew_may_be_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("first\n")
    monkeypatch.setattr(worker_family, "_BOOT_ID", boot)
    before = own(tmp_path)
    assert own(tmp_path) == before

    boot.write_text("second\n")
    after = DataDir(tmp_path).family(is_shared=True)

    assert after.own != before
    assert after.dead == (f"{after.own}:",)
    assert own(tmp_path) == after.own


def test_where_no_other_machine_can_be_meant_an_id_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = own(tmp_path, is_shared=False)
    monkeypatch.setattr(worker_family, "_BOOT_ID", tmp_path / "nowhere")

    assert own(tmp_path, is_shared=False) == before
    assert own(tmp_path, is_shared=True) != before, "now there may be one"


def test_a_directory_from_before_ids_is_taken_over_once(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    data_dir.remember_store("a council")

    first = data_dir.family(is_shared=True)

    assert first.dead == first.all == (f"{first.own}:", f"{HOST}:{data_dir.home}:")
    assert data_dir.family(is_shared=True).dead == (f"{first.own}:",)


@pytest.mark.parametrize(
    "said",
    ["", "{", "[]", "null", '{"id": 7}', '{"id": ""}', '{"id": "host:*"}', "\x00" * 5_000, "é"],
)
def test_what_is_no_id_is_made_anew(tmp_path: Path, said: str) -> None:
    (tmp_path / "worker").write_text(said)
    (tmp_path / "worker.new").write_text("left by a crash")

    made = own(tmp_path)

    assert own(tmp_path) == made
    assert json.loads((tmp_path / "worker").read_text())["id"] in made
    assert not (tmp_path / "worker.new").exists()


def test_an_id_that_cannot_be_kept_holds_for_this_life(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()

    assert own(tmp_path) != own(tmp_path)

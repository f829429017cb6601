"""Where a server's own files lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from conselho.services.data_dir import DataDir


def private_below(folder: Path) -> bool:
    return not any(place.stat().st_mode & 0o022 for place in folder.parents if place.is_dir())


def test_the_files_of_runs_lie_where_nobody_else_can_change_the_way_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)

    scratch = DataDir(shared / "data").scratch

    # Below /tmp, where tests run, neither data directory nor home is private: then it is elsewhere,
    # if this user may write anywhere else at all.
    assert private_below(scratch) or scratch == shared / "data" / "scratch"


def test_two_data_directories_never_share_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert DataDir(tmp_path / "a").scratch != DataDir(tmp_path / "b").scratch


def test_another_store_than_before_is_noticed_once(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)

    assert data_dir.remember_store("one") is None
    assert DataDir(tmp_path).remember_store("one") is None
    assert data_dir.remember_store("two") == "one"
    assert data_dir.remember_store("two") is None


def test_where_nothing_can_be_kept_no_store_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()

    assert DataDir(tmp_path).remember_store("one") is None

"""Removing scratch folders that hostile agents have filled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conselho.services.scratch import remove_tree


def test_folders_of_any_depth_go(tmp_path: Path) -> None:
    root = tmp_path / "scratch"
    root.mkdir()
    inner = os.open(root, os.O_RDONLY)
    for _ in range(3_000):  # beyond Python's recursion and the longest path
        os.mkdir("deep", dir_fd=inner)
        deeper = os.open("deep", os.O_RDONLY, dir_fd=inner)
        os.close(inner)
        inner = deeper
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
    os.close(inner)

    remove_tree(root)

    assert not root.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    root = tmp_path / "scratch"
    (root / "inner").mkdir(parents=True)
    (root / "inner" / "link").symlink_to(kept)
    (root / "link").symlink_to(kept)
    outside = tmp_path / "link"
    outside.symlink_to(kept)

    remove_tree(root)
    remove_tree(outside)

    assert not root.exists()
    assert (kept / "file").read_text() == "x"


def test_folders_that_are_closed_to_their_owner_go(tmp_path: Path) -> None:
    closed = tmp_path / "scratch" / "closed" / "more"
    closed.mkdir(parents=True)
    (closed / "file").write_text("x")
    closed.chmod(0)
    closed.parent.chmod(0)

    remove_tree(tmp_path / "scratch")

    assert not (tmp_path / "scratch").exists()


def test_what_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    remove_tree(tmp_path / "nothing")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove everything")
def test_what_cannot_be_removed_stays_and_ends_nothing(tmp_path: Path) -> None:
    root = tmp_path / "scratch"
    root.mkdir()
    (root / "file").write_text("x")
    root.chmod(0o500)

    remove_tree(root)

    root.chmod(0o700)
    assert (root / "file").exists()

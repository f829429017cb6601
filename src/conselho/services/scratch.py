"""Removing what an agent had for files of its own, whatever it has made of them.

An agent may leave a million files there, or folders a thousand deep: the library's own removal
walks by recursion, and fails on those. Here every folder is moved up to the first level before it
is emptied, so that neither depth nor the length of a path counts.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_tree(root: Path) -> None:
    """Remove the folder with all that is in it; links are removed, never followed.

    Raises nothing: what cannot be removed stays. Blocks as long as it takes.
    """
    with contextlib.suppress(OSError):
        top = os.open(root, _FOLDER)
        try:
            _empty(top)
        finally:
            os.close(top)
        root.rmdir()


def _empty(top: int) -> None:
    stuck: set[str] = set()
    while names := [name for name in os.listdir(top) if name not in stuck]:
        for name in names:
            try:
                _remove(top, name)
            except OSError:
                stuck.add(name)


def _remove(top: int, name: str) -> None:
    """Remove one entry of the first level; the folders in it become entries of that level."""
    if not _is_folder(name, top):
        os.unlink(name, dir_fd=top)
        return
    folder = os.open(name, _FOLDER, dir_fd=top)
    try:
        for inner in os.listdir(folder):
            if _is_folder(inner, folder):
                # Random: not the name of something that is there.
                os.rename(inner, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=top)
            else:
                os.unlink(inner, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _is_folder(name: str, within: int) -> bool:
    """Whether it is a folder; one that was closed to its owner can be entered and moved then."""
    mode = os.stat(name, dir_fd=within, follow_symlinks=False).st_mode
    if not stat.S_ISDIR(mode):
        return False
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(name, stat.S_IRWXU, dir_fd=within)
    return True

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conselho.checks.files import Selection, TooLarge, read_regular, select
from conselho.checks.report import CannotCheck
from tests.unit.checks.conftest import Repository


def paths(
    root: Path, extensions: frozenset[str] = frozenset(), exclude: tuple[str, ...] = ()
) -> list[str]:
    return select(Selection(root=root, extensions=extensions, exclude=exclude)).paths


def test_git_decides_what_is_looked_at_in_a_work_tree(repository: Repository) -> None:
    repository.commit(".gitignore", "made/\n")
    repository.commit("tracked.py", "")
    repository.commit("gone.py", "").unlink()
    repository.write("new.py", "")
    repository.write("made/output.py", "")
    repository.write("build/kept.py", "")
    assert paths(repository.path, frozenset({"py"})) == ["build/kept.py", "new.py", "tracked.py"]


def test_a_subfolder_of_a_work_tree_is_looked_at_alone(repository: Repository) -> None:
    repository.commit("top.py", "")
    repository.commit("sub/inner.py", "")
    assert paths(repository.path / "sub") == ["inner.py"]


def test_outside_git_generated_and_hidden_folders_are_left_out(project: Repository) -> None:
    for folder in (
        "src",
        "node_modules/x",
        ".venv/lib",
        "dist",
        "build",
        "a/__pycache__",
        ".cache",
    ):
        project.write(f"{folder}/code.py", "")
    assert paths(project.path) == ["src/code.py"]


def test_links_are_not_followed_out_of_the_tree_or_within_it(
    repository: Repository, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("x\n")
    repository.commit("real.py", "")
    repository.commit("moved/secret.py", "")
    (repository.path / "file.py").symlink_to(outside / "secret.py")
    (repository.path / "folder").symlink_to(outside)
    # What git tracks as moved/secret.py now leads outside.
    (repository.path / "moved" / "secret.py").unlink()
    (repository.path / "moved").rmdir()
    (repository.path / "moved").symlink_to(outside)
    assert paths(repository.path, frozenset({"py"})) == ["real.py"]


def test_links_are_not_followed_outside_git_either(project: Repository, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.py").write_text("")
    project.write("real.py", "")
    (project.path / "loop").symlink_to(project.path)
    (project.path / "out").symlink_to(tmp_path / "other")
    assert paths(project.path) == ["real.py"]


def test_the_environment_of_a_git_hook_does_not_lead_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("mine.py", "")
    other = Repository(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    assert paths(repository.path) == ["mine.py"]


def test_a_program_named_by_the_repository_is_not_started(repository: Repository) -> None:
    repository.commit("a.py", "")
    repository.git("config", "core.fsmonitor", f"touch {repository.path}/started; false")
    assert paths(repository.path) == ["a.py"]
    assert not (repository.path / "started").exists()


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("*.min.js", ["src/app.js", "src/deep/app.js"]),
        ("deep", ["src/app.js", "src/app.min.js"]),
        ("src/*", []),
        ("src/deep/", ["src/app.js", "src/app.min.js", "src/deep/app.js"]),
        ("src/deep/*", ["src/app.js", "src/app.min.js"]),
    ],
)
def test_excluded_are_names_folders_and_whole_paths(
    project: Repository, glob: str, left: list[str]
) -> None:
    for name in ("src/app.js", "src/app.min.js", "src/deep/app.js"):
        project.write(name, "")
    if left:
        assert paths(project.path, exclude=(glob,)) == left
    else:
        with pytest.raises(CannotCheck, match="there is no file"):
            paths(project.path, exclude=(glob,))


def test_names_and_contents_that_are_not_utf_8_survive(repository: Repository) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    repository.write(name, b"x = '\xff\xfe'\n")
    repository.write("tab\tand\nline.py", "y\n")
    files = select(Selection(root=repository.path))
    assert dict(files.texts()) == {name: "x = '\ufffd\ufffd'\n", "tab\tand\nline.py": "y\n"}


def test_what_is_not_read_is_counted_with_the_reason(project: Repository) -> None:
    project.write("a.py", "x\n")
    project.write("b.bin", b"\0\1")
    project.write("c.txt", "x" * 3000)
    files = select(Selection(root=project.path))
    project.write("d.txt", "").unlink()
    assert [path for path, _ in files.texts(max_bytes=2048)] == ["a.py"]
    assert files.skipped == {"binary": 1, "over 2 KiB": 1}
    assert "Looked at 1 file" in files.looked_at()
    assert "1 binary" in files.looked_at()


def test_a_pipe_is_never_opened_for_reading(project: Repository) -> None:
    project.write("a.py", "")
    os.mkfifo(project.path / "pipe.py")
    assert paths(project.path) == ["a.py"]
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(project.path / "pipe.py", 10)


def test_a_file_may_have_exactly_the_allowed_size(project: Repository) -> None:
    path = project.write("a", "12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(TooLarge):
        read_regular(path, 4)


@pytest.mark.parametrize("root", ["missing", "file.py"])
def test_a_root_that_is_no_folder_cannot_be_checked(project: Repository, root: str) -> None:
    project.write("file.py", "")
    with pytest.raises(CannotCheck, match="is not a folder"):
        paths(project.path / root)

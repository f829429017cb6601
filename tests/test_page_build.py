"""hatch_build.py: when the page is built, with which Node, and what the wheel gets of it.

npm is a small shell program here, so that a build takes milliseconds and can be made to fail;
.ci/run builds with the real one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build
from hatch_build import PageError, build_page, page_is_fresh, system_node

ROOT = Path(__file__).resolve().parent.parent
NPM = """#!/bin/sh
page=../src/conselho/web_dist
echo "$1" >> ../npm-calls
case "$1" in
    ci) mkdir -p node_modules ;;
    run) mkdir -p $page && echo '<!doctype html>' > $page/index.html ;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree as small as a build allows."""
    root = tmp_path / "tree"
    (root / "web" / "src").mkdir(parents=True)
    (root / "web" / "package-lock.json").write_text("{}", encoding="utf-8")
    (root / "web" / "src" / "main.tsx").write_text("one", encoding="utf-8")
    (root / "src" / "conselho").mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    shutil.copy(ROOT / "src" / "conselho" / "__init__.py", root / "src" / "conselho")
    (root / "README.md").write_text("# Conselho\n", encoding="utf-8")
    return root


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for stand-in programs, first on PATH; it holds a new Node and a working npm."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    write_program(folder / "node", "#!/bin/sh\necho v22.12.0\n")
    write_program(folder / "npm", NPM)
    return folder


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def npm_calls(tree: Path) -> list[str]:
    return (tree / "npm-calls").read_text(encoding="utf-8").split()


def hatchling(tree: Path, call: str, path: str) -> str:
    """What a build tool sees that calls one of hatchling's hooks in `tree`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import hatchling.build as b; print(b.{call})"],
        cwd=tree,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_a_page_is_built_once_and_again_when_a_source_changes(tree: Path, programs: Path) -> None:
    assert build_page(tree)
    assert not build_page(tree)
    (tree / "web" / "src" / "main.tsx").write_text("two", encoding="utf-8")
    assert build_page(tree)
    assert npm_calls(tree) == ["ci", "run", "run"]


def test_packages_are_installed_again_when_their_lock_changes(tree: Path, programs: Path) -> None:
    build_page(tree)
    (tree / "web" / "package-lock.json").write_text('{"name": "page"}', encoding="utf-8")
    build_page(tree)
    assert npm_calls(tree) == ["ci", "run", "ci", "run"]


def test_a_new_source_or_a_lost_page_is_noticed_and_tools_leavings_are_not(
    tree: Path, programs: Path
) -> None:
    build_page(tree)
    (tree / "web" / "node_modules" / "tool.cache").write_text("x", encoding="utf-8")
    (tree / "web" / "tsconfig.tsbuildinfo").write_text("x", encoding="utf-8")
    (tree / "web" / "generated").mkdir()
    (tree / "web" / "generated" / "openapi.d.ts").write_text("x", encoding="utf-8")
    assert page_is_fresh(tree)
    (tree / "web" / "src" / "new.ts").touch()
    assert not page_is_fresh(tree)
    build_page(tree)
    shutil.rmtree(tree / "src" / "conselho" / "web_dist")
    assert not page_is_fresh(tree)


def test_a_failed_build_is_told_and_leaves_no_fresh_page(tree: Path, programs: Path) -> None:
    write_program(programs / "npm", NPM + '[ "$1" = ci ] || exit 3\n')
    with pytest.raises(PageError, match=r"`npm run build` .* ended with code 3"):
        build_page(tree)
    assert not page_is_fresh(tree)


def test_a_build_that_writes_no_page_is_told(tree: Path, programs: Path) -> None:
    write_program(programs / "npm", "#!/bin/sh\nmkdir -p node_modules\n")
    with pytest.raises(PageError, match=r"wrote no .*index\.html"):
        build_page(tree)


def test_a_build_that_hangs_is_ended(
    tree: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(programs / "npm", "#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(hatch_build, "STEP_TIMEOUT_SECONDS", 0.05)
    with pytest.raises(PageError, match=r"`npm ci .* did not end within 0.05 s"):
        build_page(tree)


def test_a_tree_without_the_page_s_sources_says_where_to_get_them(tree: Path) -> None:
    shutil.rmtree(tree / "web")
    with pytest.raises(PageError, match="build from a clone or from the sdist"):
        build_page(tree)
    said = hatchling(tree, "build_wheel('.')", os.environ["PATH"])
    assert said.startswith("conselho: ")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("v18.20.8", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("no version is set", False),
    ],
)
def test_only_a_node_that_vite_accepts_is_taken(programs: Path, said: str, accepted: bool) -> None:
    write_program(programs / "node", f"#!/bin/sh\necho {said}\n")
    assert (system_node() is not None) is accepted


def test_a_node_without_npm_is_not_taken(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (programs / "npm").unlink()
    monkeypatch.setenv("PATH", str(programs))
    assert system_node() is None


def test_a_build_environment_gets_node_only_when_the_build_needs_it(
    tree: Path, programs: Path, tmp_path: Path
) -> None:
    nothing = str(tmp_path)
    requires = "get_requires_for_build_wheel()"
    assert hatch_build.NODE_PACKAGE in hatchling(tree, requires, nothing)
    assert hatchling(tree, requires, str(programs)).strip() == "[]"
    build_page(tree)
    assert hatchling(tree, requires, nothing).strip() == "[]"


def test_the_wheel_carries_the_page_that_git_ignores(
    tree: Path, programs: Path, tmp_path: Path
) -> None:
    said = hatchling(tree, f"build_wheel({str(tmp_path)!r})", os.environ["PATH"])
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "conselho/web_dist/index.html" in names, said
    assert "conselho/web_dist/.stamp" not in names

"""What holds for the project as a whole: its locks, its manifests and the files it tracks."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]

# Spelled in parts, because this file is searched too.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
    )
]


class Pin(NamedTuple):
    """One locked release."""

    requirement: Requirement
    hashes: list[str]

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "==", f"{self.requirement} is not one exact release"
        return specifier.version


def read_lock(path: Path) -> dict[str, Pin]:
    """The pins of a lock by canonical name; anything that is neither pin nor comment fails."""
    pins: dict[str, Pin] = {}
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        spec, *hashes = line.split(" --hash=")
        requirement = Requirement(spec.strip())  # refuses options, paths and bare addresses
        pins[canonicalize_name(requirement.name)] = Pin(requirement, [h.strip() for h in hashes])
    return pins


def declared(*groups: str) -> Iterator[Requirement]:
    """The requirements of dependency groups, those of included groups too."""
    for group in groups:
        for entry in PYPROJECT["dependency-groups"][group]:
            if isinstance(entry, str):
                yield Requirement(entry)
            else:
                yield from declared(entry["include-group"])


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout (an sdist, say): there is no list of tracked files")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_release_is_exact_hashed_and_without_an_address(lock: Path) -> None:
    pins = read_lock(lock)
    assert pins
    for pin in pins.values():
        assert pin.version
        assert pin.requirement.url is None
        assert pin.hashes, f"{pin.requirement.name} has no hash in {lock.name}: run `make lock`"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", found) for found in pin.hashes)


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("runtime", [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]),
        ("build", [*declared("build")]),
        ("build", [Requirement(text) for text in PYPROJECT["build-system"]["requires"]]),
        ("dev", [*declared("dev")]),
        ("distributed", [Requirement(text) for extra in EXTRAS.values() for text in extra]),
        ("node", [*declared("node")]),
        ("lock", [*declared("lock")]),
    ],
)
def test_the_lock_satisfies_what_pyproject_declares(
    lock: str, requirements: list[Requirement]
) -> None:
    pins = read_lock(ROOT / "requirements" / f"{lock}.txt")
    for requirement in requirements:
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in {lock}.txt: run `make lock`"
        assert requirement.specifier.contains(pin.version), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("part", ["runtime", "build", "distributed"])
def test_tests_run_with_the_releases_that_users_run(part: str) -> None:
    used = read_lock(ROOT / "requirements" / f"{part}.txt")
    tested = read_lock(ROOT / "requirements" / "dev.txt")
    assert {name: pin.version for name, pin in used.items()} == {
        name: tested[name].version for name in used if name in tested
    }


def test_every_package_that_the_sources_import_is_declared() -> None:
    """An import that only works because another dependency brings the package breaks one day."""
    optional = (text for extra in EXTRAS.values() for text in extra)
    names = [*PYPROJECT["project"]["dependencies"], *optional]
    allowed = {canonicalize_name(Requirement(name).name) for name in names}
    distributions = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / "src").rglob("*.py")
        for module in third_party_imports(path)
        if not allowed & {canonicalize_name(name) for name in distributions.get(module, [])}
    }
    assert undeclared == set()


def third_party_imports(path: Path) -> set[str]:
    """The top-level modules a file imports, less the standard library's and our own."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            modules.add(node.module.partition(".")[0])
    return modules - sys.stdlib_module_names - {"conselho"}


def test_the_locked_page_packages_are_hashed_and_without_an_address() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, f"{name} names a registry: set omit-lockfile-registry..."
        assert entry.get("integrity", "").startswith("sha512-"), f"{name} has no integrity"


def test_the_page_can_be_installed_on_linux_and_macos() -> None:
    """npm leaves out what its registry did not have, and `npm ci` then fails: every one must be in.

    Source: github.com/npm/cli issues 4828 and 9846.
    """
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages: dict[str, dict[str, Any]] = lock["packages"]
    missing = {
        f"{optional} (of {name or 'the page'})"
        for name, entry in packages.items()
        for optional in entry.get("optionalDependencies", {})
        if not any(key.endswith(f"node_modules/{optional}") for key in packages)
    }
    assert missing == set()


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine() -> None:
    home = Path.home()
    machine = [f"{folder}/" for folder in (ROOT, home) if len(folder.parts) > 2]
    found = [
        f"{path.relative_to(ROOT)}: {needle}"
        for path in tracked_files()
        for text in [path.read_bytes().decode("utf-8", errors="replace")]
        for needle in [*REGISTRY_HOSTS, *machine]
        if needle in text
    ]
    assert found == []

"""The files of deploy/ say what the program understands: settings, commands, schemas, times."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from conselho.cli.main import conselho
from conselho.config import OTHER_VARIABLES, PREFIX, Settings, inspect_settings, is_loopback

ROOT: Final = Path(__file__).parents[1]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = [DEPLOY / "compose" / name for name in ("compose.yaml", "compose.postgresql.yaml")]
MANIFESTS: Final = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS: Final = sorted((DEPLOY / "systemd").glob("*.*"))
DOCS: Final = ROOT / "docs" / "operations.md"
KNOWN: Final = {PREFIX + field.name.upper() for field in fields(Settings)} | {*OTHER_VARIABLES}
# What stands for a secret, so that a value can be judged.
GIVEN: Final = {"CONSELHO_ADMIN_TOKEN": "a-token-of-sixteen-and-more"}

Node = dict[str, Any]


# -- reading ---------------------------------------------------------------------------------------


def read(path: Path) -> Node:
    content: Node = yaml.safe_load(path.read_text())
    return content


def services(path: Path) -> dict[str, Node]:
    """The services of a compose file with what they extend."""
    found: dict[str, Node] = {}
    for name, service in read(path)["services"].items():
        base: Node = {}
        if extended := service.pop("extends", None):
            base = read(path.parent / extended["file"])["services"][extended["service"]]
        environment = base.get("environment", {}) | service.get("environment", {})
        found[name] = base | service | {"environment": environment}
    return found


def resolved(environment: dict[str, str]) -> dict[str, str]:
    """With the defaults of variables, or with a word where compose would ask for one."""
    return {
        name: re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)\}", lambda found: found[1] or "word", value)
        for name, value in environment.items()
    }


def values(path: Path, key: str) -> list[str]:
    """What a unit says for a key."""
    return re.findall(rf"^{key}=(.*)$", path.read_text(), re.MULTILINE)


def manifests(kind: str) -> list[Node]:
    documents = (doc for path in MANIFESTS for doc in yaml.safe_load_all(path.read_text()))
    return [document for document in documents if document["kind"] == kind]


def template(pod: str) -> Node:
    [found] = [doc for doc in manifests("Deployment") if doc["metadata"]["name"].endswith(pod)]
    chosen: Node = found["spec"]["template"]
    return chosen


def container(pod: str) -> Node:
    [only] = template(pod)["spec"]["containers"]
    chosen: Node = only
    return chosen


def of_pod(pod: str) -> dict[str, str]:
    [config] = manifests("ConfigMap")
    secret = next(doc for doc in manifests("Secret") if doc["metadata"]["name"] == "conselho")
    own = {entry["name"]: entry["value"] for entry in container(pod)["env"]}
    settings: dict[str, str] = config["data"] | secret["stringData"] | own
    return settings


# -- settings and commands -------------------------------------------------------------------------


def environments() -> Iterator[tuple[str, dict[str, str]]]:
    """Where variables are set, and which."""
    for path in COMPOSE:
        for name, service in services(path).items():
            if service.get("image") == "conselho":
                yield f"{path.name}: {name}", resolved(service["environment"])
    for path in UNITS:
        pairs = re.findall(r"\b([A-Z_]+)=(\S+)", "\n".join(values(path, "Environment")))
        if pairs:
            yield path.name, dict(pairs)
    for pod in ("server", "worker"):
        yield f"kubernetes: {pod}", of_pod(pod)
    dockerfile = (DEPLOY / "docker" / "Dockerfile").read_text()
    yield (
        "Dockerfile",
        dict(re.findall(r"^\s+(?:ENV )?(\w+)=(\S+?)(?: \\)?$", dockerfile, re.MULTILINE)),
    )


def commands() -> Iterator[tuple[str, list[str]]]:
    """Where conselho is started, and with which arguments."""
    for path in COMPOSE:
        for name, service in services(path).items():
            if service.get("image") == "conselho":
                yield f"{path.name}: {name}", service["command"]
    for path in UNITS:
        for line in values(path, "ExecStart"):
            program, *arguments = shlex.split(
                line.replace("%i", "q").replace("${CONCURRENCY}", "4")
            )
            if program.endswith("/conselho"):
                yield path.name, arguments
    for pod in ("server", "worker"):
        yield f"kubernetes: {pod}", container(pod)["args"]
    yield "Dockerfile", ["serve"]
    for number, line in enumerate(DOCS.read_text().splitlines(), 1):
        if found := re.match(
            r"(?:\$ )?(?:sudo -u conselho )?(?:\S*/)?conselho ((?!@)[a-z].*)", line
        ):
            yield f"{DOCS.name}:{number}", shlex.split(found[1], comments=True)


@pytest.mark.parametrize(("where", "given"), list(environments()))
def test_every_variable_is_a_setting_with_a_value_that_is_accepted(
    where: str, given: dict[str, str], tmp_path: Path
) -> None:
    ours = {name: value for name, value in given.items() if name.startswith(PREFIX)}
    assert ours
    assert ours.keys() <= KNOWN
    _, problems = inspect_settings(environ=ours | GIVEN, cwd=tmp_path)
    assert [str(problem) for problem in problems if problem.level == "error"] == []


@pytest.mark.parametrize(("where", "arguments"), list(commands()))
def test_every_command_is_one_that_the_program_has(where: str, arguments: list[str]) -> None:
    # Options are read before help is given: one that there is not is an error.
    done = CliRunner().invoke(conselho, [*arguments, "--help"])
    assert done.exit_code == 0, done.output


# -- times and files -------------------------------------------------------------------------------


def test_runs_get_their_grace_before_anybody_kills() -> None:
    for path in COMPOSE:
        for name, service in services(path).items():
            if service.get("image") == "conselho":
                grace = int(resolved(service["environment"])["CONSELHO_SHUTDOWN_GRACE_SECONDS"])
                assert int(service["stop_grace_period"].removesuffix("s")) >= grace + 10, name
    for path in UNITS:
        if found := re.search(r"GRACE_SECONDS=(\d+)", path.read_text()):
            [stop] = values(path, "TimeoutStopSec")
            assert int(stop) >= int(found[1]) + 10, path.name
    for pod in ("server", "worker"):
        grace = int(of_pod(pod)["CONSELHO_SHUTDOWN_GRACE_SECONDS"])
        assert template(pod)["spec"]["terminationGracePeriodSeconds"] >= grace + 10, pod


def test_workers_are_asked_how_they_are_where_they_answer() -> None:
    for path in COMPOSE:
        for name, service in services(path).items():
            if service.get("image") == "conselho" and service["command"][0] == "worker":
                port = service["environment"]["CONSELHO_METRICS_PORT"]
                [*_, program] = service["healthcheck"]["test"]
                assert f"'http://127.0.0.1:{port}/healthz'" in program, name
                compile(program, name, "exec")
    given, [port] = of_pod("worker"), container("worker")["ports"]
    assert given["CONSELHO_METRICS_PORT"] == str(port["containerPort"])
    assert not is_loopback(given["CONSELHO_METRICS_HOST"])
    probes = {
        name: container("worker")[f"{name}Probe"]["httpGet"] for name in ("readiness", "liveness")
    }
    assert probes == {
        "readiness": {"path": "/healthz", "port": port["name"]},
        "liveness": {"path": "/livez", "port": port["name"]},
    }


def test_compose_files_name_nothing_that_is_not_there() -> None:
    explained = set(
        re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose" / ".env.example").read_text(), re.MULTILINE)
    )
    for path in COMPOSE:
        content, found = read(path), services(path)
        networks = {name for service in found.values() for name in service["networks"]}
        volumes = {
            volume.partition(":")[0]
            for service in found.values()
            for volume in service.get("volumes", ())
            if volume[0] not in "./$"
        }
        assert networks <= content["networks"].keys()
        assert volumes == content["volumes"].keys()
        asked = set(re.findall(r"\$\{(COUNCIL_\w+)", str(found)))
        assert asked <= explained
        places = found["caddy"]["environment"]["COUNCIL_SERVERS"].split()
        assert {place.removesuffix(":8000") for place in places} <= found.keys()
        address = found["caddy"]["networks"]["front"]["ipv4_address"]
        assert found["server-1"]["environment"]["CONSELHO_TRUSTED_PROXIES"] == address
        assert all(service.get("deploy") for service in found.values())


def test_engines_answer_nobody_without_the_password_of_env() -> None:
    """Agents run in the workers, on the network of the engines."""
    for path in COMPOSE:
        found = services(path)
        [*others, password] = found["redis"]["command"]
        assert others[-1] == "--requirepass"
        assert password.startswith("${COUNCIL_REDIS_PASSWORD:?")
        assert found["redis"]["environment"]["REDISCLI_AUTH"] == password
        urls = [
            value
            for service in found.values()
            for name, value in service["environment"].items()
            if name in ("CONSELHO_DATABASE_URL", "CONSELHO_REDIS_URL", "CONSELHO_BROKER_URL")
        ]
        assert len(urls) == 3 * 4
        assert all(re.search(r"://\w*:\$\{COUNCIL_\w+_PASSWORD:\?[^}]*\}@", url) for url in urls)


def test_the_image_is_made_of_files_that_are_there() -> None:
    text = (DEPLOY / "docker" / "Dockerfile").read_text()
    let_through = {
        line[1:]
        for line in (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().split()
        if line[0] == "!"
    }
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*$", text, re.MULTILINE)]
    for path in (name for names in copied for name in names):
        assert (ROOT / path).exists(), path
        assert any(path == kept or path.startswith(f"{kept}/") for kept in let_through), path
    for lock in re.findall(r"-r (\S+\.txt)", text):
        assert (ROOT / lock).is_file(), lock


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_the_units_are_sound(tmp_path: Path) -> None:
    # The program has to be where the unit says; what it says about it is not judged here.
    for path in UNITS:
        text = path.read_text().replace("/opt/conselho/bin/", f"{tmp_path}/")
        (tmp_path / path.name).write_text(text)
    for name in ("conselho", "conselho-backup-sqlite"):
        (tmp_path / name).symlink_to(sys.executable)
    names = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "conselho" in line]
    assert (done.returncode, told) == (0, [])


def test_operations_tells_of_every_file() -> None:
    text = DOCS.read_text()
    paths = [path for path in DEPLOY.rglob("*.*") if path.is_file() and path.name[0] != "."]
    folders = {path.parent.relative_to(ROOT).as_posix() for path in paths}
    assert {folder for folder in folders if folder not in text} == set()


# -- Kubernetes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_keep_to_the_schemas_of_kubernetes(path: Path) -> None:
    documents = list(yaml.safe_load_all(path.read_text()))
    assert documents
    for document in documents:
        if document["kind"] != "Kustomization":
            kubernetes_validate.validate(
                document, kubernetes_validate.latest_version(), strict=True
            )


def test_the_kustomization_holds_every_manifest() -> None:
    listed = read(DEPLOY / "kubernetes" / "kustomization.yaml")["resources"]
    others = {"kustomization.yaml", "secret.example.yaml"}
    assert sorted(listed) == sorted(path.name for path in MANIFESTS if path.name not in others)


def test_what_pods_refer_to_is_there() -> None:
    claims = {doc["metadata"]["name"] for doc in manifests("PersistentVolumeClaim")}
    [service] = manifests("Service")
    pods = [doc["spec"]["template"] for doc in manifests("Deployment")]
    pods += [doc["spec"]["jobTemplate"]["spec"]["template"] for doc in manifests("CronJob")]
    for pod in pods:
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        mounts = {mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
        assert mounts == volumes
        named = [
            v["persistentVolumeClaim"]["claimName"]
            for v in pod["spec"]["volumes"]
            if len(v) > 1 and "persistentVolumeClaim" in v
        ]
        assert set(named) <= claims
    labels = template("server")["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    for budget in manifests("PodDisruptionBudget"):
        chosen = budget["spec"]["selector"]["matchLabels"]
        assert any(chosen.items() <= pod["metadata"]["labels"].items() for pod in pods)

"""The doctor: what it finds with real programs on a PATH of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import Invalid, NotFound
from conselho.models.agent import Agent, OutputFormat, Policies, TaskSpec
from conselho.models.task import ErrorCause, ErrorKind, SkipReason
from conselho.provider import Provider
from conselho.providers.command import CommandProvider
from conselho.providers.declared import DeclaredProvider
from conselho.providers.shipped import SHIPPED
from conselho.redaction import Redactor
from conselho.services.budget import Budget, Limits
from conselho.services.doctor import Checkup, Doctor, Health
from conselho.services.idle_policies import without_effect
from conselho.store import Held, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON
from tests.support.factories import (
    LEASE,
    WORKER,
    make_councilor,
    make_outcome,
    make_task,
    no_events,
)

DOCS = Path(__file__).parents[2] / "docs"


@dataclass
class Machine:
    """A PATH, a HOME and a working directory, with the programs that a test installs."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def environ(self) -> dict[str, str]:
        home, path = self.folder / "home", self.folder / "bin"
        return {"HOME": str(home), "PATH": str(path)} | self.variables

    def install(self, name: str, *lines: str) -> Path:
        """A program that does this when it is asked for its version."""
        program = self.folder / "bin" / name
        program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
        program.chmod(0o755)
        return program

    def providers(self) -> dict[str, Provider]:
        declared: dict[str, Provider] = {
            name: DeclaredProvider(spec, environ=self.environ) for name, spec in SHIPPED.items()
        }
        return {"command": CommandProvider(self.environ), **declared}

    def councilor(self, agent_id: str = "ana", provider: str = "claude", **fields: Any) -> Agent:
        policies = fields.pop("policies", {})
        task = fields.pop("task", {})
        agent = make_councilor(
            agent_id, provider=provider, **({"cwd": str(self.work), "command": ()} | fields)
        )
        config = replace(
            agent.seat,
            policies=Policies(**policies),
            task=TaskSpec(name="look", prompt="Look around.", **task),
        )
        return replace(agent, councilor_config=config)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("bin", "home", "work"):
        (tmp_path / name).mkdir()
    return Machine(tmp_path, {"ANTHROPIC_API_KEY": "k", "CODEX_API_KEY": "k"})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


async def examined(machine: Machine, *agents: Agent, **choice: Any) -> Checkup:
    doctor = Doctor(machine.providers(), environment=machine.environ)
    return await doctor.examine(agents, now=NOON, **choice)


def provider_of(checkup: Checkup, name: str) -> Any:
    return next(one for one in checkup.providers if one.name == name)


# -- providers -------------------------------------------------------------------------------------


async def test_a_provider_tells_its_program_its_version_and_who_uses_it(machine: Machine) -> None:
    program = machine.install("claude", 'echo "2.1.197 (Claude Code)"')

    checkup = await examined(machine, machine.councilor("ana"), machine.councilor("bia"))

    claude = provider_of(checkup, "claude")
    assert (claude.label, claude.state) == ("Claude Code", Health.READY)
    assert (claude.program, claude.version, claude.used_by) == (str(program), "2.1.197", 2)
    assert [one.state for one in checkup.councilors] == [Health.READY, Health.READY]
    assert checkup.ok


async def test_a_missing_program_that_nobody_needs_is_no_error(machine: Machine) -> None:
    checkup = await examined(machine, machine.councilor(provider="command", command=("true",)))

    gemini = provider_of(checkup, "gemini")
    assert gemini.state is Health.NOT_INSTALLED
    assert any("npm install" in trouble.sentence for trouble in gemini.troubles)
    machine.install("true")
    assert (await examined(machine, machine.councilor(provider="command", command=("true",)))).ok


async def test_a_missing_program_that_somebody_needs_is_an_error_with_its_cure(
    machine: Machine,
) -> None:
    checkup = await examined(machine, machine.councilor())

    assert provider_of(checkup, "claude").state is Health.ERROR
    [ana] = checkup.councilors
    assert ana.state is Health.ERROR
    assert "npm install" in ana.troubles[0].sentence
    assert not checkup.ok


async def test_an_installed_program_without_credentials_is_an_error_only_when_it_is_used(
    machine: Machine,
) -> None:
    machine.variables.clear()
    machine.install("claude", "echo 2.1.197")

    assert provider_of(await examined(machine), "claude").state is Health.WARNING
    used = await examined(machine, machine.councilor())
    assert provider_of(used, "claude").state is Health.ERROR
    assert [trouble.about for trouble in used.councilors[0].troubles] == ["credentials"]


async def test_a_program_that_cannot_tell_its_version_is_told_with_what_it_said(
    machine: Machine,
) -> None:
    machine.install("claude", "echo needs a newer node >&2", "exit 3")

    checkup = await examined(machine, machine.councilor())

    [trouble] = provider_of(checkup, "claude").troubles
    assert (trouble.level, trouble.about) == ("error", "version")
    assert "needs a newer node" in trouble.sentence


async def test_a_program_is_asked_once_whoever_uses_it(machine: Machine) -> None:
    asked = machine.folder / "asked"
    machine.install("claude", f'echo x >> "{asked}"', "echo 2.1.197")

    checkup = await examined(machine, *(machine.councilor(f"ana-{n}") for n in range(20)))

    assert len(checkup.councilors) == 20
    assert asked.read_text() == "x\n"


async def test_a_secret_that_a_program_says_is_not_passed_on(machine: Machine) -> None:
    machine.variables["ANTHROPIC_API_KEY"] = secret = "a-key-of-no-known-shape-4711"
    machine.install("claude", 'echo "cannot use $ANTHROPIC_API_KEY" >&2', "exit 1")
    doctor = Doctor(
        machine.providers(), environment=machine.environ, redact=Redactor([secret]).text
    )

    document = (await doctor.examine([machine.councilor()], now=NOON)).document()

    assert "cannot use" in json.dumps(document)
    assert secret not in json.dumps(document)


# -- councilors ------------------------------------------------------------------------------------


async def test_a_working_directory_that_is_gone_is_an_error(machine: Machine) -> None:
    machine.install("claude", "echo 2.1.197")
    gone = machine.councilor(cwd=str(machine.folder / "gone"))

    [ana] = (await examined(machine, gone)).councilors

    assert [(one.level, one.about) for one in ana.troubles] == [("error", "cwd")]


async def test_a_context_file_that_is_missing_is_a_warning(machine: Machine) -> None:
    machine.install("claude", "echo 2.1.197")

    checkup = await examined(machine, machine.councilor(task={"context_files": ("RULES.md",)}))

    [ana] = checkup.councilors
    assert (ana.state, checkup.ok) == (Health.WARNING, True)
    assert "RULES.md" in ana.troubles[0].sentence


async def test_a_councilor_whose_provider_is_gone_is_told_the_known_ones(machine: Machine) -> None:
    [ana] = (await examined(machine, machine.councilor(provider="aider"))).councilors

    assert ana.state is Health.ERROR
    assert "'aider'; known: claude, codex, command" in ana.troubles[0].sentence


async def test_a_command_that_is_not_there_is_an_error(machine: Machine) -> None:
    bia = machine.councilor("bia", "command", command=("no-such-program",))

    [found] = (await examined(machine, bia)).councilors

    assert found.state is Health.ERROR
    assert "'no-such-program'" in found.troubles[0].sentence


async def test_a_paused_councilor_is_examined_and_known_as_paused(machine: Machine) -> None:
    agent = machine.councilor()
    schedule = replace(agent.seat.schedule, enabled=False)
    paused = replace(agent, councilor_config=replace(agent.seat, schedule=schedule))

    [ana] = (await examined(machine, paused)).councilors

    assert (ana.enabled, ana.state) == (False, Health.ERROR)


async def test_an_agent_without_a_seat_is_not_examined(machine: Machine) -> None:
    checkup = await examined(machine, replace(machine.councilor(), councilor_config=None))

    assert checkup.councilors == ()
    assert provider_of(checkup, "claude").used_by == 0


# -- choosing --------------------------------------------------------------------------------------


async def test_councilors_that_are_named_come_with_their_providers_only(machine: Machine) -> None:
    agents = [machine.councilor("ana", "claude"), machine.councilor("bia", "codex")]

    checkup = await examined(machine, *agents, agent_ids=["bia"])

    assert [one.agent_id for one in checkup.councilors] == ["bia"]
    assert [one.name for one in checkup.providers] == ["codex"]


async def test_a_provider_that_is_named_comes_with_its_councilors_only(machine: Machine) -> None:
    agents = [machine.councilor("ana", "claude"), machine.councilor("bia", "codex")]

    checkup = await examined(machine, *agents, provider="claude")

    assert [one.agent_id for one in checkup.councilors] == ["ana"]
    assert [one.name for one in checkup.providers] == ["claude"]


async def test_an_unknown_id_is_not_found_and_an_unknown_provider_invalid(
    machine: Machine,
) -> None:
    with pytest.raises(NotFound, match="councilor 'bia'"):
        await examined(machine, machine.councilor(), agent_ids=["ana", "bia"])
    with pytest.raises(Invalid, match=r"known here: .*Did you mean 'claude'"):
        await examined(machine, machine.councilor(), provider="cluade")


# -- surroundings and budgets ----------------------------------------------------------------------


async def test_the_surroundings_are_those_of_the_children(machine: Machine) -> None:
    surroundings = (await examined(machine)).surroundings

    assert surroundings.home == machine.environ["HOME"]
    assert surroundings.path == (machine.environ["PATH"],)
    assert surroundings.is_root == (os.geteuid() == 0)


@pytest.mark.parametrize("home", [None, "gone"])
async def test_a_home_that_agents_cannot_use_is_told(machine: Machine, home: str | None) -> None:
    environ: Mapping[str, str] = {"PATH": machine.environ["PATH"]}
    if home is not None:
        environ = {**environ, "HOME": str(machine.folder / home)}
    doctor = Doctor(machine.providers(), environment=environ)

    with_agent = await doctor.examine([machine.councilor()], now=NOON)
    without = await doctor.examine([machine.councilor(provider="command")], now=NOON)

    assert any("HOME is" in one.sentence for one in with_agent.surroundings.troubles)
    assert without.surroundings.troubles == ()


async def test_a_spent_budget_keeps_a_councilor_from_running(
    machine: Machine, store: Store
) -> None:
    machine.install("claude", "echo 2.1.197")
    rich, poor = (
        machine.councilor("rich"),
        machine.councilor("poor", policies={"max_cost_usd_per_day": 1}),
    )
    task = make_task(poor.agent_id, created_at=NOON, due_at=None)
    await store.submit([task], announce=no_events)
    [claimed] = await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=no_events)
    held = Held(task_id=claimed.task_id, fence=claimed.fence)
    await store.finish(held, make_outcome(usage={"cost_usd": 1.5}), now=NOON, announce=no_events)
    limits = Limits(per_month=50)
    doctor = Doctor(
        machine.providers(),
        environment=machine.environ,
        budget=Budget(store, council=limits, free=["command"]),
        council_limits=limits,
    )

    checkup = await doctor.examine([rich, poor], now=NOON)

    assert {one.agent_id: one.state for one in checkup.councilors} == {
        "rich": Health.READY,
        "poor": Health.ERROR,
    }
    assert "1.50 of 1.00 USD today" in checkup.councilors[1].troubles[0].sentence
    budgets = checkup.budgets
    assert budgets is not None
    assert (budgets.council.month_usd, budgets.council.spent) == (1.5, False)
    assert [*budgets.councilors] == ["poor"]
    assert budgets.councilors[poor.agent_id].spent


async def test_the_document_is_json_that_tells_all_of_it(machine: Machine) -> None:
    given = (await examined(machine, machine.councilor())).document()
    document = json.loads(json.dumps(given))

    assert document == given
    assert document["ok"] is False
    assert document["budgets"] is None
    claude = next(one for one in document["providers"] if one["name"] == "claude")
    assert claude["state"] == "error"
    assert document["councilors"][0]["troubles"][0].keys() == {"level", "about", "sentence"}
    unused = next(one for one in document["providers"] if one["name"] == "codex")
    assert unused["state"] == "not_installed"


# -- what has no effect ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"policies": {"continuity": True}}, "policies.continuity"),
        ({"policies": {"evidence": "optional"}}, "policies.evidence"),
        ({"policies": {"permissions": "full"}}, "policies.permissions"),
        ({"policies": {"max_cost_usd": 1}}, "policies.max_cost_usd cannot be kept"),
        ({"task": {"context_files": ("a",)}}, "task.context_files"),
        ({"instructions": "You are kind."}, "instructions"),
        ({"model": "small"}, "model"),
    ],
)
def test_what_only_means_something_to_a_model_has_no_effect_on_a_program(
    machine: Machine, fields: dict[str, Any], named: str
) -> None:
    program = machine.councilor("bia", "command", command=("true",), **fields)
    agent = machine.councilor("ana", "claude", **fields)
    providers = machine.providers()

    [trouble] = without_effect(program, providers["command"])

    assert trouble.level == "warning"
    assert trouble.sentence.startswith(named)
    assert without_effect(agent, providers["claude"]) == []


def test_defaults_are_never_without_effect(machine: Machine) -> None:
    plain = machine.councilor("bia", "command", task={"output_format": OutputFormat.DETAILED})

    assert without_effect(plain, machine.providers()["command"]) == []


def test_limits_that_no_cost_is_told_for_are_named_with_the_cure(machine: Machine) -> None:
    limits = {"max_cost_usd": 1, "max_cost_usd_per_day": 2, "max_cost_usd_per_month": 3}

    [trouble] = without_effect(
        machine.councilor(provider="codex", policies=limits), machine.providers()["codex"]
    )

    assert all(f"policies.{name}" in trouble.sentence for name in limits)
    assert "providers.codex.prices" in trouble.sentence


async def test_what_has_no_effect_is_told_once(machine: Machine) -> None:
    machine.install("codex", "echo 0.169.0")
    agent = machine.councilor(provider="codex", policies={"max_cost_usd": 1})

    [ana] = (await examined(machine, agent)).councilors

    assert [trouble.about for trouble in ana.troubles] == ["budget"]


# -- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ErrorKind, ErrorCause, SkipReason])
def test_every_way_to_fail_stands_in_the_troubleshooting_page(kind: Any) -> None:
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for value in kind:
        assert any(f"`{value}`" in row for row in rows), f"{value} is not in troubleshooting.md"

"""A made-up council with a day behind it, for the pictures in docs/images.

Everything is written into the store of a server that does not run yet; what is under way and what
was said at length comes from real runs afterwards.
"""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from conselho.models.agent import Agent, CouncilorConfig, Overlap, Policies, TaskSpec
from conselho.models.ids import AgentId, new_task_id
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.schedule import parse_schedule
from conselho.models.task import SkipReason, Snapshot, Status, Task, Trigger, slot_key
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from conselho.store import Loss
from conselho.stores.sql import SqlStore, open_sql_store

DAY: Final = timedelta(hours=24)
HOUR: Final = timedelta(hours=1)

REPORT = """cat <<'REPORT'
## O que encontrei

O commit `9f3c1ab`, de hoje cedo, incluiu um arquivo de semente com uma chave de acesso **ativa**.
O padrão `AKIA…7Q2M` aparece uma vez e em nenhum outro ramo local.

```
11  REGION=sa-east-1
12  AWS_ACCESS_KEY_ID=AKIA············7Q2M
13  BUCKET=loja-homolog
```

## O que fazer, nesta ordem

1. Revogar a chave no console da AWS.
2. Trocar o arquivo por `seed.env.example`, sem valores.
3. Incluir `*.env` no `.gitignore` e reescrever o commit.

## Onde procurei

| Lugar | Arquivos | Ocorrências |
|---|---|---|
| ramo main | 1.284 | 1 |
| origin/main | 1.284 | 1 |
| rascunhos (stash) | 3 | 0 |

```json
{"severity": "error", "summary": "Chave da AWS publicada em deploy/seed.env",
 "findings": [
  {"title": "Credencial da AWS em texto claro", "severity": "error",
   "file": "deploy/seed.env", "line": 12, "detail": "Revogue primeiro, apague depois."},
  {"title": "*.env não está no .gitignore", "severity": "warning", "file": ".gitignore"},
  {"title": "Histórico varrido só dos últimos 30 minutos", "severity": "info",
   "detail": "A varredura inteira corre aos domingos, 03:00"}]}
```
REPORT
"""

PROFILE = """echo 'Medindo as dez rotas mais lentas de ontem'
echo 'GET /api/pedidos        p95 412 ms  (ontem 398 ms)'
echo 'GET /api/pedidos/:id    p95  88 ms  (ontem  91 ms)'
echo 'POST /api/carrinho      p95 231 ms  (ontem 120 ms)'
echo 'Repetindo a medida de POST /api/carrinho, 200 chamadas'
exec sleep 900
"""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A councilor of the demo. `trouble`: how often of a hundred runs the worst it does happens."""

    agent_id: str
    name: str
    title: str
    emoji: str
    task: str
    every: str
    tag: str
    says: str
    complains: str = "Menos arquivos do que ontem"
    worst: Severity = Severity.INFO
    trouble: int = 4
    script: str = "echo 'Tudo em ordem'"
    enabled: bool = True
    new: bool = False


OTAVIA: Final = Member(
    agent_id="otavia", name="Otávia Prado", title="Guardiã dos segredos", emoji="🗝️",
    task="Busca de segredos", every="30m", tag="segurança", says="Nenhum segredo em 1.284 arquivos",
    script=REPORT,
)  # fmt: skip
CAETANO: Final = Member(
    agent_id="caetano", name="Caetano Reis", title="Inspetor de desempenho", emoji="⚡",
    task="Rotas lentas", every="2h", tag="desempenho", says="p95 de 398 ms, dentro do limite",
    script=PROFILE,
)  # fmt: skip
BENTO: Final = Member(
    agent_id="bento", name="Bento Rocha", title="Zelador das dependências", emoji="🛡️",
    task="Dependências", every="1h", tag="segurança", says="214 dependências sem aviso novo",
)  # fmt: skip

MEMBERS: Final = (
    OTAVIA,
    BENTO,
    Member(agent_id="zeca", name="Zeca Andrade", title="Ouvidor das promessas", emoji="📌",
           task="Promessas nos comentários", every="15m", tag="qualidade",
           says="Nenhuma promessa vencida em 341 arquivos", worst=Severity.WARNING, trouble=15,
           complains="3 promessas vencidas em src/pagamento"),
    CAETANO,
    Member(agent_id="marta", name="Marta Lima", title="Fiscal de obras", emoji="🏗️",
           task="Arquivos longos", every="1h", tag="qualidade",
           says="Nenhum de 215 arquivos passa de 500 linhas"),
    Member(agent_id="dalva", name="Dalva Monteiro", title="Arquivista", emoji="📚",
           task="Documentos", every="4h", tag="documentação",
           says="27 páginas, todos os links respondem"),
    Member(agent_id="nilo", name="Nilo Teixeira", title="Vigia da esteira", emoji="🚦",
           task="Esteira", every="10m", tag="qualidade", says="Esteira verde em 6 min 12 s"),
    Member(agent_id="rosa", name="Rosa Amaral", title="Medidora de cobertura", emoji="🎯",
           task="Cobertura", every="3h", tag="testes", says="Cobertura de 87,4%, igual a ontem"),
    Member(agent_id="jorge", name="Jorge Paiva", title="Revisor", emoji="🔎", task="Revisão do dia",
           every="20m", tag="qualidade", says="Nada a apontar em 4 mudanças",
           worst=Severity.WARNING, trouble=6),
    Member(agent_id="aurora", name="Aurora Dias", title="Costureira de estilos", emoji="🪡",
           task="Estilos embutidos", every="4h", tag="desempenho",
           says="Nenhum estilo embutido em 24 páginas", enabled=False),
    Member(agent_id="lia", name="Lia Bastos", title="Leitora de logs", emoji="🪵",
           task="Erros de ontem", every="1d", tag="testes", says="", new=True),
)  # fmt: skip


async def fill(database: Path, now: datetime) -> None:
    """Seat the members and give them the day before `now`."""
    store = await open_sql_store(f"sqlite:///{database}")
    try:
        chance = random.Random(7)
        for place, member in enumerate(MEMBERS):
            await store.create_agent(_agent(member, place, now), events=[])
            if not member.new:
                await store.import_tasks(list(_past(member, now, chance)))
        await _miss(store, now)
        await store.write_journal(
            [
                JournalEntry(at=now - 2 * DAY, kind=JournalKind.SERVER_STARTED),
                JournalEntry(at=now - timedelta(minutes=2), kind=JournalKind.SERVER_STOPPED),
            ]
        )
    finally:
        await store.close()


def _agent(member: Member, place: int, now: datetime) -> Agent:
    return Agent(
        agent_id=AgentId(member.agent_id),
        name=member.name,
        emoji=member.emoji,
        command=("sh", "-c", member.script),
        tags=(member.tag,),
        councilor_config=CouncilorConfig(
            title=member.title,
            schedule=parse_schedule(member.every, enabled=member.enabled),
            task=TaskSpec(name=member.task, prompt=f"Cuide de: {member.task}."),
            policies=Policies(overlap=Overlap.SKIP),
        ),
        # Spread, so that nobody is due while the pictures are taken.
        anchor_at=now - 10 * DAY + timedelta(minutes=7 + place / 10),
        slots_from=now,
        created_at=now - 10 * DAY + timedelta(minutes=place),
        updated_at=now - DAY,
    )


def _past(member: Member, now: datetime, chance: random.Random) -> Iterator[Task]:
    length = timedelta(hours=_hours(member.every))
    at = now - DAY + timedelta(minutes=chance.uniform(0, 9))
    # Bento's last hours were lost.
    until = now - (6 * HOUR if member is BENTO else timedelta(minutes=4))
    while at < until:
        yield _run(member, at, chance)
        at += length


def _hours(every: str) -> float:
    return float(every[:-1]) * {"m": 1 / 60, "h": 1.0, "d": 24.0}[every[-1]]


def _run(member: Member, at: datetime, chance: random.Random) -> Task:
    is_trouble = chance.uniform(0, 100) < member.trouble
    severity = member.worst if is_trouble else Severity.SUCCESS
    seconds = chance.uniform(4, 40)
    task_id = new_task_id()
    return Task(
        task_id=task_id,
        agent_id=AgentId(member.agent_id),
        trigger=Trigger.SCHEDULE,
        due_at=at,
        idempotency_key=slot_key(AgentId(member.agent_id), at),
        active_key=task_id,
        snapshot=_snapshot(member),
        status=Status.COMPLETED,
        severity=severity,
        verdict=_verdict(member, severity),
        result=_words(member, severity),
        exit_code=0,
        not_before=at,
        created_at=at,
        started_at=at + timedelta(milliseconds=chance.uniform(20, 300)),
        completed_at=at + timedelta(seconds=seconds),
        updated_at=at + timedelta(seconds=seconds),
        duration_seconds=seconds,
    )


def _snapshot(member: Member) -> Snapshot:
    return Snapshot(
        display_name=member.name,
        title=member.title,
        task_name=member.task,
        emoji=member.emoji,
        provider="command",
        argv=("sh", "-c", shlex.quote(member.script)),
        prompt=f"Cuide de: {member.task}.",
    )


def _words(member: Member, severity: Severity) -> str:
    return member.says if severity is Severity.SUCCESS else member.complains


def _verdict(member: Member, severity: Severity) -> Verdict:
    finding = Finding(title=member.complains, severity=severity, fingerprint=member.agent_id)
    return Verdict(
        severity=severity,
        summary=_words(member, severity),
        source=VerdictSource.CONTRACT,
        findings=() if severity is Severity.SUCCESS else (finding,),
    )


async def _miss(store: SqlStore, now: datetime) -> None:
    slots: Sequence[datetime] = [now - n * HOUR for n in (5, 4, 3, 2, 1)]
    task_id = new_task_id()
    row = Task(
        task_id=task_id,
        agent_id=AgentId(BENTO.agent_id),
        trigger=Trigger.SCHEDULE,
        due_at=slots[-1],
        idempotency_key=slot_key(AgentId(BENTO.agent_id), slots[-1]),
        active_key=task_id,
        snapshot=_snapshot(BENTO),
        status=Status.MISSED,
        skip_reason=SkipReason.SERVER_DOWN,
        not_before=slots[-1],
        created_at=slots[-1],
        completed_at=slots[-1],
        updated_at=slots[-1],
    )
    await store.record_lost([Loss(row=row, slots=slots)], now=slots[-1], announce=lambda _: [])


def now_on_the_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)

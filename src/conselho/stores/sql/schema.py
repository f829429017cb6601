"""The tables. Migrations build them; a test proves that both say the same.

Times are BIGINT microseconds since the epoch, UTC, on every backend: exact, as wide as eight
bytes, sortable without parsing, and free of each driver's own idea of a time zone. Durations are
microseconds and costs microdollars for the same reason: sums of integers are exact, so a recount
can be compared for equality.

The columns of `tasks` stand small first, big last: SQLite keeps the head of a row in its leaf page
and the rest in a chain of overflow pages, so lists and marks never touch the big ones.

These columns are derived when a row is written and never leave the store:

    ended_at       NULL while active. Then completed_at, or slot_to for lost slots: where the
                   row counts in quarter_counters, and how old it is for pruning.
    covers_until   the slot up to which this row accounts for its agent (the watermark).
    rank           where an active row stands among those that wait: not_before, made earlier or
                   later by its priority (docs/adr/0012-claims-and-lanes.md). NULL when final.
    cost_microusd, input_tokens, output_tokens, cached_tokens, turns
                   the amounts in `usage`; 0 or NULL without one.

Active rows are few and change often, final ones are many and never change (a lost row may grow).
So every index but the unique ones is partial, on one of the two sides: a run pays for each of the
final indexes exactly once, when it ends.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# Ids compare by bytes: PostgreSQL would otherwise sort them by the database's language.
Id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# In SQLite only the very type INTEGER makes a key the row's own number, without a second index.
Seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("agent_id", Id, primary_key=True),
    sa.Column("is_councilor", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("task_id", Id, primary_key=True),
    sa.Column("agent_id", Id, nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("severity", sa.Text),
    sa.Column("due_at", sa.BigInteger),
    sa.Column("not_before", sa.BigInteger, nullable=False),
    sa.Column("rank", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.Column("started_at", sa.BigInteger),
    sa.Column("completed_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("covers_until", sa.BigInteger),
    sa.Column("lease_until", sa.BigInteger),
    sa.Column("is_councilor_execution", sa.Boolean, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, server_default="5"),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("worker_id", Id),
    sa.Column("duration_us", sa.BigInteger),
    sa.Column("cost_microusd", sa.BigInteger, nullable=False),
    sa.Column("input_tokens", sa.BigInteger),
    sa.Column("output_tokens", sa.BigInteger),
    sa.Column("cached_tokens", sa.BigInteger),
    sa.Column("turns", sa.BigInteger),
    sa.Column("spent_at", sa.BigInteger),
    sa.Column("exit_code", sa.Integer),
    sa.Column("error_kind", sa.Text),
    sa.Column("error_cause", sa.Text),
    sa.Column("skip_reason", sa.Text),
    sa.Column("slot_from", sa.BigInteger),
    sa.Column("slot_to", sa.BigInteger),
    sa.Column("slot_count", sa.Integer),
    sa.Column("idempotency_key", Id, nullable=False),
    sa.Column("active_key", Id, nullable=False),
    sa.Column("lanes", sa.Text),
    sa.Column("queue", Id),
    sa.Column("cancel_reason", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("verdict", sa.Text),
    sa.Column("snapshot", sa.Text, nullable=False),
    sa.Column("usage", sa.Text),
    sa.Column("permission_denied", sa.Text),
    sa.Column("notes", sa.Text),
    sa.Column("findings", sa.Text),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("instructions", sa.Text),
    sa.Column("result", sa.Text),
    sa.Column("sent_prompt", sa.Text),
)

is_active = tasks.c.ended_at.is_(None)
# A partial index serves a statement that repeats its condition; a bound parameter would hide it.
is_pending = sa.and_(is_active, tasks.c.status == "pending")
is_processing = sa.and_(is_active, tasks.c.status == "processing")
is_final = tasks.c.ended_at.is_not(None)


def waits_for(rows: sa.FromClause, agent_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether rows of `tasks` wait behind the active run of this agent (their key tells so)."""
    # A span of the index of active keys: "$" is the character behind "#".
    return sa.and_(rows.c.active_key >= agent_id + "#", rows.c.active_key < agent_id + "$")


def _index(name: str, *columns: str, where: sa.ColumnElement[bool], unique: bool = False) -> None:
    sa.Index(
        name,
        *(tasks.c[column] for column in columns),
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )


sa.Index("tasks_idempotency_key", tasks.c.idempotency_key, unique=True)
# A final row's active key is its own task_id, which is unique already: only active rows compete.
_index("tasks_active_key", "active_key", where=is_active, unique=True)
# Claims (in their order; what is not due yet, or is of another queue, is seen without the row),
# sweeps, what is active.
_index(
    "tasks_active",
    *("status", "rank", "active_key", "not_before", "agent_id", "queue"),
    where=is_active,
)
# Lists without an agent: one ordered run of rows for each (status, severity, trigger).
_index("tasks_final_kind", "status", "severity", "trigger", "created_at", "task_id", where=is_final)
# Lists and marks of one agent; the tail lets other filters be judged without reading the row.
_index(
    "tasks_final_agent",
    *("agent_id", "created_at", "task_id", "status", "severity", "trigger"),
    where=is_final,
)
_index("tasks_ended", "ended_at", where=is_final)
# The figures of one agent over time, without reading a row.
_index(
    "tasks_agent_ended",
    *("agent_id", "ended_at", "status", "severity", "skip_reason"),
    *("slot_count", "duration_us", "cost_microusd"),
    where=is_final,
)
_index("tasks_watermark", "agent_id", "covers_until", where=tasks.c.covers_until.is_not(None))


# The last attempt of a Task stands in its own row.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("task_id", Id, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Column("error_kind", sa.Text),
    sa.Column("error_cause", sa.Text),
    sa.Column("error", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)


def _measures(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


# `severity` is '' for none, since a key cannot hold NULL. `slots` are those of lost rows. `pruned`
# rows hold what tasks counted that are no longer there. `newest` is the newest created_at of the
# group, 0 for none.
agent_counters = sa.Table(
    "agent_counters",
    metadata,
    sa.Column("agent_id", Id, primary_key=True),
    sa.Column("trigger", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("severity", sa.Text, primary_key=True),
    sa.Column("pruned", sa.Boolean, primary_key=True),
    *_measures("tasks", "slots", "duration_us", "cost_microusd", "newest"),
    sqlite_with_rowid=False,
)

# The whole council by quarters of an hour (microseconds since the epoch, at the quarter's start).
# One wide row each, the fields of models.statistics.Tally: a month is 2,880 rows to add up.
quarter_counters = sa.Table(
    "quarter_counters",
    metadata,
    sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("pruned", sa.Boolean, primary_key=True),
    *_measures("completed", "error", "cancelled", "skipped", "missed"),
    *_measures("success", "info", "warning", "severity_error"),
    *_measures("duration_us", "cost_microusd"),
    sqlite_with_rowid=False,
)

# How many runs took how long, by quarters of an hour and again by days (`grain`, microseconds; both
# start at multiples of it). `bucket` is explained in models.durations.
duration_counters = sa.Table(
    "duration_counters",
    metadata,
    sa.Column("grain", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("pruned", sa.Boolean, primary_key=True),
    *_measures("runs"),
    sqlite_with_rowid=False,
)

# Slots that did not run, by quarters of an hour and reason; '' for none, as a key holds no NULL.
lost_counters = sa.Table(
    "lost_counters",
    metadata,
    sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("pruned", sa.Boolean, primary_key=True),
    *_measures("slots"),
    sqlite_with_rowid=False,
)

# How many final rows there are of each kind: the totals of lists, and which runs they merge.
kind_counters = sa.Table(
    "kind_counters",
    metadata,
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("severity", sa.Text, primary_key=True),
    sa.Column("trigger", sa.Text, primary_key=True),
    *_measures("tasks"),
    sqlite_with_rowid=False,
)

# What each agent spent, by quarters of an hour: the fields of models.statistics.Usage. The key
# begins with the agent, since a budget is asked for one councilor before each of its runs.
usage_counters = sa.Table(
    "usage_counters",
    metadata,
    sa.Column("agent_id", Id, primary_key=True),
    sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("pruned", sa.Boolean, primary_key=True),
    *_measures("runs", "input_tokens", "output_tokens", "cached_tokens", "turns"),
    *_measures("cost_microusd"),
    sqlite_with_rowid=False,
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", Seq, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("agent_id", Id, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)

# One row: the newest seq ever given. Its update locks it until the commit, so that on a server
# with concurrent writers seq follows the order of commits, without a gap (docs/adr/0002-outbox.md).
event_head = sa.Table(
    "event_head",
    metadata,
    sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("newest", sa.BigInteger, nullable=False),
)

# What happened beside the runs. `former` is the document of an agent, there until `settled`;
# `seconds` is how long a trouble of the clock or the server took.
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", Seq, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("agent_id", Id),
    sa.Column("display_name", sa.Text),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("former", sa.Text),
    sa.Column("seconds", sa.Double),
    # Without it SQLite would give the number of a pruned entry again.
    sqlite_autoincrement=True,
)
is_unsettled = journal.c.settled.is_(sa.false())
sa.Index("journal_agent", journal.c.agent_id, journal.c.seq)
is_of_council = journal.c.agent_id.is_(None)
sa.Index(
    "journal_council", journal.c.seq, sqlite_where=is_of_council, postgresql_where=is_of_council
)
sa.Index(
    "journal_unsettled", journal.c.seq, sqlite_where=is_unsettled, postgresql_where=is_unsettled
)

# Windows of maintenance; `tags` and `agent_ids` are JSON lists.
maintenance = sa.Table(
    "maintenance",
    metadata,
    sa.Column("window_id", Id, primary_key=True),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("agent_ids", sa.Text, nullable=False),
)

# Who may use the API. Only the SHA-256 of a secret is here (`digest`, hex).
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("token_id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("digest", Id, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("last_used_at", sa.BigInteger),
)
sa.Index("tokens_digest", tokens.c.digest, unique=True)

# Browsers that are logged in; `token` is the digest of the token they showed.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", Id, primary_key=True),
    sa.Column("token", Id, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
)
sa.Index("sessions_token", sessions.c.token, sessions.c.created_at)
sa.Index("sessions_created", sessions.c.created_at)
sa.Index("sessions_ends", sessions.c.ends_at)

# What people changed. `before` and `after` are JSON objects.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", Seq, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", Id, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", Id),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    # Without it SQLite would give the number of a pruned entry again.
    sqlite_autoincrement=True,
)
sa.Index("audit_at", audit.c.at)
sa.Index("audit_actor", audit.c.actor, audit.c.seq)
sa.Index("audit_target", audit.c.target, audit.c.seq)

# Answers to requests with an Idempotency-Key; `status` is NULL until the first one is answered.
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("key", Id, primary_key=True),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
sa.Index("answers_created", answers.c.created_at)

# What workers tell of themselves. `queues` is a JSON list of names.
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("worker_id", Id, primary_key=True),
    sa.Column("host", Id, nullable=False),
    sa.Column("queues", sa.Text, nullable=False),
    sa.Column("serves_any", sa.Boolean, nullable=False),
    sa.Column("concurrency", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("beat_at", sa.BigInteger, nullable=False),
    sa.Column("left_at", sa.BigInteger),
    sa.Column("schedules", sa.Boolean, nullable=False, server_default=sa.false()),
)

# What runs print, in the order of `start`, the byte of the log at which a piece begins.
log_chunks = sa.Table(
    "log_chunks",
    metadata,
    sa.Column("task_id", Id, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

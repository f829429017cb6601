"""The store over SQLAlchemy Core, on SQLite and PostgreSQL.

What the transactions do is written once, as plain functions over a Connection; each backend has an
executor that runs them.

    store.py        the contract's methods
    sqlite.py, postgresql.py, threads.py, failures.py
                    executors: how one transaction is run, and what may go wrong
    lifecycle.py, claims.py, lanes.py, lost_slots.py, coverage.py, pruning.py, counters.py,
    reading.py, outbox.py, catalogue.py, journal.py, maintenance.py, health.py
                    what transactions do
    schema.py, rows.py, portable.py
                    tables, rows <-> values, where the dialects differ
    migrate.py, migrations/
                    the schema through time
"""

from conselho.stores.sql.store import SqlStore, open_sql_store

__all__ = ["SqlStore", "open_sql_store"]

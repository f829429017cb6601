"""The store over MongoDB's wire protocol: MongoDB 7 or 8, or a compatible server.

It needs nothing that a standalone or a compatible server lacks: no transactions of several
documents, no partial, sparse or TTL indexes, of aggregations only `$group` with `$sum`. What stands
in for transactions is explained in docs/adr/0014-mongodb.md.

    store.py        the contract's methods
    connection.py, failures.py, setup.py
                    the client and its collections, what may go wrong, indexes and the layout's
                    version
    documents.py, former.py
                    collections, indexes, documents <-> values; those of the former system
    writing.py      one conditional write of a Task, with its events and what it counts
    submission.py, ledger.py, lifecycle.py, claims.py, turns.py, reading.py, outbox.py
                    what the methods do, of the life of tasks
    figures.py, folding.py, recounting.py, pruning.py, spans.py, series.py, spending.py
                    what tasks count, the counters that add it up, and what they say
    pages.py, marks.py, timeline.py, imports.py
                    lists of tasks, and those of others
    catalogue.py, journal.py, attendance.py, maintenance.py, access.py, audit.py, answers.py,
    numbers.py      everything else that is kept
"""

from conselho.stores.mongodb.store import MongoStore, open_mongodb_store

__all__ = ["MongoStore", "open_mongodb_store"]

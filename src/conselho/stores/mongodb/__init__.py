"""The store over MongoDB's wire protocol: MongoDB 7 or 8, or a compatible server.

It needs nothing that a standalone or a compatible server lacks: no transactions of several
documents, no partial, sparse or TTL indexes, of aggregations only `$group` with `$sum`. What stands
in for transactions is explained in docs/adr/0014-mongodb.md.

    store.py        the contract's methods
    connection.py, failures.py, setup.py
                    the client and its collections, what may go wrong, indexes and the layout's
                    version
    documents.py    collections, indexes, documents <-> values
    writing.py      one conditional write of a Task, with its events and what it counts
    submission.py, ledger.py, lifecycle.py, claims.py, turns.py, reading.py, outbox.py
                    what the methods do
"""

from conselho.stores.mongodb.store import MongoStore, open_mongodb_store

__all__ = ["MongoStore", "open_mongodb_store"]

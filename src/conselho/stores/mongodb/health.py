"""Whether the store can be written."""

from __future__ import annotations

from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import META

# More than what is kept in memory for small writes: a full disk does not give it.
_PROBE = "." * 10_000


async def prove_writable(db: Database) -> None:
    meta = db[META]
    await meta.update_one({"_id": "probe"}, {"$set": {"value": _PROBE}}, upsert=True)
    await meta.delete_one({"_id": "probe"})

"""Opening a store: its server, its layout's version, its identity and its indexes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import structlog
from pymongo.errors import OperationFailure, PyMongoError

from conselho.errors import StoreTooNew, StoreUnavailable
from conselho.stores.mongodb import ledger
from conselho.stores.mongodb.connection import Collection, Database
from conselho.stores.mongodb.documents import FORMER_INDEXES, INDEXES, META, TASKS, Index
from conselho.stores.mongodb.failures import is_duplicate, unavailable
from conselho.stores.mongodb.former import lacking

log = structlog.get_logger(__name__)

# The layout that this program writes. A higher one is of a newer program.
LAYOUT: Final = 1
# MongoDB 4.4 speaks 9; what is older lacks parts of the protocol that the driver needs.
OLDEST_WIRE: Final = 9
_ADOPTED_AT_ONCE: Final = 500


async def open_database(db: Database) -> str:
    """Make the store what this program needs; its identity.

    Raises StoreUnavailable when no server answers, StoreTooNew when the store was written by a
    newer program.
    """
    try:
        _check_version(db, await db.connect())
        identity = await _identity(db)
        await _adopt(db[TASKS])
        for collection, indexes in INDEXES.items():
            await _index(db, collection, indexes)
        for collection, indexes in FORMER_INDEXES.items():
            await _drop(db, collection, indexes)
        await ledger.restore(db)
    except PyMongoError as exc:
        raise unavailable(exc, db.place) from exc
    return identity


def _check_version(db: Database, hello: Mapping[str, Any]) -> None:
    if hello.get("maxWireVersion", 0) < OLDEST_WIRE:
        raise StoreUnavailable(
            f"{db.place} is older than MongoDB 4.4, which this program needs; upgrade it"
        )
    if not hello.get("isWritablePrimary", hello.get("ismaster", False)):
        raise StoreUnavailable(
            f"{db.place} is not the primary; name the replica set in the URL (?replicaSet=NAME)"
        )


async def _identity(db: Database) -> str:
    """The name that the store got when it was made."""
    meta = db[META]
    found = await meta.find_one({"_id": "store"})
    if found is None:
        made = {"_id": "store", "identity": secrets.token_hex(8), "layout": LAYOUT}
        try:
            await meta.insert_one(made)
        except OperationFailure as exc:
            if not is_duplicate(exc):
                raise
        found = await meta.find_one({"_id": "store"})
        assert found is not None, "nobody deletes it"
    if found["layout"] > LAYOUT:
        raise StoreTooNew(
            f"{db.place} was written by a newer Conselho (its layout is {found['layout']}, this"
            f" program knows {LAYOUT}); install that release or a later one"
        )
    identity: str = found["identity"]
    return identity


async def _adopt(tasks: Collection) -> None:
    """Give documents of the former system the fields that this one needs, before its indexes.

    Their own fields stay as they are.
    """
    # An index tells that there are none, from the second opening on.
    lacks = {"us.created_at": None}
    while old := await tasks.find(lacks).limit(_ADOPTED_AT_ONCE).to_list():
        adopted = 0
        for document in old:
            # Not one that another process has adopted meanwhile.
            one = lacks | {"_id": document["_id"]}
            adopted += (await tasks.update_one(one, {"$set": lacking(document)})).modified_count
        log.info("store.adopted", documents=adopted)
        these = {"_id": {"$in": [document["_id"] for document in old]}}
        if not adopted and await tasks.find_one(lacks | these, {"_id": 1}) is not None:
            # The server keeps them as they are, for whatever reason: it would do so for ever.
            log.warning("store.not_adopted", documents=len(old), first=str(old[0]["_id"]))
            break


async def _index(db: Database, name: str, indexes: Iterable[Index]) -> None:
    """Make the indexes that are not there yet, under whatever name."""
    there = await _named(db[name])
    for index in indexes:
        # One by one: FerretDB breaks the connection over several that another process has made.
        if not _serves(there.get(index.keys), index):
            await _index_one(db, name, index)


async def _index_one(db: Database, name: str, index: Index) -> None:
    try:
        own = _own_name(index)
        await db[name].create_index(list(index.keys), name=own, unique=index.is_unique)
    except OperationFailure as exc:
        # Another process may have made it meanwhile.
        former = (await _named(db[name])).get(index.keys)
        if former is None:
            raise
        if not _serves(former, index):
            raise StoreUnavailable(
                f"the index {former.name!r} of the collection {name!r} in {db.place} must be"
                f" unique; drop it (db.{name}.dropIndex({former.name!r})) and start again"
            ) from exc


def _own_name(index: Index) -> str:
    return "conselho_" + "_".join(f"{field}_{way}" for field, way in index.keys)


async def _drop(db: Database, name: str, indexes: Iterable[Index]) -> None:
    """Drop these; one with the same fields that somebody else made is theirs."""
    there = await db[name].index_information()
    for index in indexes:
        own = _own_name(index)
        if own not in there:
            continue
        try:
            await db[name].drop_index(own)
        except OperationFailure:
            # Another process may have dropped it meanwhile.
            if own in await db[name].index_information():
                raise


def _serves(there: _Named | None, index: Index) -> bool:
    return there is not None and (there.is_unique or not index.is_unique)


class _Named(NamedTuple):
    name: str
    is_unique: bool


async def _named(collection: Collection) -> dict[tuple[tuple[str, int], ...], _Named]:
    """The indexes that are there, by their fields; of several the unique one."""
    found: dict[tuple[tuple[str, int], ...], _Named] = {}
    for name, index in (await collection.index_information()).items():
        # A way that is no number is that of a text or a place.
        keys = tuple((field, way) for field, way in index["key"] if isinstance(way, int | float))
        own = _Named(name, bool(index.get("unique")))
        if own.is_unique or keys not in found:
            found[tuple((field, int(way)) for field, way in keys)] = own
    return found

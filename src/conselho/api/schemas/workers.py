"""Who runs tasks, and what waits for whom."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Moment, Shape, about


class Worker(Shape):
    """A process that runs tasks, or did."""

    worker_id: str = about("The id that its runs bear.", "host-1:4f9c21d0a1b2c3d4:9f2c51d0")
    host: str = about("The name of its machine.", "host-1")
    queues: list[str] = about("The queues that it serves.", ["gpu"])
    serves_any: bool = about("Whether it also runs tasks without a queue.", True)
    concurrency: int = about("How many runs it takes at one time.", 4)
    running: int = about("How many it had when it was heard of last.", 1)
    version: str = about("Its version of Conselho.", "0.3.0")
    started_at: Moment = about("When it came.")
    beat_at: Moment = about("When it was heard of last; it tells of itself every 5 s.")
    left_at: Moment | None = about("When it said goodbye.")
    live: bool = about("Whether it is there: no goodbye, and heard of in the last 15 s.", True)


class Remedy(Shape):
    """What makes a queue be served."""

    kind: Literal["start_worker", "restart_server"] = about(
        "Whether one more worker helps, or, where the store is of one process (SQLite), only that"
        " one: started again so that it serves the queue.",
        "start_worker",
    )
    command: str = about(
        "What to start; the other options of a server that is started again are not in it.",
        "conselho worker --queue gpu",
    )


class Queue(Shape):
    """One queue: who serves it, and what waits in it."""

    queue: str | None = about("Its name; null for runs of agents without a queue.", "gpu")
    workers: int = about("How many live workers serve it.", 1)
    capacity: int = about("How many runs these take at one time, of all their queues.", 4)
    agents: int = about("How many councilors are routed there.", 2)
    waiting: int = about("How many due runs wait for a worker.", 0)
    oldest: Moment | None = about("Since when the oldest of them waits.")
    unserved_since: Moment | None = about(
        "When the last worker that served it was heard of, or since when the oldest run waits; null"
        " while somebody serves it."
    )
    remedy: Remedy | None = about("What helps; null while somebody serves it.")


class Workers(Shape):
    """The workers and the queues."""

    workers: list[Worker] = about("Those heard of in the last seven days, by host.")
    queues: list[Queue] = about("All that are served, waited in or named by a councilor.")
    no_worker_seconds: float = about(
        "How long a run waits for a queue that nobody serves, before it ends as an error.", 3600
    )
    now: Moment = about("When this was so, by the server's clock; at most 5 s ago.")

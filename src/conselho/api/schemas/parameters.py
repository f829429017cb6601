"""What the parameters of paths, queries and headers mean, each with an example.

By name; `operation_id.name` is one operation's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOMENT: Final = "2026-11-30T22:00:00Z"

PARAMETERS: Final[Mapping[str, tuple[str, Any]]] = {
    "Idempotency-Key": (
        "1 to 255 visible ASCII characters. A request that is sent again with the same key is"
        " carried out once, and answered as the first.",
        "8e03978e-40d5-43e8-bc93-6894a57f9324",
    ),
    "If-None-Match": (
        "The `ETag` of the answer that the client has; 304 when it still holds.",
        '"a"',
    ),
    "Last-Event-ID": ("The last event that was heard.", "a1b2:42"),
    "last_event_id": ("The same as `Last-Event-ID`.", "a1b2:42"),
    "actor": ("Only what the token of this name did.", "deploy"),
    "agent_id": ("The id of the agent.", "ana"),
    "all": ("Also those that are over.", False),
    "before": ("Only entries older than this; the `next_before` of the page before.", 17),
    "by": ("How long a bucket is.", "day"),
    "councilor_id": ("Only what concerns these; may be given several times.", ["ana"]),
    "count": ("How many slots.", 10),
    "cursor": (
        "The `next_cursor` of the page before. Rows that arrive meanwhile move nothing.",
        "MTc5NjA3NjAwMDAwMDAwMCBh",
    ),
    "days": ("How many days, today included.", 30),
    "examine_council.agent_id": ("Only these councilors; may be given several times.", ["ana"]),
    "examine_council.provider": ("Only this provider.", "claude"),
    "follow": ("Go on to the end of the run.", False),
    "format": ("How the rows are written.", "csv"),
    "include": ("Long texts that are wanted, with a comma between.", "result,prompt"),
    "include_councilors": ("Runs of the council.", True),
    "include_deleted": ("Changes nothing: none is ever deleted.", False),
    "include_regular": ("What clients had agents do beside.", True),
    "instance_id": ("The id of the instance.", "councilor_ana"),
    "is_councilor": ("Only agents with a seat, or only those without.", True),
    "lang": ("A language tag: any Portuguese is pt-BR, all else is en.", "pt-BR"),
    "limit": ("The most that are on a page.", 50),
    "metric": ("Which figures.", "runs"),
    "offset": ("How many are skipped from the first. `cursor` is quicker and stays right.", 0),
    "q": (
        "A text, without regard to case, in the names of the councilor and its task, the verdict,"
        " error and result. Each page looks through 5,000 rows.",
        "timeout",
    ),
    "read_task_log.offset": ("How many bytes are skipped.", 0),
    "results": ("Whether each `result` is there; without them a long page is light.", False),
    "severity": ("Only what came out like this.", "warning"),
    "since": (f"Only what was made at this moment or later, as {MOMENT}.", MOMENT),
    "sort": ("What comes first.", "-created_at"),
    "status": ("Only what stands like this; may be given several times.", ["completed"]),
    "types": ("Only events of these types; may be given several times.", ["councilor_completed"]),
    "min_severity": ("Only runs that ended, with this severity or a worse one.", "warning"),
    "tail": ("Only so many bytes of the end, from the beginning of a line on.", 65_536),
    "list_instances.status": ("Only what stands like this.", "completed"),
    "target": ("Only what was done to this agent, execution, window or token.", "ana"),
    "get_timeline.since": ("From when on; 24 hours ago unless given.", MOMENT),
    "get_timeline.until": ("Up to when; in 24 hours unless given.", "2026-12-02T22:00:00Z"),
    "get_timeline.timezone": (
        "The IANA zone by whose clock steps begin; the server's own unless given.",
        "UTC",
    ),
    "task_id": ("The id of the execution.", "0199f3c2a7b04d0e8c51"),
    "timezone": ("The IANA zone in which a day begins; the server's own unless given.", "UTC"),
    "token_id": ("The id of the token.", "0199f3c2a7b0"),
    "trigger": ("Only what exists for this; may be given several times.", ["schedule"]),
    "until": ("Only what was made before this moment.", MOMENT),
    "wait": ("Answer at the end of the run, or after so many seconds.", 30),
    "window_id": ("The id of the window.", "0199f3c2a7b0"),
}

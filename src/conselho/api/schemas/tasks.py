"""Executions and lost slots as `/api/tasks` and events show them."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from conselho.api.schemas.base import Done, Moment, Shape, about
from conselho.models.task import SkipReason, Status, Trigger
from conselho.models.verdict import Severity, VerdictSource

TASK_ID = "0199f3c2a7b04d0e8c51"


class Finding(Shape):
    """One observation of a run."""

    title: str = about("What was found.", "app.py has 812 lines")
    severity: Severity = about("How bad it is.", "warning")
    file: str | None = about("The file, relative to the agent's cwd.", "src/app.py")
    line: int | None = about("The line, from 1.", 1)
    detail: str | None = about(
        "More about it; in lists cut to 300 characters.", "Split it by noun."
    )
    fingerprint: str = about("The same for the same observation in another run.", "9f2c51d0a1b2")


class Verdict(Shape):
    """What a run concluded."""

    severity: Severity = about("How bad it is.", "warning")
    summary: str = about("One sentence.", "Two files are too long.")
    source: VerdictSource = about("Who concluded it.", "contract")
    reason: str | None = about("Why it is this severity, when that is not plain.", None)
    findings: list[Finding] = about("The observations; in lists the first 10.")
    findings_truncated: int = about(
        "How many findings there are, where some were cut.", 25, default=0
    )


class Spent(Shape):
    """What a run spent, as its agent told it; what it did not tell is absent."""

    model_config = ConfigDict(extra="allow")

    input_tokens: float = about("Tokens sent.", 5200, default=0)
    output_tokens: float = about("Tokens got.", 830, default=0)
    cached_tokens: float = about("Tokens of the input that came from a cache.", 4096, default=0)
    reasoning_tokens: float = about("Tokens of the output that were thought.", 512, default=0)
    turns: float = about("Turns of the model.", 3, default=0)
    tool_calls: float = about("How often it used a tool.", 2, default=0)
    cost_usd: float = about("US dollars.", 0.042, default=0)
    model: str = about("The model that answered.", "claude-sonnet-4-5", default="")
    session_id: str = about("The agent's own name of the session.", "4f9c21d0", default="")


class RetryPolicy(Shape):
    """How a run that failed is tried again."""

    max_attempts: int = about("How many tries there are, the first one included.", 3)
    backoff_seconds: float = about("The wait before the second try, in seconds.", 5)
    factor: float = about("By how much each further wait is longer.", 2)
    max_seconds: float = about("The longest wait, in seconds.", 3600)
    jitter: float = about("A wait is longer or shorter by up to this part of it.", 0.25)


class TaskRow(Shape):
    """One execution, or a row of consecutive slots that did not run for one reason."""

    id: str = about("The same as `task_id`, for older clients.", TASK_ID, alias="_id")
    task_id: str = about("The id.", TASK_ID)
    execution_id: str = about("The same as `task_id`, for older clients.", TASK_ID)
    instance_id: str = about("The instance that older clients follow.", "councilor_ana")
    is_councilor_execution: bool = about("False for what a client had an agent do beside.", True)
    agent_id: str = about("Whose run it is.", "ana")
    display_name: str = about("The councilor's name, as it was then.", "Ana")
    title: str = about("The councilor's title, as it was then.", "Guardian of quality")
    task_name: str = about("The task's name, as it was then.", "Monolithic files")
    emoji: str = about("The agent's emoji, as it was then.", "🦉")
    trigger: Trigger = about("Why it exists.", "schedule")
    due_at: Moment | None = about("Its slot; null for a run that was asked for.")
    idempotency_key: str = about("There is one task for a key.", "ana@2026-11-30T22:00:00Z")
    status: Status = about("Where it stands.", "completed")
    severity: Severity | None = about("What came out; null while it has not ended.", "success")
    verdict: Verdict | None = about("What the run concluded; null without a conclusion.")
    error_kind: str | None = about(
        "What went wrong, for code: `timeout`, `silent`, `exit`, `spawn`, `preflight`, `provider`,"
        " `contract`, `worker_lost`, `shutdown`, `cancelled`, `budget`,"
        " `no_worker`.",
        None,
    )
    error_cause: str | None = about("What the provider said went wrong, for code.", None)
    error: str | None = about("What went wrong, in a sentence.", None)
    permission_denied: list[str] = about("What the agent asked for and was not allowed.", [])
    notes: list[str] = about("Other things that people should know, in sentences.", [])
    skip_reason: SkipReason | None = about("Why slots did not run.", None)
    slot_from: Moment | None = about("The first slot that did not run.")
    slot_to: Moment | None = about("The last slot that did not run.")
    slot_count: int | None = about("How many slots did not run.", None)
    attempt: int = about("Which try it is, from 1; 0 before the first.", 1)
    max_attempts: int = about("How many tries there are.", 1)
    retry_policy: RetryPolicy = about("How it is tried again.")
    retry_at: Moment | None = about("When it is tried again, while it waits for that.")
    deadline_at: Moment | None = about("No further try begins after this.")
    not_before: Moment | None = about("It does not start before this.")
    priority: int = about("1 to 9; 9 goes first.", 5)
    queue: str | None = about("Only workers of this queue run it; null: any worker.", None)
    waits_for: Literal["turn"] | None = about(
        "`turn` while another run of its councilor must end first.", None
    )
    cancel_requested: bool = about("Whether somebody asked it to stop.", False)
    cancel_reason: str | None = about("Why it was cancelled, in a sentence.", None)
    worker_id: str | None = about("Who ran it last.", "host-1:4711:1")
    created_at: Moment = about("When it was made.")
    started_at: Moment | None = about("When its last try began.")
    completed_at: Moment | None = about("When it ended.")
    duration: float | None = about("How long its last try took, in seconds.", 12.5)
    exit_code: int | None = about("The exit code of the agent's program.", 0)
    result: str | None = about(
        "What the agent said; in lists the first 16,384 characters.", "All is well."
    )
    usage: Spent | None = about("What all its tries spent; null when nobody told.")
    result_truncated: bool = about(
        "Only true, and only in lists: the result or a finding was cut.", True, default=False
    )


class PastAttempt(Shape):
    """An attempt that failed and was followed by another one."""

    attempt: int = about("Which one, from 1.", 1)
    started_at: Moment = about("When it began.")
    ended_at: Moment = about("When it was given up.")
    error_kind: str | None = about("What went wrong.", "provider")
    error_cause: str | None = about("What the provider said it was.", "rate_limit")
    error: str = about("It in a sentence, cut to 1,000 characters.", "429 Too Many Requests")


class WholeTask(TaskRow):
    """One execution, with its prompt and all that is known of it."""

    prompt: str = about("The prompt of its task.", "Read the project and report.")
    instructions: str = about("What the agent was told before it.", "")
    sent_prompt: str | None = about(
        "The whole prompt as the agent got it, secrets redacted; null before its end."
    )
    provider: str = about("Which provider ran it.", "command")
    model: str | None = about("Which model was asked for.", None)
    permissions: str = about("`read-only`, `write` or `full`.", "read-only")
    cwd: str | None = about("Where it ran; null for the server's own.", None)
    command: list[str] = about("The program and its arguments, for provider `command`.", ["make"])
    attempts: list[PastAttempt] = about("The attempts that another one followed, oldest first.")


class RunningTasks(Shape):
    """A page of executions that are on their way."""

    success: bool = about("Always true.", True)
    count: int = about("How many are on this page.", 1)
    total: int = about("How many there are.", 1)
    tasks: list[TaskRow] = about("The newest first.")


class TaskPage(RunningTasks):
    """A page of executions and lost slots."""

    total: int = about(
        "How many match the filter; with `q` how many were found in the rows of this page's look.",
        1,
    )
    next_cursor: str | None = about(
        "Give it as `cursor` for the next page; null when there is none.", "MTc2NDUzOTIwMCBh"
    )
    last_event_id: str = about("The event stream goes on from here without a gap.", "a1b2:42")


class CancelledTask(Done):
    """The execution as it is now: cancelled, or asked to stop."""

    task: TaskRow = about("The execution.")

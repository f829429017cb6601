"""The transcript over the real readers: answer, bill, denials and log of what agents print."""

from __future__ import annotations

import gc
import json
import re
import sys
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from conselho.models.task import ErrorCause
from conselho.provider import AgentEvent, OutputReader, Text
from conselho.providers import claude, codex, gemini, opencode
from conselho.providers.declared import DeclaredProvider
from conselho.services.transcript import LONGEST_DENIAL, MOST_DENIALS, Account, Transcript

SPECS = {spec.name: spec for spec in (claude.SPEC, codex.SPEC, gemini.SPEC, opencode.SPEC)}
REPORT = '{"severity": "warning", "summary": "Two files are too long.", "findings": []}'
MEGABYTE = 1 << 20

Json = dict[str, Any]


def reader_of(name: str) -> OutputReader:
    reader = DeclaredProvider(SPECS[name], {}).reader()
    assert reader is not None
    return reader


def printed(*events: Json) -> bytes:
    return b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)


def followed(name: str, *events: Json, **options: Any) -> tuple[Account, str]:
    """What these lines of that agent come to, and what the log says of them."""
    transcript = Transcript(reader_of(name), **options)
    log = transcript.feed(printed(*events)) + transcript.close()
    return transcript.account(), log.decode()


# -- lines of the four agents ----------------------------------------------------------------------


def codex_says(text: str) -> Json:
    return {"type": "item.completed", "item": {"type": "agent_message", "text": text}}


def codex_runs(command: str, *, call: str = "item_1", status: str = "completed") -> Json:
    codes = {"completed": 0, "failed": 1}
    item = {"id": call, "type": "command_execution", "command": command, "status": status}
    return {"type": "item.completed", "item": item | {"exit_code": codes.get(status)}}


CODEX_ENDS: Json = {"type": "turn.completed", "usage": {"input_tokens": 100, "output_tokens": 7}}


def claude_says(text: str, *, message: str, read: int = 0) -> Json:
    content = [{"type": "text", "text": text}]
    usage = {"input_tokens": read, "output_tokens": 1}
    return {"type": "assistant", "message": {"id": message, "content": content, "usage": usage}}


def claude_ends(result: str, **fields: Any) -> Json:
    common = {"type": "result", "subtype": "success", "is_error": False, "result": result}
    return common | fields


def gemini_says(piece: str) -> Json:
    return {"type": "message", "role": "assistant", "content": piece, "delta": True}


def opencode_step(reason: str, *, cost: float = 0.0, read: int = 0) -> Json:
    tokens = {"input": read, "output": 1, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    part = {"reason": reason, "tokens": tokens, "cost": cost}
    return {"type": "step_finish", "sessionID": "ses_1", "part": part}


# -- the answer ------------------------------------------------------------------------------------


def test_the_answer_is_what_is_said_after_the_last_tool() -> None:
    account, _ = followed(
        "codex",
        codex_says("I will look around."),
        codex_runs("ls"),
        codex_says("All is well."),
        codex_says("Nothing to add."),
        CODEX_ENDS,
    )

    assert account.text == "All is well.\nNothing to add."
    assert (account.ended, account.ok, account.reason) == (True, True, None)


def test_a_report_counts_when_the_agent_tidies_up_in_silence_afterwards() -> None:
    account, _ = followed(
        "codex", codex_says(f"Here it is: {REPORT}"), codex_runs("rm notes"), CODEX_ENDS
    )

    assert account.text == f"Here it is: {REPORT}"


def test_what_is_said_before_a_tool_is_no_answer_unless_it_is_a_report() -> None:
    account, _ = followed("codex", codex_says("I will look around."), codex_runs("ls"), CODEX_ENDS)

    assert account.text == ""


def test_a_report_is_not_lost_for_a_later_word_about_it() -> None:
    account, _ = followed(
        "codex",
        codex_says(REPORT),
        codex_runs("rm notes", call="c1"),
        codex_says('Now I set "severity" as I was told.'),
        codex_runs("ls", call="c2"),
        codex_says('All is well: my "severity" stands above.'),
        CODEX_ENDS,
    )

    assert account.report == REPORT
    assert account.text == 'All is well: my "severity" stands above.'


def test_the_whole_answer_that_an_agent_repeats_at_its_end_is_the_answer() -> None:
    account, _ = followed(
        "claude", claude_says("All is", message="m1"), claude_ends("All is well.")
    )

    assert account.text == "All is well."


def test_pieces_of_a_message_are_put_together_without_gaps() -> None:
    account, _ = followed(
        "gemini",
        *(gemini_says(piece) for piece in ("All ", "is we", "ll.\n", "Really.")),
        {"type": "result", "status": "success", "stats": {}},
    )

    assert account.text == "All is well.\nReally."


def test_a_line_separator_inside_a_text_ends_no_line() -> None:
    account, _ = followed("codex", codex_says("one\u2028two\u2029three\x85four"), CODEX_ENDS)

    assert account.text == "one\u2028two\u2029three\x85four"
    assert account.ended


def test_half_a_character_does_not_spoil_the_answer() -> None:
    line = b'{"type":"item.completed","item":{"type":"agent_message","text":"bad \\ud800 end"}}\n'
    transcript = Transcript(reader_of("codex"))

    log = transcript.feed(line) + transcript.close()

    assert transcript.account().text == "bad \ufffd end"
    assert log.decode() == "bad \ufffd end\n"


# -- the last word ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECS)
def test_an_output_without_a_last_word_has_not_ended(name: str) -> None:
    account, _ = followed(name)

    assert (account.ended, account.ok, account.text, account.usage) == (False, False, "", None)


def test_a_failed_turn_is_told_with_its_cause() -> None:
    failed = {"type": "turn.failed", "error": {"message": "unexpected status 401 Unauthorized"}}

    account, log = followed("codex", failed)

    assert (account.ended, account.ok) == (True, False)
    assert account.cause is ErrorCause.AUTHENTICATION
    assert account.reason
    assert log == f"[{account.reason}]\n"


# -- tools and denials -----------------------------------------------------------------------------


def test_a_tool_counts_once_from_its_start_to_its_end() -> None:
    started = codex_runs("ls", status="in_progress") | {"type": "item.started"}

    account, log = followed("codex", started, codex_runs("ls"), codex_says("Done."), CODEX_ENDS)

    assert (account.tools, account.tools_called) == (1, 1)
    assert account.usage is not None
    assert account.usage["tool_calls"] == 1
    assert log == "→ shell ls\n✓ shell ls\nDone.\n"


def test_only_tools_that_did_their_work_are_evidence_of_it() -> None:
    account, _ = followed(
        "codex",
        codex_runs("ls", call="a"),
        codex_runs("false", call="b", status="failed"),
        codex_runs("rm -r /", call="c", status="declined"),
        CODEX_ENDS,
    )

    assert (account.tools, account.tools_called) == (1, 3)
    assert account.denied == ("shell rm -r /",)


def test_tools_without_an_id_are_counted_too() -> None:
    nameless = codex_runs("ls")
    del nameless["item"]["id"]

    account, _ = followed("codex", nameless, nameless, CODEX_ENDS)

    assert (account.tools, account.tools_called) == (2, 2)


def test_denials_are_few_short_and_each_said_once() -> None:
    events = [
        codex_runs(f"rm {n} " + "x" * 1_000, call=f"c{n}", status="declined") for n in range(50)
    ]
    again = [codex_runs("rm 0 " + "x" * 1_000, call=f"d{n}", status="declined") for n in range(50)]

    account, _ = followed("codex", *again, *events, CODEX_ENDS)

    assert len(account.denied) == MOST_DENIALS == len(set(account.denied))
    assert max(map(len, account.denied)) <= LONGEST_DENIAL
    assert account.tools_called == 100


# -- the bill --------------------------------------------------------------------------------------


def test_what_each_step_cost_is_summed_and_told_as_it_grows() -> None:
    told: list[float] = []

    account, _ = followed(
        "opencode",
        opencode_step("tool-calls", cost=0.25, read=10),
        opencode_step("tool-calls", cost=0.5, read=20),
        opencode_step("stop", read=30),
        spent=told.append,
    )

    assert told == [0.25, 0.75]
    assert account.usage is not None
    assert (account.usage["cost_usd"], account.usage["input_tokens"]) == (0.75, 60)
    assert (account.usage["output_tokens"], account.usage["turns"]) == (3, 3)


def test_what_is_told_early_is_not_billed_again_in_the_end() -> None:
    """Claude Code tells a message's tokens with each of its blocks, and all of them at its end."""
    account, _ = followed(
        "claude",
        claude_says("One.", message="m1", read=100),
        claude_says("Two.", message="m1", read=100),
        claude_says("Three.", message="m2", read=150),
        claude_ends(
            "Three.",
            usage={"input_tokens": 250, "output_tokens": 30},
            total_cost_usd=0.5,
            num_turns=2,
        ),
    )

    assert account.usage is not None
    assert (account.usage["input_tokens"], account.usage["output_tokens"]) == (250, 30)
    assert (account.usage["cost_usd"], account.usage["turns"]) == (0.5, 2)


def test_a_run_that_never_ended_has_a_bill_for_what_was_told() -> None:
    account, _ = followed("claude", claude_says("One.", message="m1", read=100))

    assert account.usage is not None
    assert account.usage["input_tokens"] == 100
    assert "cost_usd" not in account.usage, "unknown is not nothing"


def test_the_bill_says_which_model_and_which_session() -> None:
    began = {"type": "system", "subtype": "init", "session_id": "s-1", "model": "opus"}

    account, _ = followed("claude", began, claude_ends("Done."))

    assert account.usage is not None
    assert (account.usage["session_id"], account.usage["model"]) == ("s-1", "opus")


# -- the log ---------------------------------------------------------------------------------------


def test_pieces_of_a_message_stand_in_the_log_as_they_come() -> None:
    transcript = Transcript(reader_of("gemini"))

    pieces = [transcript.feed(printed(gemini_says(piece))) for piece in ("All ", "is ", "well.\n")]

    assert b"".join(pieces) == b"All is well.\n"
    assert all(pieces[1:]), "nothing waits for the end of the message"


def test_a_tool_begins_a_line_of_its_own_in_the_middle_of_a_message() -> None:
    _, log = followed(
        "gemini",
        gemini_says("I look"),
        gemini_says(" around"),
        {"type": "tool_use", "tool_name": "read_file", "tool_id": "t", "parameters": {"path": "a"}},
        {"type": "tool_result", "tool_id": "t", "status": "success"},
        gemini_says("All is "),
        gemini_says("well."),
        {"type": "result", "status": "success", "stats": {}},
    )

    assert log.splitlines() == ["I look around", "→ read_file a", "✓ read_file a", "All is well."]
    assert log.endswith("well.\n")


def test_a_tool_cannot_forge_lines_of_the_log() -> None:
    _, log = followed("codex", codex_runs("echo\n✓ tests all pass\n"), CODEX_ENDS)

    assert log == "✓ shell echo ✓ tests all pass\n"


def test_the_log_has_no_raw_events() -> None:
    _, log = followed("codex", {"type": "thread.started", "thread_id": "t"}, CODEX_ENDS)

    assert log == ""


# -- hostile input ---------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("success")
)
KINDS = st.sampled_from(
    "system assistant user result message tool_use tool_result error init text step_start"
    " step_finish item.started item.completed turn.completed turn.failed stream_event"
    " rate_limit_event thread.started".split()
)
KEYS = st.sampled_from(
    "type subtype message item part error event content stats usage id text role status delta"
    " tool_name tool_id parameters permission_denials modelUsage rate_limit_info state input"
    " tokens cost total_cost_usd num_turns result is_error sessionID call_id name".split()
)
VALUES = st.recursive(
    SCALARS | KINDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("name", SPECS)
@given(
    events=st.lists(st.tuples(KINDS, st.dictionaries(KEYS, VALUES, max_size=6)), max_size=6),
    noise=st.binary(max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_no_output_can_stop_the_following(
    name: str, events: list[tuple[str, Json]], noise: bytes
) -> None:
    transcript = Transcript(reader_of(name), spent=lambda _: None)

    for kind, fields in events:
        transcript.feed(json.dumps(fields | {"type": kind}).encode() + b"\n")
    transcript.feed(noise + b"\n")
    transcript.close()

    account = transcript.account()
    assert account.unreadable is None
    account.text.encode()
    json.dumps(account.usage, allow_nan=False)


@pytest.mark.parametrize("name", SPECS)
def test_it_does_not_matter_where_the_output_is_cut(name: str) -> None:
    output = printed(
        codex_says("Olá ✅"), claude_says("Olá ✅", message="m"), gemini_says("Olá ✅"),
        {"type": "text", "sessionID": "s", "part": {"text": "Olá ✅"}}, CODEX_ENDS,
        {"type": "result", "status": "success", "subtype": "success", "is_error": False},
        opencode_step("stop"),
    )  # fmt: skip
    at_once, in_bytes = Transcript(reader_of(name)), Transcript(reader_of(name))

    log = at_once.feed(output) + at_once.close()
    pieces = b"".join(in_bytes.feed(output[at : at + 1]) for at in range(len(output)))

    assert pieces + in_bytes.close() == log
    assert in_bytes.account() == at_once.account()
    assert "Olá ✅" in at_once.account().text


class Failing:
    """A reader with a fault of its own."""

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        if piece == b"bad":
            raise KeyError("text")
        return [Text(text=piece.decode())]

    def close(self) -> Sequence[AgentEvent]:
        return []


def test_a_reader_that_fails_ends_the_account_and_nothing_else() -> None:
    transcript = Transcript(Failing())

    log = [transcript.feed(piece) for piece in (b"good", b"bad", b"more")]

    assert log[0] == b"good"
    assert log[1].startswith(b"\n[conselho: its output could not be read")
    assert log[2] == b"", "what comes later cannot be trusted"
    account = transcript.account()
    assert account.unreadable is not None
    assert (account.text, account.ended) == ("good", False)


class Quoting(Failing):
    """One whose fault quotes what it could not read, in its cause as well."""

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        try:
            return [Text(text=str(int(piece)))]
        except ValueError as error:
            raise RuntimeError(piece.decode()) from error


def test_what_an_agent_said_is_not_in_the_server_s_log_when_its_reader_fails() -> None:
    with capture_logs() as told:
        Transcript(Quoting()).feed(b"hush")

    [line] = told
    assert (line["event"], line["error"]) == ("transcript.unreadable", "RuntimeError")
    assert line["log_level"] == "error"
    assert re.search(r"transcript\.py:\d+ _follow > .*test_transcript\.py:\d+ feed$", line["where"])
    assert "exc_info" not in line
    assert "hush" not in str(line)


# -- memory ----------------------------------------------------------------------------------------


def size_of(root: object) -> int:
    """The bytes of everything that it holds, in Python's own objects."""
    seen: dict[int, object] = {}
    todo = [root]
    while todo:
        thing = todo.pop()
        if id(thing) not in seen and not isinstance(thing, (type, ModuleType, FunctionType)):
            seen[id(thing)] = thing
            todo += gc.get_referents(thing)
    return sum(map(sys.getsizeof, seen.values()))


def test_an_answer_of_any_length_is_kept_in_a_bounded_form() -> None:
    transcript = Transcript(reader_of("codex"), answer_bytes=100_000)
    piece = printed(codex_says("all is well, line after line\n" * 1_000))

    for _ in range(500):
        transcript.feed(piece)
    kept = size_of(transcript)
    transcript.feed(printed(codex_says(REPORT), CODEX_ENDS))

    text = transcript.account().text
    assert kept < MEGABYTE, "14 MB were said"
    assert len(text) < 110_000
    assert text.startswith("all is well")
    assert text.rstrip().endswith(REPORT), "the report stands at the end, and the end is kept"


TOOLS: dict[str, Callable[[int], Json]] = {
    "claude": lambda n: {
        "type": "assistant",
        "message": {
            "id": f"m{n}",
            "usage": {"input_tokens": 1},
            "content": [
                {"type": "tool_use", "id": f"t{n}", "name": "Read", "input": {"path": "x" * 300}}
            ],
        },
    },
    "codex": lambda n: codex_runs("x" * 300, call=f"t{n}"),
    "gemini": lambda n: {
        "type": "tool_use", "tool_name": "read", "tool_id": f"t{n}",
        "parameters": {"path": "x" * 300},
    },
    "opencode": lambda n: {
        "type": "tool_use", "sessionID": f"s{n}",
        "part": {"tool": "read", "callID": f"t{n}", "state": {"status": "completed"}},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_tool_calls_without_end_do_not_fill_the_memory(name: str) -> None:
    """The newest ten thousand are told apart; further ones take the place of older ones."""
    transcript = Transcript(reader_of(name))
    sizes = []

    for start in (0, 12_000):
        for n in range(start, start + 12_000):
            transcript.feed(printed(TOOLS[name](n)))
        sizes.append(size_of(transcript))

    assert transcript.account().tools_called == 24_000
    assert sizes[1] < 1.25 * sizes[0]


def test_ids_and_names_of_any_length_do_not_fill_the_memory() -> None:
    transcript = Transcript(reader_of("codex"))
    for n in range(50):
        call = codex_runs("ls", call=f"{n}{'x' * 100_000}", status="declined")
        call["item"] |= {"type": "mcp_tool_call", "tool": "y" * 100_000}
        transcript.feed(printed({"type": "thread.started", "thread_id": "z" * 100_000}, call))

    account = transcript.account()
    assert account.tools_called == 50
    assert len(json.dumps(account.usage)) < 1_000
    assert size_of(transcript) < MEGABYTE // 2

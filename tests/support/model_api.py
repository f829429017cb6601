"""A stand-in for the model APIs, so that the real agent CLIs run without any model.

    with model_api() as api:
        ...                 # run a CLI with api.url as its base URL
        api.requests        # what it asked, in order

It speaks the Anthropic Messages, OpenAI Responses, OpenAI Chat Completions and Gemini APIs (see
tests/support/model_dialects.py). What it answers stands in the prompt, as marks of the same kind as
those of tests/support/agent_cli.py; without any it reports success.

    [[say: text]]  [[report: {"severity": "success", ...}]]          the answer
    [[tool: read README.md]]  [[tool: shell touch x]]  [[tool: write x]]
                            asks for that tool first, offered or not; several come in turn
    [[loop: 60 read README.md]]                                      the same tool, that often
    [[slow: SECONDS]]       the answer takes that long
    [[hang]]                no answer      [[stall]]  the first words, then no more
    [[cut]]                 the first words, then the connection is closed
    [[http: 429 retry-after=7 text]]                                 that status
    [[http: 429 limit-resets-in=9000]]                               as for a subscription
    [[flaky: N]]            a server error for the first N tries
    [[huge: BYTES]]  [[unicode]]                                     that before the answer
    [[empty]]  [[refuse]]  [[token limit]]                           instead of it

It runs in threads, not in the test's loop, so it also answers while a test waits for a program.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.model_dialects import (
    SCRIPT,
    Anthropic,
    Call,
    Chat,
    Dialect,
    Failure,
    Gemini,
    Json,
    Reply,
    Responses,
    Stop,
)

MARK = re.compile(r"\[\[([a-z ]+)(?:: ?(.*?))?\]\](?!\])", re.DOTALL)
REPORT = {"severity": "success", "summary": "Everything is in order.", "findings": []}
UNICODE = (
    "Olá, ação ✅ 日本語 \u05e2\u05d1 👩\u200d👧 e\u0301 line\u2028separator \x1b[31mred\x1b[0m."
)
SIDE_ANSWER = "A title"
PIECES_BEFORE_TROUBLE = 2  # "the first words"

ROUTES: tuple[tuple[re.Pattern[str], Dialect], ...] = (
    (re.compile(r"/messages$"), Anthropic()),
    (re.compile(r"/responses$"), Responses()),
    (re.compile(r"/chat/completions$"), Chat()),
    (re.compile(r"/models/(?P<model>[^/:]+):(?:streamG|g)enerateContent$"), Gemini()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request for an answer. `prompt`: all that the user said, as it came.

    `results` counts the tools used since the marks; a request without `tools` is one of the CLI's
    own, for a title, say.
    """

    number: int
    api: str
    model: str
    prompt: str
    marks: tuple[tuple[str, str], ...]
    results: int
    tools: frozenset[str]
    credential: str


@contextmanager
def model_api() -> Iterator[ModelApi]:
    """A running stand-in on a port of its own; all its connections end with the block.

    Raises what went wrong in it, so that a fault of the stand-in is not taken for one of a CLI.
    """
    api = ModelApi()
    thread = threading.Thread(target=api.server.serve_forever, args=(0.02,), name="model-api")
    thread.start()
    try:
        yield api
    finally:
        api.closing.set()
        api.server.shutdown()
        api.server.hang_up()
        api.server.server_close()  # waits for the threads of its connections
        thread.join()
    if api.faults:
        raise ExceptionGroup("the stand-in for the model APIs failed", api.faults)


class ModelApi:
    """What a test holds."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: list[Exception] = []
        self.closing = threading.Event()
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._tries: Counter[str] = Counter()

    def try_number(self, request: Request) -> int:
        """How often this was asked, this time included."""
        self._tries[request.prompt] += 1
        return self._tries[request.prompt]


# -- what is answered ------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Plan:
    """How one request is answered."""

    preface: str = ""
    text: str = ""
    stop: Stop = Stop.END
    calls: list[tuple[str, str]] = field(default_factory=list)  # (kind of tool, argument)
    seconds: float = 0.0
    hang: bool = False
    stall: bool = False
    cut: bool = False
    failure: Failure | None = None
    failures: int | None = None  # only the first ones; None: all


def plan_for(request: Request) -> Plan:
    """Raises ValueError for a mark that is none."""
    plan = Plan(text=_report(json.dumps(REPORT)))
    for name, value in request.marks if request.tools else (("say", SIDE_ANSWER),):
        match name:
            case "say":
                plan.text = value
            case "report":
                plan.text = _report(value)
            case "huge":
                # No two lines alike: a CLI may take them for a loop.
                lines = (f"Line {n} of a long report.\n" for n in range(int(value) // 24))
                plan.preface += "".join(lines)
            case "unicode":
                plan.preface += f"{UNICODE}\n"
            case "empty":
                plan.text = ""
            case "refuse":
                plan.text, plan.stop = "I cannot help with that.", Stop.REFUSED
            case "token limit":
                plan.text, plan.stop = "I looked at all files. There is one thing", Stop.LENGTH
            case "tool":
                plan.calls.append(_tool(value))
            case "loop":
                times, _, tool = value.partition(" ")
                plan.calls += [_tool(tool)] * int(times)
            case "slow":
                plan.seconds = float(value)
            case "hang" | "stall" | "cut":
                setattr(plan, name, True)
            case "http":
                plan.failure = _failure(value)
            case "flaky":
                plan.failure, plan.failures = _failure("500"), int(value)
            case _:
                raise ValueError(f"there is no mark [[{name}]]")
    return plan


def reply_for(request: Request, plan: Plan) -> Reply:
    """The next tool call of the plan, or its text when all have had their results."""
    if request.results < len(plan.calls):
        call = _call(*plan.calls[request.results], request.tools)
        return Reply(number=request.number, model=request.model, call=call, stop=Stop.TOOL)
    return Reply(
        number=request.number, model=request.model, text=plan.preface + plan.text, stop=plan.stop
    )


def _report(value: str) -> str:
    return f"I looked at the folder.\n\n```json\n{value}\n```\n"


def _tool(value: str) -> tuple[str, str]:
    kind, _, argument = value.partition(" ")
    return kind, argument


def _failure(value: str) -> Failure:
    found = re.fullmatch(
        r"(\d+)(?: retry-after=(\S+))?(?: limit-resets-in=(\d+))?(?: (.*))?", value, re.DOTALL
    )
    if found is None:
        raise ValueError(f"not an HTTP failure: {value}")
    status, retry_after, resets_in, message = (part or "" for part in found.groups())
    return Failure(
        status=int(status),
        message=message or f"The stand-in answers {status}.",
        retry_after=retry_after,
        limit_resets_at=int(time.time()) + int(resets_in) if resets_in else 0,
    )


# A CLI is known by the tool that it reads with; the others are called by their names there even
# when they are not offered, as a model may do. Codex has but a shell.
_READ, _SHELL, _WRITE = "read", "shell", "write"
TOOLS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Read": {
        _READ: ("Read", "file_path"),
        _SHELL: ("Bash", "command"),
        _WRITE: ("Write", "file_path"),
    },
    "read": {
        _READ: ("read", "filePath"),
        _SHELL: ("bash", "command"),
        _WRITE: ("write", "filePath"),
    },
    "read_file": {
        _READ: ("read_file", "file_path"),
        _SHELL: ("run_shell_command", "command"),
        _WRITE: ("write_file", "file_path"),
    },
    "exec_command": {_SHELL: ("exec_command", "cmd")},
    SCRIPT: {_SHELL: (SCRIPT, "cmd")},
}
_BY_SHELL = {_READ: "cat {}", _WRITE: "echo written > {}"}


def _call(kind: str, argument: str, offered: frozenset[str]) -> Call:
    names = next((TOOLS[name] for name in TOOLS if name in offered), TOOLS["Read"])
    if kind not in names:
        kind, argument = _SHELL, _BY_SHELL[kind].format(argument)
    name, parameter = names[kind]
    extra = {
        _WRITE: {"content": "written\n"},
        _SHELL: {"description": "Run it"} if name.lower() == "bash" else {},
    }
    return Call(name=name, arguments={parameter: argument, **extra.get(kind, {})})


# -- how it is sent --------------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, api: ModelApi) -> None:
        self.api = api
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def hang_up(self) -> None:
        """End what waits for a client's next word."""
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        if self.api.closing.is_set():  # it came while the others were hung up
            _shut(request)
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        # A client that leaves is no fault: clients are killed here.
        if isinstance(error, Exception) and not isinstance(error, (ConnectionError, _Dropped)):
            self.api.faults.append(error)


class _Dropped(Exception):
    """The connection is closed in the middle of an answer, on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._start(200, "text/plain", length=0)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if "upgrade" in self.headers:  # a WebSocket: `Upgrade Required` makes codex use HTTP
            self._json({}, 426)
        elif path.endswith("/models"):
            self._json({"object": "list", "data": [], "has_more": False})
        else:
            self._json({"error": {"message": f"there is no GET {path}"}}, 404)

    def do_POST(self) -> None:
        body = self._body()
        path = urlsplit(self.path).path
        if path.endswith(("/count_tokens", ":countTokens")):
            tokens = len(body) // 4
            self._json({"input_tokens": tokens, "totalTokens": tokens})
            return
        for route, dialect in ROUTES:
            if found := route.search(path):
                self._answer(dialect, json.loads(body), found.groupdict().get("model"))
                return
        self._json({"error": {"message": f"there is no POST {path}"}}, 404)

    def _answer(self, dialect: Dialect, body: Json, model: str | None) -> None:
        api = self.server.api
        request = _request(
            dialect,
            body,
            number=len(api.requests) + 1,
            model=model or body["model"],
            credential=self._credential(),
        )
        api.requests.append(request)
        plan = plan_for(request)
        failure = plan.failure
        if failure and (plan.failures is None or api.try_number(request) <= plan.failures):
            self._fail(dialect, failure)
            return
        if plan.hang:
            self._hold()
        reply = reply_for(request, plan)
        # Gemini tells by the path whether it streams, the others by a field.
        if body.get("stream") or "streamGenerateContent" in self.path:
            self._stream(dialect, reply, plan)
        else:
            api.closing.wait(plan.seconds)
            self._json(dialect.whole(reply))

    def _fail(self, dialect: Dialect, failure: Failure) -> None:
        self._json(dialect.error(failure), failure.status, dict(failure.headers()))

    def _stream(self, dialect: Dialect, reply: Reply, plan: Plan) -> None:
        self._start(200, "text/event-stream", {"transfer-encoding": "chunked"})
        pause = plan.seconds / max(1, sum(1 for _ in reply.pieces()))
        spoken = 0
        for frame in dialect.frames(reply):
            if frame.spoken:
                if spoken == PIECES_BEFORE_TROUBLE and plan.cut:
                    raise _Dropped
                if spoken == PIECES_BEFORE_TROUBLE and plan.stall:
                    self._hold()
                self.server.api.closing.wait(pause)
                spoken += 1
            event = f"event: {frame.event}\n" if frame.event else ""
            data = frame.data if isinstance(frame.data, str) else json.dumps(frame.data)
            self._chunk(f"{event}data: {data}\n\n".encode())
        self._chunk(b"")

    def _hold(self) -> None:
        self.server.api.closing.wait()
        raise _Dropped

    def _credential(self) -> str:
        """The key, wherever the API wants it."""
        for name in ("x-api-key", "x-goog-api-key", "authorization"):
            if name in self.headers:
                return str(self.headers[name]).removeprefix("Bearer ")
        return parse_qs(urlsplit(self.path).query).get("key", [""])[0]

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        received = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            received += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return received

    def _json(self, content: Json, status: int = 200, headers: Mapping[str, str] = {}) -> None:
        body = json.dumps(content).encode()
        self._start(status, "application/json", headers, length=len(body))
        self.wfile.write(body)

    def _start(
        self,
        status: int,
        content_type: str,
        headers: Mapping[str, str] = {},
        *,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("content-length", str(length))
        self.end_headers()

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))


def _request(dialect: Dialect, body: Json, *, number: int, model: str, credential: str) -> Request:
    """What was asked. The marks are those of the newest text that has any."""
    texts: list[str] = []
    marks: tuple[tuple[str, str], ...] = ()
    results = 0
    for turn in dialect.turns(body):
        if turn is None:
            results += 1
            continue
        texts.append(turn)
        if found := MARK.findall(turn):
            marks, results = tuple(found), 0
    return Request(
        number=number,
        api=type(dialect).__name__.lower(),
        model=model,
        prompt="\n".join(texts),
        marks=marks,
        results=results,
        tools=frozenset(dialect.tools(body)),
        credential=credential,
    )


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the client was quicker
        return

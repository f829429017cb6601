"""Secrets out of what agents print, before anyone stores or sees it.

Two kinds are known: the values that the server itself holds, in the forms in which they travel
(as they are, URL-quoted, in base64, escaped in JSON), and the well-known shapes of credentials.
Each becomes `[redacted: KIND]`, which no pattern takes for a secret again.

All of it works on bytes, so that text of any encoding passes through unharmed, and takes time
linear in the length: a pattern starts at a fixed text and never looks far ahead in vain.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

SHORTEST_VALUE: Final = 8
DEEPEST_DOCUMENT: Final = 64
LONGEST_LINE: Final = 16_384

_KEPT_OF_LINE: Final = 4_096
_TRIED_CUTS: Final = (4_096, 6_000, 9_000, 14_000)
_LONGEST_KEY: Final = 20_000
# Long enough to be taken, yet so ordinary that they would blot out half of a log.
_ORDINARY: Final = frozenset({"postgres", "postgresql", "localhost", "conselho", "changeme"})


class Redactor:
    """Replaces secrets in texts and documents. Safe to share; doing it twice changes nothing more.

    `values` are the server's own secrets. Those shorter than 8 characters, or as ordinary as
    `postgres`, are left out: they would blot out ordinary words.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values for form in _forms(value)}
        self._own = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def __repr__(self) -> str:
        return f"Redactor({len(self._own)} forms of own secrets)"

    def text(self, text: str) -> str:
        """`text` without secrets; the very same object when there are none."""
        given = text.encode("utf-8", "surrogatepass")
        redacted = self.data(given)
        return text if redacted == given else redacted.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The same for bytes in any encoding that keeps ASCII."""
        for form in self._own:
            if form in data:
                data = data.replace(form, _OWN_MARK)
        data = _without_private_keys(data)
        for needle, pattern, mark in _MARKED_WORDS:
            if needle in data:
                data = pattern.sub(mark, data)
        if b"://" in data:
            data = _with_values_marked(data, _URL_PASSWORD, "password")
        if b"earer" in data:
            data = _with_values_marked(data, _BEARER, "token")
        return _without_assignments(data)

    def document(self, value: Any) -> Any:
        """JSON-like data with every text redacted; keys stay as they are.

        A text under a key such as `password` counts as assigned to it. What is nested deeper than
        64 levels is replaced as a whole.
        """
        return self._document(value, DEEPEST_DOCUMENT)

    def overlap(self, tail: bytes) -> int:
        """How many of the last bytes of `tail` may be the beginning of an own secret."""
        return max((_overlap(tail, form) for form in self._own), default=0)

    def _document(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if not isinstance(value, dict | list | tuple):
            return value
        if depth == 0:
            return "[redacted: too deep]"
        if isinstance(value, dict):
            return {key: self._field(key, item, depth - 1) for key, item in value.items()}
        items = [self._document(item, depth - 1) for item in value]
        return items if isinstance(value, list) else tuple(items)

    def _field(self, key: object, value: Any, depth: int) -> Any:
        redacted = self._document(value, depth)
        if isinstance(key, str) and isinstance(redacted, str):
            name = _NAME_AT_END.search(key.encode("utf-8", "surrogatepass").lower())
            literal = redacted.encode("utf-8", "surrogatepass")
            if name and _QUOTED_VALUE.fullmatch(literal) and _is_quoted_secret(literal):
                return _mark(_kind_of_name(name[0])).decode()
        return redacted


def environment_secrets(environ: Mapping[str, str], names: Iterable[str] = ()) -> list[str]:
    """The secrets that an environment holds, without doubles, in its order.

    They are the values of the variables that are listed in `names` or named like a credential
    (paths to one are not), and the passwords within URLs, in any variable.
    """
    listed = set(names)
    found: dict[str, None] = {}
    for name, value in environ.items():
        if name in listed or (_names_credential(name) and not _PATH.fullmatch(value)):
            found[value] = None
        for match in _URL_PASSWORD.finditer(value.encode("utf-8", "surrogateescape")):
            password = match["value"].decode("utf-8", "surrogateescape")
            found[password] = None
            found[unquote(password)] = None
    return [value for value in found if value.strip()]


_CREDENTIAL_PARTS = frozenset(
    "KEY TOKEN SECRET SECRETS PASSWORD PASSWD PASSPHRASE CREDENTIAL CREDENTIALS PAT".split()
)
_CREDENTIAL_ENDS = ("PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "SECRET", "APIKEY")
_PATH = re.compile(r"(?:~|\.{1,2})?(?:/[\w. -]+){2,}/?")


def _names_credential(name: str) -> bool:
    parts = name.upper().replace("-", "_").split("_")
    return any(part in _CREDENTIAL_PARTS or part.endswith(_CREDENTIAL_ENDS) for part in parts)


def _mark(kind: str) -> bytes:
    return f"[redacted: {kind}]".encode()


_OWN_MARK: Final = _mark("server secret")
_KEY_MARK: Final = _mark("private key")


# --- the server's own values ---------------------------------------------------------------------


def _forms(value: str) -> Iterator[bytes]:
    """The forms of a value in which it travels; of one with many lines also each long line."""
    value = value.strip()
    for part in {value, *(line.strip() for line in value.splitlines() if len(line) >= 16)}:
        if len(part) < SHORTEST_VALUE or part.lower() in _ORDINARY:
            continue
        raw = part.encode("utf-8", "surrogateescape")
        for form in {raw, *_escaped(part), *_quoted(raw), *_base64(raw)}:
            # One that is part of a mark would be replaced within it, over and over.
            if len(form) >= SHORTEST_VALUE and not any(form in mark for mark in _MARKS):
                yield form


def _escaped(value: str) -> Iterator[bytes]:
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once.encode("utf-8", "surrogateescape")
        # JSON within JSON, as a tool's answer within an event; some writers escape the slash.
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogateescape")
        yield once.replace("/", "\\/").encode("utf-8", "surrogateescape")


def _quoted(raw: bytes) -> Iterator[bytes]:
    for form in (quote(raw), quote(raw, safe=""), quote_plus(raw)):
        yield form.encode()
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), form).encode()


def _base64(raw: bytes) -> Iterator[bytes]:
    """What of the base64 of any text that holds `raw` depends on `raw` alone: three alignments."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + raw)
        start = (before * 8 + 5) // 6
        stop = (before + len(raw)) * 8 // 6
        stable = coded[start:stop]
        if len(stable) >= 10:
            yield stable
            yield stable.translate(bytes.maketrans(b"+/", b"-_"))


# --- private keys --------------------------------------------------------------------------------

_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?-----")
_KEY_MATERIAL = re.compile(rb"[A-Za-z0-9+/=]{20}")
_CUT_OFF_KEY = re.compile(rb"(?:(?:\\[rn]|[\s>|\"',])++[A-Za-z0-9+/=]{20,}+)+")


def _without_private_keys(data: bytes) -> bytes:
    """Whole keys, and as much of one that does not end as looks like a key."""
    if b"PRIVATE KEY" not in data or b"-----BEGIN " not in data:
        return data
    begins = list(_BEGIN.finditer(data))
    ends = _END.finditer(data)
    end = next(ends, None)
    parts, done = [], 0
    for number, begin in enumerate(begins):
        while end is not None and end.start() < begin.end():
            end = next(ends, None)
        following = begins[number + 1].start() if number + 1 < len(begins) else len(data)
        limit = min(following, begin.end() + _LONGEST_KEY)
        if end is not None and end.start() <= limit:
            stop = end.end()
            is_key = _KEY_MATERIAL.search(data, begin.end(), end.start())
        else:
            is_key = _CUT_OFF_KEY.match(data, begin.end())
            stop = is_key.end() if is_key else begin.end()
        if is_key:
            parts += [data[done : begin.start()], _KEY_MARK]
            done = stop
    return b"".join([*parts, data[done:]])


# --- shapes --------------------------------------------------------------------------------------


def _shape(kind: str, needle: bytes, prefix: bytes, rest: bytes) -> tuple[str, bytes, bytes]:
    """A shape that begins a word. `\\n`, `\\u003d`, `%3D` or a colour may stand before it.

    The look behind comes after the prefix: a pattern that starts with a fixed text is searched
    for many times faster.
    """
    starts = (
        rb"(?:(?<![A-Za-z0-9_+/-]" + prefix + rb")|(?<=\\[nrt]" + prefix + rb")"
        rb"|(?<=%[0-9A-Fa-f][0-9A-Fa-f]" + prefix + rb")|(?<=//" + prefix + rb")"
        rb"|(?<=\\u[0-9A-Fa-f]{4}" + prefix + rb")|(?<=[\[0-9]m" + prefix + rb"))"
    )
    return kind, needle, prefix + starts + rest


_WORD = rb"[A-Za-z0-9_-]"
_URL_PASSWORD = re.compile(
    rb"(?P<head>://[^\s:/@\"'<>\\]{0,128}:)(?P<value>[^\s/@\"'<>\\${}\[][^\s/@\"'<>\\]{0,255})(?=@)"
)
_AUTHORIZATION = re.compile(
    rb"(?P<head>[hH][oO][rR][iI][zZ][aA][tT][iI][oO][nN]\\?[\"'\]]{0,2}[ \t]{0,4}[:=,][ \t]{0,4}"
    rb"[bf]?\\?[\"']?(?:[bB]earer|BEARER|[bB]asic|BASIC|[tT]oken)[ \t]{1,4})"
    # A value, not the word in "Authorization: Basic authentication".
    rb"(?=[a-z]{16}|[a-z]{0,15}[A-Z0-9._~+/=-])(?P<value>[A-Za-z0-9._~+/=-]{8,})"
)
_BEARER = re.compile(
    rb"(?P<head>earer[ \t]{1,4})(?=[A-Za-z._~+/=-]{0,40}[0-9])(?P<value>[A-Za-z0-9._~+/=-]{20,})"
)

_WORDS: Final = [
    _shape("anthropic key", b"sk-ant-", rb"sk-ant-", _WORD + rb"{16,}"),
    _shape(
        "api key",
        b"sk-",
        rb"sk-",
        rb"(?:(?:proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,})",
    ),
    _shape("google key", b"AIza", rb"AIza", _WORD + rb"{30,}"),
    _shape("google token", b"ya29.", rb"ya29\.", _WORD + rb"{20,}"),
    _shape("github token", b"gh", rb"gh[oprsu]_", rb"[A-Za-z0-9]{30,}"),
    _shape("github token", b"github_pat_", rb"github_pat_", rb"[A-Za-z0-9_]{22,}"),
    _shape("gitlab token", b"glpat-", rb"glpat-", rb"[A-Za-z0-9_.-]{20,}"),
    _shape("slack token", b"xox", rb"xox[a-z]-", rb"[A-Za-z0-9-]{10,}"),
    _shape("slack token", b"xapp-", rb"xapp-", rb"[A-Za-z0-9-]{20,}"),
    _shape("aws key id", b"AKIA", rb"AKIA", rb"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("aws key id", b"ASIA", rb"ASIA", rb"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("npm token", b"npm_", rb"npm_", rb"[A-Za-z0-9]{30,}"),
    _shape("pypi token", b"pypi-", rb"pypi-", rb"(?:AgE[A-Za-z0-9_-]{16,}|[A-Za-z0-9_]{32,})"),
    _shape("stripe key", b"k_live_", rb"[rs]k_live_", rb"[A-Za-z0-9]{16,}"),
    _shape("stripe key", b"k_test_", rb"[rs]k_test_", rb"[A-Za-z0-9]{16,}"),
    _shape("hugging face token", b"hf_", rb"hf_", rb"[A-Za-z0-9]{30,}"),
    _shape("conselho token", b"cns_", rb"cns_", _WORD + rb"{43}"),
    _shape(
        "jwt",
        b"eyJ",
        rb"eyJ",
        rb"[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+",
    ),
]


_MARKED_WORDS: Final = [
    (needle, re.compile(source), _mark(kind)) for kind, needle, source in _WORDS
]


def _with_values_marked(data: bytes, pattern: re.Pattern[bytes], kind: str) -> bytes:
    mark = _mark(kind)
    parts, done = [], 0
    for match in pattern.finditer(data):
        start, end = match.span("value")
        parts += [data[done:start], mark]
        done = end
    return b"".join([*parts, data[done:]]) if parts else data


# --- assignments ---------------------------------------------------------------------------------

_NAME = (
    rb"(?:passw(?:or)?d|passphrase|senha|secret|token|credentials?|api[_-]?key|access[_-]?key"
    rb"|account[_-]?key|private[_-]?key|secret[_-]?key)"
)
_NAME_AT_END = re.compile(_NAME + rb"\Z")
_QUOTED_VALUE = re.compile(rb"[^\s\"'`\\(){}<>$\[\]]{8,256}")
# Searched in lower case: a pattern that ignores case is several times slower.
_ASSIGNMENT = re.compile(
    rb"(?P<name>" + _NAME + rb")\\?[\"'`\]]{0,2}(?P<before>[ \t]{0,8})(?:=>|:=|[:=])"
    rb"(?P<after>[ \t]{0,8})"
    rb"(?:[bfru]?\\?[\"'`](?P<quoted>" + _QUOTED_VALUE.pattern + rb")(?=\\?[\"'`])"
    rb"|(?P<plain>[a-z0-9_+/.~!@#%^*-]{8,256}={0,2})(?=[\s\"'`\\&;]|\Z))"
)
_PREFILTER = (b"passw", b"passphrase", b"senha", b"secret", b"token", b"credential", b"key")
_IDENTIFIER_PATH = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_VARIABLE_NAME = re.compile(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_CODE_WORD = re.compile(rb"[A-Za-z]\w*_\w*|(?:Ui|I)nt\d+\w*|[Ss][Hh][Aa]\d+\w*")
_NOT_A_LETTER = re.compile(rb"[^A-Za-z]|[a-z][A-Z]")
_DIGIT = re.compile(rb"[0-9]")
_LETTER = re.compile(rb"[A-Za-z]")


def _without_assignments(data: bytes) -> bytes:
    """`password = "..."` and its like, as far as the value is a literal and no code."""
    lowered = data.lower()
    if b"horization" in lowered:
        data = _with_values_marked(data, _AUTHORIZATION, "token")
        lowered = data.lower()
    if not any(word in lowered for word in _PREFILTER):
        return data
    marked = b"[redacted: " in data
    parts, done = [], 0
    for match in _ASSIGNMENT.finditer(lowered):
        if marked and _within_mark(data, match.start()):
            continue
        group = "quoted" if match["quoted"] is not None else "plain"
        start, end = match.span(group)
        value = data[start:end]
        if group == "quoted":
            secret = _is_quoted_secret(value)
        else:
            spaced = bool(match["before"] or match["after"])
            shouted = not spaced and data[match.start() : match.start("before")].isupper()
            secret = _is_plain_secret(value, shouted=shouted)
        if secret:
            parts += [data[done:start], _mark(_kind_of_name(match["name"]))]
            done = end
    return b"".join([*parts, data[done:]])


def _within_mark(data: bytes, place: int) -> bool:
    """Whether the name at `place` is only the kind that a mark tells."""
    mark = data.rfind(b"[redacted: ", max(0, place - 40), place)
    return mark >= 0 and b"]" not in data[mark:place]


def _kind_of_name(name: bytes) -> str:
    if name.startswith((b"pass", b"senha")):
        return "password"
    if name.startswith((b"secret", b"token")):
        return "secret" if name.startswith(b"s") else "token"
    return "credential" if name.startswith(b"cred") else "key"


def _is_quoted_secret(value: bytes) -> bool:
    """A literal that is neither a plain word, nor a path of names, nor a variable's name."""
    if _IDENTIFIER_PATH.fullmatch(value) or _VARIABLE_NAME.fullmatch(value):
        return False
    return len(set(value)) > 2 and (len(value) >= 16 or bool(_NOT_A_LETTER.search(value)))


def _is_plain_secret(value: bytes, *, shouted: bool) -> bool:
    """Without quotes much code looks like a value. `shouted`: `NAME=value`, as in a .env file."""
    if value[:1] in b"/.%*!@#" or not _is_quoted_secret(value):
        return False
    if shouted:
        return True
    has_both = _DIGIT.search(value) and _LETTER.search(value)
    return bool(has_both) and not _CODE_WORD.fullmatch(value)


_MARKS: Final = (
    _KEY_MARK,
    _OWN_MARK,
    b"[redacted: too deep]",
    *(_mark(kind) for kind, _, _ in _WORDS),
    *(_mark(kind) for kind in ("password", "secret", "token", "credential", "key")),
)


# --- streams -------------------------------------------------------------------------------------

_KEY_LINES = re.compile(
    rb"(?:[ \t>|]*+(?:[A-Za-z0-9+/=]*+|(?:Proc-Type|DEK-Info|Version|Comment):[^\n]*+)[ \t\r]*+"
    rb"(?:\n|\Z(?<!\n)))*+"
)
_END_LINE = re.compile(rb"[ \t>|]*+" + _END.pattern)
_OPEN_VALUE = re.compile(
    rb"(?:authorization\S{0,4}[ \t]{0,4}|"
    + _NAME
    + rb"\\?[\"'`\]]{0,2}[ \t]{0,8}[:=]?[ \t]{0,8}|(?:bearer|basic)[ \t]{0,4}|://)"
    rb"\S{0,256}\Z"
)
_WORD_BYTES: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.~%-"
_PREFIXES = tuple(
    word.encode()
    for word in "-----BEGIN sk- AIza ya29. ghp_ gho_ ghs_ ghu_ ghr_ github_pat_ glpat- xox xapp-"
    " AKIA ASIA npm_ pypi- sk_live_ rk_live_ sk_test_ rk_test_ hf_ eyJ".split()
)


class StreamRedactor:
    """The same for a live log that comes in pieces of any size, cut anywhere.

    Whole lines are given out at once; the last, open one waits, up to 16 kB of it. Every byte that
    is no secret comes out unchanged and in order.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = bytearray()
        self._early = b""  # what a flush has given out of the line that is still held
        self._in_key = False
        self._in_word = False

    def feed(self, piece: bytes) -> bytes:
        """What can be given out now that `piece` has come; often nothing."""
        if self._in_word:
            piece = self._after_word(piece)
        self._held += piece
        newline = piece.rfind(b"\n")
        given = self._give(len(self._held) - len(piece) + newline + 1) if newline >= 0 else b""
        if len(self._held) <= LONGEST_LINE:
            return given
        return given + (self._give(len(self._held)) if self._in_key else self._give_of_line())

    def flush(self) -> bytes:
        """The open line, for someone who waits; without its end where a secret may be beginning.

        It is kept all the same, so that what follows is judged together with it.
        """
        if self._in_key:
            return b""
        held = bytes(self._held)
        begun = held[: _begin_of_possible_secret(held, self._redactor)]
        given = self._beyond_early(self._redactor.data(begun))
        self._early = (self._early + given) if begun else b""
        return given

    def close(self) -> bytes:
        """All that is left: nothing more comes."""
        return self._give(len(self._held), last=True)

    def _give(self, cut: int, *, last: bool = False) -> bytes:
        if cut == 0:
            return b""
        data = bytes(self._held[:cut])
        del self._held[:cut]
        if self._in_key:
            data = self._after_key(data)
        opened = None if last else _open_key(data)
        if opened is None:
            return self._fresh(self._redactor.data(data))
        before, key = data[:opened], data[opened:]
        if _KEY_MATERIAL.search(key):
            self._in_key = True
            return self._fresh(self._redactor.data(before) + _KEY_MARK)
        if len(key) > LONGEST_LINE:
            return self._fresh(self._redactor.data(data))
        self._held[:0] = key
        return self._fresh(self._redactor.data(before))

    def _fresh(self, redacted: bytes) -> bytes:
        """What of `redacted` has not been given out; from here on a new line counts."""
        fresh = self._beyond_early(redacted)
        self._early = b""
        return fresh

    def _beyond_early(self, redacted: bytes) -> bytes:
        """What follows in `redacted` after what a flush has given out.

        When that was the first letters of a secret, they are out, and its mark follows them.
        """
        early = self._early
        if redacted.startswith(early):
            return redacted[len(early) :]
        pairs = enumerate(zip(early, redacted, strict=False))
        differs = (place for place, (old, new) in pairs if old != new)
        return redacted[next(differs, len(redacted)) :]

    def _after_key(self, data: bytes) -> bytes:
        """What follows the private key whose mark has been given out."""
        lines = _KEY_LINES.match(data)
        rest = lines.end() if lines else 0
        if rest == len(data):
            return b""
        self._in_key = False
        end = _END_LINE.match(data, rest)
        return data[end.end() if end else rest :]

    def _after_word(self, data: bytes) -> bytes:
        """What follows the endless word whose mark has been given out."""
        rest = data.lstrip(_WORD_BYTES)
        self._in_word = not rest
        return rest

    def _give_of_line(self) -> bytes:
        """The open line up to a place where no secret is cut; all of it when there is none.

        Such a place is where the rest, redacted alone, is what it is within the whole.
        """
        line = bytes(self._held)
        redacted = self._redactor.data(line)
        for back in _TRIED_CUTS:
            cut = len(line) - back
            # Between words, if one ends nearby.
            cut -= len(line[cut - 1_024 : cut]) - len(line[cut - 1_024 : cut].rstrip(_WORD_BYTES))
            rest = self._redactor.data(line[cut:])
            if redacted.endswith(rest):
                del self._held[:cut]
                return self._fresh(redacted[: len(redacted) - len(rest)])
        self._held.clear()
        # An endless secret: its mark is out, and what follows of it is swallowed.
        self._in_word = redacted.endswith(b"]") and not line.endswith(b"]")
        return self._fresh(redacted)


def _open_key(data: bytes) -> int | None:
    """Where a private key begins of which `data` has no end, and nothing else behind it."""
    start = data.rfind(b"-----BEGIN ")
    begin = _BEGIN.match(data, start) if start >= 0 else None
    if begin is None:
        return None
    lines = _KEY_LINES.match(data, begin.end())
    return start if lines and lines.end() == len(data) else None


def _begin_of_possible_secret(held: bytes, redactor: Redactor) -> int:
    """Where in an open line a secret may have begun that is not whole yet; its end if nowhere."""
    tail = held[-_KEPT_OF_LINE:]
    word = tail[len(tail.rstrip(_WORD_BYTES)) :]
    back = redactor.overlap(tail)
    if any(prefix in word or _overlap(word, prefix) >= 2 for prefix in _PREFIXES):
        back = max(back, len(word))
    opened = _OPEN_VALUE.search(tail[-400:].lower())
    if opened:
        back = max(back, len(tail[-400:]) - opened.start())
    key = _open_key(held)
    return len(held) - back if key is None else min(key, len(held) - back)


def _overlap(tail: bytes, form: bytes) -> int:
    """How many of the first bytes of `form` are the last ones of `tail`."""
    longest = min(len(tail), len(form))
    return next((size for size in range(longest, 0, -1) if tail.endswith(form[:size])), 0)

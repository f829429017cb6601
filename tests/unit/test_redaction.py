"""What is a secret in what agents print, and what only looks like one."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.redaction import LONGEST_LINE, Redactor, StreamRedactor, environment_secrets

# Put together here, so that no scanner takes this file for a leak.
ALNUM = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5"
GITHUB = "ghp_" + ALNUM
JWT = (
    "eyJ"
    + "hbGciOiJIUzI1NiJ9."
    + "eyJzdWIiOiIxMjM0NTY3ODkwIn0."
    + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
)
KEY = "\n".join(
    [
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        *["MIIE" + "aB3dE5fG7hJ9kL1m" * 3 + "=="] * 5,
        "-----END RSA PRIVATE" + " KEY-----",
    ]
)
OWN = 'p@ss/w0rd "x" é+=1'

SHAPES = {
    "anthropic key": ["sk-ant-" + "api03-" + ALNUM + "-_" + ALNUM],
    "api key": ["sk-" + ALNUM, "sk-" + "proj-" + ALNUM + "_-" + ALNUM],
    "google key": ["AIza" + "SyA-" + ALNUM[:31]],
    "github token": [
        *(f"gh{letter}_" + ALNUM for letter in "posur"),
        "github" + "_pat_" + "11ABCDEFG0" + "_" + ALNUM,
    ],
    "gitlab token": ["glpat" + "-" + ALNUM[:20]],
    "slack token": ["xoxb" + "-123456789012-" + ALNUM, "xoxp" + "-1234567890-" + ALNUM],
    "aws key id": ["AKIA" + "IOSFODNN7EXAMPLE", "ASIA" + "IOSFODNN7EXAMPLE"],
    "npm token": ["npm_" + ALNUM],
    "pypi token": ["pypi-" + "AgEIcHlwaS5vcmc" + ALNUM],
    "stripe key": ["sk_live" + "_" + ALNUM],
    "conselho token": ["cns" + "_" + "Ab3_-" + ALNUM[:19] * 2],
    "jwt": [JWT],
    "private key": [KEY, KEY.replace("\n", "\\n"), KEY.replace("RSA ", "OPENSSH ")],
}


@pytest.mark.parametrize(
    ("kind", "secret"), [(kind, secret) for kind, secrets in SHAPES.items() for secret in secrets]
)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "see {} there",
        '{{"text": "{}"}}',
        "({})",
        "x={}&y",
        "line\\n{}\\nline",
        "{}.",
        "%3D{}",
        "\\u003d{}",
        "\x1b[33m{}\x1b[0m",
    ],
)
def test_a_known_shape_is_redacted_wherever_it_stands(kind: str, secret: str, around: str) -> None:
    redacted = Redactor().text(around.format(secret))

    assert f"[redacted: {kind}]" in redacted
    assert ALNUM[:12] not in redacted
    assert redacted.startswith(around.format("|").partition("|")[0])


ASSIGNED = [
    ("Authorization: Bearer {}", "abcdef0123456789"),
    ("Authorization: Bearer {}", "abcdefghijklmnopqrst"),
    ("authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
    ('"Authorization": "Bearer {}"', "tok.en-123456"),
    ('{{\\"Authorization\\": \\"Bearer {}\\"}}', "tok.en-123456"),
    ("curl -H 'Authorization: token {}' x", "0123456789abcdef"),
    ("it sent Bearer {} along", "abcdefghij0123456789"),
    ('password = "{}"', "hunter2-hunter2"),
    ("password='{}'", "hunter2-hunter2"),
    ("password={}", "hunter2hunter2"),
    ("DB_PASSWORD={}", "correcthorsebattery"),
    ("export API_TOKEN={}", "correct-horse-battery"),
    ('api_key: "{}"', "Zx81Zx81Zx81"),
    ("apiKey: '{}',", "Zx81Zx81Zx81"),
    ("password: {}", "hunter2hunter2"),
    ('"client_secret": "{}",', "Zx81-Zx81-Zx81"),
    ('{{\\"password\\": \\"{}\\"}}', "hunter2-hunter2"),
    ("aws_secret_access_key = {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ('"SecretAccessKey": "{}"', "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("GET /x?access_token={}&page=2", "Zx81Zx81Zx81"),
    ("senha: '{}'", "abacaxi-2024"),
    ("postgresql://app:{}@db.local:5432/shop", "hunter2"),
    ("https://x-access-token:{}@git.local/a.git", "Zx81Zx81"),
]


@pytest.mark.parametrize(("line", "secret"), ASSIGNED)
def test_a_literal_that_is_given_to_a_credential_is_redacted(line: str, secret: str) -> None:
    redacted = Redactor().text(f"before\n{line.format(secret)}\nafter")

    head, tail = line.format("|").split("|")
    assert secret not in redacted
    assert redacted.startswith(f"before\n{head}[redacted: ")
    assert redacted.endswith(f"]{tail}\nafter")


NO_SECRETS = [
    "password = get_password()",
    'password = getpass.getpass("Password: ")',
    "token: string",
    "token: Uint8Array;\n",
    "token: string | undefined = undefined",
    "password=None",
    "password: str | None = None",
    "api_key=os.environ['API_KEY']",
    'api_key = os.environ["ANTHROPIC_API_KEY"]',
    "apiKey: process.env.OPENAI_API_KEY,",
    'api_key: "${API_KEY}"',
    "api_key: {{ vault_api_key }}",
    'api_key = "ANTHROPIC_API_KEY"',
    "TOKEN=$(cat token.txt)",
    "PASSWORD=$PASSWORD",
    'password = "<your password>"',
    'password = "********"',
    "token = self._tokenizer.next_token2(text)",
    "token = sha256_digest\n",
    "token = settings.auth.token\n",
    "secret = base64.b64decode(secret)",
    '"password": "Password must have at least 8 characters"',
    '"password": "Passwort"',
    "max_tokens: 128000000, token_count = 12345678, tokens=12345678",
    "input_tokens=123456789 output_tokens=123456789",
    "Authorization: Basic authentication is not enough",
    "Authorization: Bearer ${TOKEN}",
    'headers["Authorization"] = f"Bearer {token}"',
    "the bearer of this letter, a bearer token-based authentication scheme",
    "http://localhost:8000/@vite/client and user@example.org",
    "https://example.org:8443/a?b=c@d",
    "postgresql://app:${DB_PASSWORD}@db/shop, mongodb://{user}:{password}@host/",
    "task-0123456789abcdef0123456789abcdef",
    "sk-folding-cube sk-fading-circle-animation-delay",
    "npm_config_registry npm_lifecycle_event npm_package_version",
    'if "-----BEGIN RSA PRIVATE' + ' KEY-----" in text: # a key was committed',
    "ghp_short and xoxb- and AKIA and eyJ.eyJ.eyJ",
    hashlib.sha256(b"x").hexdigest(),
    "sha256:" + hashlib.sha256(b"x").hexdigest(),
    '"integrity": "sha512-' + base64.b64encode(hashlib.sha512(b"x").digest()).decode() + '"',
    "commit " + hashlib.sha1(b"x").hexdigest(),
    "index 83db48f..bf2a3c1 100644",
    "550e8400-e29b-41d4-a716-446655440000",
    "key: 550e8400-e29b-41d4-a716-446655440000",
    '{"id": "msg_01XFDUDYJgAACzvnptvVoYEL", "session_id": "sess_0123456789abcdefABCDEF"}',
    "-----BEGIN CERTIFICATE-----\nMIIE" + "aB3dE5fG7hJ9kL1m" * 4 + "\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIE" + "aB3dE5fG7hJ9kL1m" * 4 + "\n-----END PUBLIC KEY-----",
]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert Redactor([OWN]).text(f"a\n{text}\nb") == f"a\n{text}\nb"


def test_images_in_base64_stay() -> None:
    image = base64.b64encode(random.Random(7).randbytes(600_000)).decode()
    text = f'<img src="data:image/png;base64,{image}">'

    assert Redactor([OWN]).text(text) == text


@pytest.mark.parametrize(
    "form",
    [
        OWN,
        quote(OWN),
        quote(OWN, safe=""),
        quote(OWN, safe="").lower(),
        quote_plus(OWN),
        json.dumps(OWN)[1:-1],
        json.dumps(OWN, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps({"x": OWN})),
        base64.b64encode(OWN.encode()).decode(),
        base64.b64encode(f"u:{OWN}".encode()).decode(),
        base64.b64encode(f"me:{OWN}!".encode()).decode(),
        base64.urlsafe_b64encode(OWN.encode()).decode(),
    ],
)
def test_an_own_secret_is_redacted_in_every_form_in_which_it_travels(form: str) -> None:
    redacted = Redactor(["other-secret", OWN]).text(f"a {form} b")

    assert "[redacted: server secret]" in redacted
    assert redacted.startswith("a ")
    assert redacted.endswith(" b")
    assert "w0rd" not in redacted


def test_short_and_ordinary_values_blot_nothing_out() -> None:
    text = "postgres is a secret database: redacted, abc"

    assert Redactor(["abc", "", "redacted", "postgres", "database"[:7]]).text(text) == text


def test_a_text_without_secrets_is_the_same_object() -> None:
    text = "half a pair \ud800 and é"

    assert Redactor([OWN]).text(text) is text


def test_a_key_that_is_cut_off_is_redacted_as_far_as_it_goes() -> None:
    cut = KEY[: len(KEY) // 2]

    redacted = Redactor().text(f"see\n{cut}\nThat was it.")

    assert redacted.startswith("see\n[redacted: private key]")
    assert redacted.endswith("That was it.")
    assert "MIIE" not in redacted


def test_a_document_keeps_its_keys_and_loses_its_secrets() -> None:
    document: dict[str, Any] = {
        GITHUB: [GITHUB, 1, None, True, 2.5, {"deep": (GITHUB, "x")}],
        "password": "hunter2-hunter2",
        "tokens": 12345678,
        "note": "password",
    }

    redacted = Redactor().document(document)

    mark = "[redacted: github token]"
    assert redacted == {
        GITHUB: [mark, 1, None, True, 2.5, {"deep": (mark, "x")}],
        "password": "[redacted: password]",
        "tokens": 12345678,
        "note": "password",
    }
    assert document["password"] == "hunter2-hunter2"


def test_a_document_of_absurd_depth_is_cut() -> None:
    document: Any = GITHUB
    for _ in range(50_000):
        document = [document]

    redacted = Redactor().document(document)

    assert GITHUB not in repr(redacted)
    assert "[redacted: too deep]" in repr(redacted)


def test_an_environment_gives_up_its_credentials() -> None:
    environ = {
        "PATH": "/usr/bin",
        "PWD": "/srv/project",
        "ANTHROPIC_API_KEY": "value-one",
        "GH_TOKEN": "value-two",
        "PGPASSWORD": "value-three",
        "GOOGLE_APPLICATION_CREDENTIALS": "/srv/keys/google.json",
        "CONSELHO_DATABASE_URL": "postgresql://app:p%40ssword@db/shop",
        "MAX_OUTPUT_TOKENS": "128000000",
        "KEYBOARD": "pt-BR-abnt2",
        "HOOK": "value-four",
        "EMPTY_TOKEN": "",
        "SAME_TOKEN": "value-two",
    }

    assert environment_secrets(environ, ["HOOK"]) == [
        "value-one",
        "value-two",
        "value-three",
        "p%40ssword",
        "p@ssword",
        "value-four",
    ]


def test_the_values_are_not_shown_by_the_redactor_itself() -> None:
    assert OWN not in repr(Redactor([OWN]))


PIECES = st.sampled_from(
    [
        *(GITHUB, JWT, KEY, OWN, "sk-", "ghp_", "eyJ", "AKIA", 'password="', "hunter2-abc1"),
        *('"', ": ", "token", "=", "\n", "\\n", " ", "://u:", "@", "[redacted: token]", "]"),
        *("Bearer ", "PASSWORD=", "]: ", ":"),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=20).map("".join)


@given(TEXTS)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor([OWN, "a second secret"])
    once = redactor.text(text)

    assert redactor.text(once) == once


def streamed(data: bytes, sizes: list[int], redactor: Redactor) -> bytes:
    stream, out, place, turn = StreamRedactor(redactor), b"", 0, 0
    while place < len(data):
        size = sizes[turn % len(sizes)]
        out += stream.feed(data[place : place + size])
        place, turn = place + size, turn + 1
    return out + stream.close()


LINES = st.lists(
    st.sampled_from(
        [
            *(f"token {GITHUB} here", f"jwt {JWT}", KEY, OWN, "password = 'hunter2-abc'", ""),
            *("plain words", "GET /x HTTP/1.1", "é \u2028 ü"),
            "-----BEGIN PRIVATE" + " KEY----- was found in a.py",
        ]
    ),
    max_size=12,
).map("\n".join)


@given(LINES, st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_a_stream_cut_anywhere_gives_what_the_whole_text_gives(text: str, sizes: list[int]) -> None:
    redactor = Redactor([OWN])

    given = streamed(text.encode(), sizes, redactor)

    assert given.decode() == redactor.text(text)


@given(st.binary(max_size=200), st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_bytes_that_are_no_text_pass_through(data: bytes, sizes: list[int]) -> None:
    assert streamed(data, sizes, Redactor([OWN])) == data


def test_whole_lines_are_given_out_at_once_and_an_open_one_waits() -> None:
    stream = StreamRedactor(Redactor())

    assert stream.feed(b"one\ntwo") == b"one\n"
    assert stream.feed(b" and more") == b""
    assert stream.flush() == b"two and more"
    assert stream.flush() == b""
    assert stream.close() == b""


@pytest.mark.parametrize(
    "secret", [GITHUB, JWT, OWN, "sk-ant-" + ALNUM, "password='hunter2-abc'", "Bearer " + ALNUM]
)
def test_a_flush_in_the_middle_of_a_secret_gives_nothing_of_its_value(secret: str) -> None:
    redactor = Redactor([OWN])
    for cut in range(1, len(secret.encode())):
        stream = StreamRedactor(redactor)
        data = f"see {secret} now\n".encode()
        out = stream.feed(data[: 4 + cut]) + stream.flush()
        out += stream.feed(data[4 + cut : 5 + cut]) + stream.flush() + stream.feed(data[5 + cut :])

        assert b"[redacted: " in out, cut
        assert not any(part in out for part in (b"aB3", b"hbG", b"w0rd", b"hunt")), cut
        assert out.startswith(b"see ")
        assert out.endswith(redactor.data(data)[-6:])


def test_what_was_flushed_is_not_given_twice() -> None:
    stream = StreamRedactor(Redactor())
    out = stream.feed(b"with " + GITHUB.encode() + b" pushed ")
    for letter in b"main: done.":
        out += stream.flush() + stream.feed(bytes([letter]))

    assert out + stream.feed(b"\n") == b"with [redacted: github token] pushed main: done.\n"


def test_a_flush_in_the_middle_of_a_private_key_gives_no_part_of_it() -> None:
    data = f"see\n{KEY}\nnow\n".encode()
    for cut in range(len(data)):
        stream = StreamRedactor(Redactor())
        out = stream.feed(data[:cut]) + stream.flush() + stream.feed(data[cut:]) + stream.close()

        assert b"MIIE" not in out
        assert b"aB3dE5" not in out
        assert out.startswith(b"see\n")
        assert out.endswith(b"\nnow\n")


@pytest.mark.parametrize("size", [700, 65_536])
def test_an_endless_line_is_given_out_in_bounded_parts(size: int) -> None:
    stream = StreamRedactor(Redactor([OWN]))
    image = base64.b64encode(random.Random(3).randbytes(150_000))
    data = b"data: " + image + b" " + GITHUB.encode() + b" " + image
    given, longest = b"", 0
    for start in range(0, len(data), size):
        given += stream.feed(data[start : start + size])
        longest = max(longest, start + size - len(given))
    given += stream.close()

    assert given == data.replace(GITHUB.encode(), b"[redacted: github token]")
    assert longest <= LONGEST_LINE + size + 100


@pytest.mark.parametrize("offset", range(0, 6_000, 97))
def test_a_secret_within_an_endless_line_is_never_cut(offset: int) -> None:
    data = b"x " * ((30_000 + offset) // 2) + GITHUB.encode() + b" y" * 9_000

    assert streamed(data, [1_000], Redactor()) == Redactor().data(data)


def test_a_secret_without_end_is_swallowed() -> None:
    data = b"see ghp_" + b"a1" * 40_000 + b" and go on\n"

    assert streamed(data, [500], Redactor()) == b"see [redacted: github token] and go on\n"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "eyJ",
            "eyJaaaaaaaa.",
            "sk-",
            "token=",
            'password="',
            "://a:",
            "Bearer ",
            "ghp_",
            "key: ",
        ),
        "-----BEGIN PRIVATE" + " KEY-----\n",
        "-----BEGIN PRIVATE" + " KEY-----\nMIIE",
    ],
)
def test_hostile_text_of_5_mb_ends(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))

    assert Redactor([OWN]).text(text)

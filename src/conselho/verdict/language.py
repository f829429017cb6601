"""Words of reports, Portuguese and English, as the classifier compares them.

`fold` takes case and accents away without moving a character, so that "não" and "nao" are one
word. `mask` puts what only names something (quoted text, code, paths, identifiers, links) out of
sight: a file called `error_handler.py` says nothing about an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PLAIN = str.maketrans(
    "áàâãäåéèêëíìîïóòôõöúùûüçñºª’‘“”–—\u00a0\t",
    "aaaaaaeeeeiiiiooooouuuucnoa''\"\"--  ",
)

NAME = "§"  # stands where a name stood

_STATUS_WORD = re.compile(
    r"(?i)(?:not ok|ok|pass(?:ed)?|fail(?:ed|ure)?|errors?|warnings?|success|critical|high"
    r"|medium|low"
    r"|passou|falhou|erro|aviso|sucesso|critic[oa]|alt[oa]|medi[oa]|baix[oa]|none|nenhum[a]?"
    r"|\d{1,9})"
)
_CODE = re.compile(r"`{1,2}([^`\n]{1,200})`{1,2}")
_QUOTED = re.compile(r"\"([^\"\n]{2,200})\"|«([^»\n]{2,200})»|(?<![\w'])'([^'\n]{2,120})'(?!\w)")
# Alternatives begin with distinct characters or are bounded: none can be tried for long.
_NAMES = re.compile(
    r"(?:https?|ftp|ssh|git|file)://[^\s)>\]|]{1,300}"
    r"|(?<![\w./\\-])(?:[\w.@~+-]{0,60}/){1,12}[\w.@~+*-]{0,80}(?::\d{1,7}){0,2}"
    r"|(?<![\w./-])[\w-]{1,80}(?:\.[\w-]{1,40}){0,4}\.(?:py|pyi|js|mjs|cjs|jsx|ts|tsx|go|rs|rb"
    r"|java|kt"
    r"|c|h|cc|cpp|hpp|cs|php|sh|bash|sql|md|rst|txt|json|jsonl|ya?ml|toml|xml|html?|css|scss|lock"
    r"|ini|cfg|conf|env|log|csv|svg|png|pem|key|vue|svelte|tf|proto|properties"
    r"|gradle)\b(?::\d{1,7}){0,2}"
    r"|(?<![\w.@-])[a-zA-Z][\w-]{1,60}(?:\.[a-zA-Z][\w-]{1,40}){1,6}(?![\w.]?\w)"
    r"|(?<![\w-])--?[a-zA-Z][\w-]{1,40}"
    r"|(?<![\w.-])[a-zA-Z][a-zA-Z0-9]{0,40}_[\w]{1,80}(?:\(\))?"
    r"|(?<![\w.-])[A-Z][a-z0-9]{1,30}(?:[A-Z][a-z0-9]{1,30}){1,6}(?![a-z])"
    r"|(?<![\w.-])[a-z][a-z0-9]{1,30}(?:\.[a-zA-Z_]\w{1,40}){1,5}\(\)"
)
_MARKUP = re.compile(r"[*_~]{2,3}|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|</?[a-z]{1,10}>")
_SENTENCE_END = re.compile(
    r"(?<=[.!?;])(?<!\b[a-z]\.)\s{1,9}(?=[^\s\d,;)])(?!(?:o |a |the )?(?:alvo|meta|limite|target"
    r"|limit|goal|max)\b)|(?<=[.!?])\s{1,9}(?=\d)"
)


def fold(text: str) -> str:
    """Lower case without accents; as long as `text`."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    return lowered.translate(_PLAIN)


def mask(line: str) -> str:
    """`line` with quoted text and names replaced by NAME; a status word in quotes stays."""
    if "`" in line:
        line = _CODE.sub(_status_or_name, line)
    if '"' in line or "'" in line or "«" in line or "“" in line:
        line = _QUOTED.sub(_status_or_name, line.replace("“", '"').replace("”", '"'))
    return _NAMES.sub(_name, _MARKUP.sub("", line))


def _status_or_name(match: re.Match[str]) -> str:
    inner = next(group for group in match.groups() if group is not None).strip()
    return inner if _STATUS_WORD.fullmatch(inner) else NAME


def _name(match: re.Match[str]) -> str:
    found = match[0]
    if "/" in found and "." not in found and ":" not in found and found.count("/") <= 2:
        parts = found.split("/")
        # "errors/warnings", "and/or", "3/12" are words with a stroke, not paths.
        if all(part.isdecimal() or (part.isalpha() and len(part) > 1) for part in parts):
            return found
        if found.strip() == "/" or not any(parts):
            return found
    return NAME + " " if found.endswith(" ") else NAME


def sentences(line: str) -> Iterator[str]:
    """The sentences of one line, without white space around them."""
    for sentence in _SENTENCE_END.split(line):
        stripped = sentence.strip()
        if stripped:
            yield stripped

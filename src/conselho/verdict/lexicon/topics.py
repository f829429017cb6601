"""Words that judge only where the text speaks of a certain matter.

"ended 3 days ago" is no trouble of a meeting, but of a certificate; "answered 200" is no trouble,
unless the caller was a stranger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import Cue, cue

_LONG = r"(?:days?|weeks?|months?|years?|dias?|semanas?|mes|meses|anos?)"
_SOME = r"(?:\d{1,4}|an?|one|two|three|some|several|um|uma|uns|dois|duas|tres|alguns|algumas)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`begins` tells that a text has come to speak of it; from there on `cues` judge."""

    begins: re.Pattern[str]
    cues: tuple[Cue, ...]


EXPIRY = Topic(
    begins=re.compile(
        r"\b(?:certificates?|certs?|certificados?|tls|ssl|domains?|dominios?|licen[cs]es?"
        r"|licencas?|subscriptions?|assinaturas?|expir\w{1,6}|validade|days left)\b"
    ),
    cues=(
        cue(
            Severity.ERROR,
            "its time is over",
            rf"\b(?:ended|lapsed|expired|ran out|terminou|acabou|venceu|expirou|caducou)"
            rf" (?:\w{{1,8}} )?{_SOME} {_LONG} ago\b",
            rf"\b(?:terminou|acabou|venceu|expirou|caducou|terminad[oa]|encerrad[oa]) (?:ja )?ha"
            rf" (?:\w{{1,8}} )?{_SOME} {_LONG}\b",
            r"\b(?:ended|lapsed|ran out) (?:since )?(?:yesterday|on|last|this)\b|\b(?:terminou"
            r"|acabou|venceu|caducou) (?:ontem|n[ao] (?:semana|mes|ultim\w)|em \d|no dia)\b"
            r"|\bbrowsers? (?:\w{1,8} )?(?:refuse|reject)\w{0,2}\b|\bnavegador(?:es)? (?:\w{1,8}"
            r" )?(?:recus|rejeit)\w{1,4}\b",
            grave=True,
        ),
        cue(
            Severity.WARNING,
            "its time is nearly over",
            rf"\b(?:ends?|is over|runs? out|termina|acaba) (?:in|em|daqui a) \d{{1,3}} {_LONG}\b",
        ),
    ),
)

STRANGER = Topic(
    begins=re.compile(
        r"\b(?:without|with no|sem) (?:an?y? |sending |enviar |usar |nenhum[a]? |informar"
        r" )?(?:tokens?|credentials?|credencia(?:l|is)|login|passwords?|senhas?|auth\w{0,12}"
        r"|session|sessao|logging in|autentica\w{1,4}|cookies?)\b|\bas an? (?:\w{1,10}"
        r" )?(?:guest|visitor|stranger|anonymous)\b|\bcomo (?:visitante|anonimo|estranho)\b"
        r"|\blogged out\b|\bunauthenticated\b|\banonymous(?:ly)?\b|\b(?:anonim|deslogad)[oa]s?\b"
    ),
    cues=(
        cue(
            Severity.ERROR,
            "a stranger was let in",
            r"§ (?:\w{1,12} ){0,2}?(?:answers?|answered|returns?|returned|responds?|responded"
            r"|gave|gives|says?|said|devolveu?|devolve|respondeu?|responde|retornou|retorna|deu)"
            r" (?:with |com |an? |um |o )?(?:http |status |codigo |code )?2\d\d,? (?:with|com"
            r"|and|e)\b",
            r"§ (?:\w{1,12} ){0,2}?(?:showed|shows|listed|lists|delivered|delivers|handed|sent"
            r"|sends|gave|gives|let|entreg(?:ou|a)|mostr(?:ou|a)|list(?:ou|a)|abr(?:iu|e)"
            r"|envi(?:ou|a)|devolve(?:u)?|trouxe) (?!nothing|nada|an? error|um erro|4\d\d)",
            grave=True,
        ),
    ),
)

TOPICS = (EXPIRY, STRANGER)

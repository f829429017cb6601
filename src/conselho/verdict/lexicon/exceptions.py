"""What stands out among many that are well: "all but X", "everything else".

What is left out decides; whether it can wait is told by what it is.
"""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, words

# Things whose faults can wait.
_TRIFLE = words(
    r"""
    links? ancoras? anchors? docs documentation documentacao readme guide guia manual typos?
    comments? comentarios? style estilo format\w* lint\w* footer rodape titles? titulos?
    headings? translations? traducao traducoes alt icons? icones? colou?rs? cores contrast
    contraste docstrings? warnings? avisos? labels? rotulos? pages? paginas? changelog spelling
    ortografia nits? names? nomes? markdown
    """
)
# Left out on purpose.
_MEANT = r"(?:skipped|excluded|ignored|deselected|excluid[oa]s?|ignorad[oa]s?|pulad[oa]s?)"
_ALL = r"(?:all|everything|every|tudo|todos?|todas?|cada)"
_BUT = r"(?:except|exceto|menos|but|tirando|save|salvo|other than|apart from|afora|fora)"
_LEFT_OUT = (
    rf"(?<![\w§]){_ALL}\b[^.;!?]{{0,60}}?\b{_BUT} (?:for |por |d[oa]s? )?(?=(?:one|two|three|um"
    rf"|uma|dois|duas|tres|\d{{1,4}}|the|o|a|os|as|our|nosso|nossa|my)\b|§)"
)
ALL_BUT_ONE = cue(
    Severity.ERROR,
    "something is left out of what is well",
    rf"{_LEFT_OUT}(?![^.;!?]{{0,60}}\b(?:{_TRIFLE}|{_MEANT})\b)",
)
ALL_BUT_A_TRIFLE = cue(
    Severity.WARNING,
    "something small is left out of what is well",
    rf"{_LEFT_OUT}(?=[^.;!?]{{0,60}}\b{_TRIFLE}\b)(?![^.;!?]{{0,60}}\b{_MEANT}\b)",
)

# "Everything else is fine": then something before was not.
REST = re.compile(
    r"\b(?:everything|all|anything) (?:else|the others?|other)\b|\b(?:the|all) (?:rest|others|other"
    r" \w{3,15}) (?:is|are|was|were|pass\w{0,4}|match\w{0,2})\b|\b(?:tudo o? ?mais|o resto"
    r"|o restante|[oa]s demais|[oa]s outr[oa]s)\b"
)

"""A report that asks to act now."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue

ACT_NOW = cue(
    Severity.ERROR,
    "it asks to act now",
    r"\b(?:must not|cannot|can't|should not) go in\b|\bnao (?:pode(?:m)?|deve(?:m)?) (?:entrar"
    r"|passar|seguir)\b",
    r"\b(?:urgent(?:ly)?|urgente(?:mente)?|urgencia|immediately|imediatamente|de imediato"
    r"|(?:acao|correcao|atencao|resposta|intervencao) imediata|immediate (?:action|attention"
    r"|fix|response)|right away|right now|asap|act now|at once|agora mesmo|o quanto antes"
    r"|quanto antes|sem demora|emergency|emergencia)\b",
    r"\b(?:stop|halt|pause|hold|suspend|roll back|pare|parem|suspend\w{1,3}|segure\w?"
    r"|interromp\w{1,3}|reverta\w?|revert) (?:the |all |a |o |as |os |this |that |every "
    r"|qualquer )?(?:\w{1,12} )?(?:releases?|deploys?|deployments?|rollouts?|merges?"
    r"|publicac(?:ao|oes)|entrega|implantac(?:ao|oes)|deploy|trafego|traffic|commit|job|jobs"
    r"|migration|migracao|backup)\b",
    r"\b(?:do not|don't|must not|should not|cannot|can't"
    r"|none of them can) (?:be )?(?:merged?|deploy(?:ed)?|released?|ship(?:ped)?"
    r"|publish(?:ed)?|go (?:out|live))\b|\bnao (?:publique\w?|mescle\w?"
    r"|facam? (?:o )?(?:merge|deploy)|implant\w{1,3}|subam?|aprov\w{1,3} (?:o|este|esse)"
    r"|deve(?:m)? ser (?:publicad|mesclad|implantad)\w{1,2}|pode(?:m)? ser (?:publicad"
    r"|mesclad|implantad|liberad)\w{1,2}|pode(?:mos)? (?:publicar|liberar))\b",
    r"\b(?:blocks?|blocking|blocked|bloquei?a(?:ndo|m)?|impede(?:m)?|trava(?:ndo)?) (?:the "
    r"|o |a |all |any |every |toda |qualquer )?(?:\w{1,12} )?(?:releases?|merges?|deploys?"
    r"|deployments?|publicac(?:ao|oes)|entregas?|login|checkout|compra)\b",
    r"\b(?:release|merge|deploy)[- ]block(?:er|ing)\b|\bblockers?\b|\bblocking\b"
    r"|\bbloqueantes?\b|\bimpeditiv[oa]s?\b|\brequest(?:ing|ed)? changes\b"
    r"|\bchanges requested\b",
    r"\b(?:must|needs? to|has to|have to|precisa(?:m)?|tem (?:de|que)|devem?) (?:be "
    r"|ser )?(?:\w{2,15}) (?:\w{1,12} ){0,3}?(?:now|today|tonight|agora|hoje|ja"
    r"|before (?:the )?(?:\w{1,10} )?(?:release|merge|merging|deploy|publishing)"
    r"|antes (?:d[aeo] )?(?:\w{1,10} )?(?:publicar|publicacao|merge|deploy|release"
    r"|entrega))\b",
)

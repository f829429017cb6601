"""What a stranger could use: high findings, leaked secrets, open doors."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import BAD_FLAW, SECRET, SEVERE

HIGH = cue(
    Severity.ERROR,
    "a high or critical finding",
    rf"\b{SEVERE}(?:[-/ ](?:and|or|e|ou|to|critical|high|critic[oa]s?|alt[oa]s?|severity"
    rf"|risk|impact|severidade|security)){{0,4}}[- ](?:\w{{1,20}} )?{BAD_FLAW}\b",
    rf"\b{BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated "
    rf"|classificad[oa]s? (?:como )?|considerad[oa]s? |as )?(?:severidade |gravidade |nivel "
    rf"|risco |severity )?{SEVERE}(?: severity| gravidade| risk)?(?=[\s.,;:)!]|$)",
    r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact"
    r"|impacto)\]? ?[:=|] ?\W{0,4}(?:critical|high|critic[oa]|alt[oa]|grave|severe|error"
    r"|erro|blocker)\b",
    r"^\W{0,6}\[(?:critical|high|critic[oa]|alt[oa]|grave|p0|p1|sev-?[01]|blocker)\]",
    r"^\W{0,6}\(?(?:critical|high|critic[oa]|alt[oa]|grave|blocker)\)?(?::| - )",
    r"\bcvss(?: v?\d(?:\.\d)?)?(?: \w{1,8}){0,2}[: (]{1,3}(?:[789](?:[.,]\d)?"
    r"|10(?:[.,]0)?)(?![\d])",
    r"\bactively exploited\b|\bexploited in the wild\b|\bzero[- ]day\b|\bexploracao ativa\b"
    r"|\bem exploracao\b",
    grave=True,
)

OPEN = cue(
    Severity.ERROR,
    "a leak or an open door",
    r"\b(?:opened|reached|read|accessed|called|used|visited|abert[oa]s?|acessad[oa]s?"
    r"|lid[oa]s?|chamad[oa]s?|usad[oa]s?) (?:\S{1,10} ){0,2}?(?:without|sem) (?:logging in"
    r"|login|logar|auth\w{0,12}|autenticacao|(?:a )?password|senha|entrar|permission"
    r"|permissao)\b",
    r"\b(?:senhas?|chaves?|tokens?|credencia(?:l|is)|segredos?|passwords?|keys?|secrets?"
    r"|credentials?)\b(?: \S{1,20}){0,7}? (?:escrit[oa]s?|gravad[oa]s?|fix[oa]s?|salv[oa]s?"
    r"|guardad[oa]s?|impress[oa]s?|written|stored|saved|printed|logged|in the clear"
    r"|over plain|trafega(?:m)?|padrao|default)\b|\b(?:default|padrao"
    r"|standard) (?:\w{1,10} )?(?:password|senha|credentials?|admin)\b",
    r"\b(?:card numbers?|credit cards?|card data|personal data|health data|social security"
    r"|home address(?:es)?|numeros? d[eo] cartao|cartao de credito|dados (?:pessoais"
    r"|de saude|bancarios|sensiveis)|cpfs?"
    r"|e-?mails? de clientes)\b(?: \S{1,20}){0,8}? (?:logs?|log|url|urls|plain|claro"
    r"|publicly|public[oa]|third part\w{1,3}|terceiros|exposed|expost[oa]s?|visible"
    r"|visive(?:l|is)|written|escrit[oa]s?|gravad[oa]s?|sent|enviad[oa]s?)\b",
    r"\b(?:anyone|anybody|everyone|any (?:visitor|user|customer|guest)|qualquer (?:um|pessoa"
    r"|usuario|visitante|cliente|conta)|todo mundo) (?:\w{1,12} )?(?:on|in|com|que|de|d[ao]"
    r"|with|from|outside|apaga|altera|edita|lista|exclui|baixa|troca|deletes?|edits?|lists?"
    r"|changes?|downloads?|logs|enters|gets|has)\b",
    r"\b(?:predictable|guessable|previsive(?:l|is)|adivinhave(?:l|is)) (?:\w{1,10} )?(?:ids?"
    r"|tokens?|passwords?|session|senhas?|sessao|sessoes)\b|\b(?:session|sessao|token|reset"
    r"|password|senha)\b(?: \S{1,12}){0,4} (?:predictable|guessable|previsive(?:l|is)"
    r"|adivinhave(?:l|is))\b|\bplain http\b|\bsem criptografia\b|\bunencrypted\b",
    r"\b(?:lets?|allows?|allowing|enables?|permit(?:e|em|indo|s)|deixa(?:m)?|possibilita"
    r"|da a) (?:\S{1,15} ){0,3}?(?:attackers?|strangers?|anyone|anybody|any|everyone|others?"
    r"|unauthenticated|atacantes?|invasor(?:es)?|qualquer|estranhos?|terceiros|outr[oa]s?"
    r"|visitantes?)\b",
    r"\b(?:attackers?|atacantes?|invasor(?:es)?|hackers?|malicious \w{1,12}|intruders?"
    r"|stranger) (?:\S{1,12} ){0,3}?(?:can|could|may|might|is able|pode|podem|consegue"
    r"|conseguem|conseguiria|poderia)\b",
    r"\b(?:take|takes|taking|took) over\b(?: \S{1,10}){0,3} account|\baccount takeover\b"
    r"|\b(?:tomar|assumir|sequestrar) (?:\S{1,10} ){0,3}(?:contas?|sessao)\b"
    r"|\bprivilege escalation\b|\b(?:escalonamento|elevacao|escalada) de privilegios?\b",
    r"\b(?:data|records?|invoices?|files?|orders?|messages?|accounts?|documents?|photos?"
    r"|details|dados|registros|faturas?|arquivos|pedidos|mensagens|contas?|documentos|notas"
    r"|cadastro) (?:of|from|belonging to|d[eoa]s?) (?:any|other|another|all|qualquer"
    r"|outr[oa]s?|tod[oa]s|terceiros|alheios?)\b",
    r"\b(?:other|another|someone else's|any) (?:customers?|users?|tenants?|people|clients?"
    r"|person|accounts?|company)(?:'s?)? (?:\w{1,12} )?(?:data|records?|invoices?|files?"
    r"|orders?|messages?|details|documents?|addresses|passwords?)\b",
    r"\b(?:real|live|valid|production|active|working|actual|private|privada"
    r"|verdadeir[oa]) (?:\w{1,15} ){0,3}(?:keys?|tokens?|passwords?|credentials?|secrets?"
    r"|certificate)\b",
    r"\b(?:chaves?|senhas?|tokens?|segredos?|credencia(?:l|is)|keys?|passwords?|secrets?"
    r"|credentials?)\b(?: \S{1,20}){0,9}? (?:privad[oa]|public[oa]|publicly|public"
    r"|enviad[oa]s?|subid[oa]s?|pasted|colad[oa]s?|pushed|ainda valid[oa]s?|still (?:valid"
    r"|active|works)|aparece(?:m)?|apareceu|appears?)\b",
    r"\b(?:without|no|missing|sem|nao (?:exige|pede|verifica|checa|valida|confere)"
    r"|does not (?:check|verify|require|validate)|never (?:checks|verifies)|skips?|ignora"
    r"|pula) (?:any |the |a |o |qualquer )?(?:authentication|authorization|auth|login"
    r"|signature|permission|ownership|access) (?:check|checks|control|at all|whatsoever)?"
    r"|\b(?:sem|nao exige|nao pede|dispensa) (?:autenticacao|autorizacao|login|assinatura)\b",
    rf"\b{SECRET}\b {gap(8)}(?:leak(?:ed|s|ing)?|exposed|committed|checked in|pushed"
    rf"|hard-?coded|in (?:the )?(?:repo|repository|history|clear|plain|logs?|source|code"
    rf"|bundle|client|git)|in plain ?text"
    r"|vaz(?:ad[oa]s?|ou|aram|ando)|expost[oa]s?|expoe|commitad[oa]s?|versionad[oa]s?"
    r"|no (?:repositorio|historico|codigo|git|log|bundle|commit)|nos logs|em texto (?:puro"
    r"|claro|plano|aberto)|publicad[oa]s?|visive(?:l|is)|publicly)\b",
    rf"\b(?:leaked|leaks|exposed|exposes|hard-?coded|vazou|vazaram|vazamento de|exposicao de"
    rf"|expoe|live|committed|prints|logs) (?:\w{{1,15}} ){{0,3}}{SECRET}\b",
    rf"\b{SECRET}\b (?:real|reais|verdadeir[oa]s?|valid[oa]s?|de producao|still valid"
    rf"|ainda valid[oa]|em uso|ativa)\b|\b(?:real|live|valid|production|active"
    rf"|working) {SECRET}\b",
    rf"\b(?:revoke|revogue\w?|revogar|revoguem|rotate|rotacione\w?|rotacionar|invalidate"
    rf"|invalide\w?|troque\w?|trocar|trocada) (?:\w{{1,15}} ){{0,4}}?(?:{SECRET}|it|them"
    rf"|now|agora|imediatamente|today|hoje)\b",
    r"\b(?:sql|command|code|prompt|template|shell|ldap)[- ]injections?\b|\binjec(?:ao"
    r"|oes) (?:de )?(?:sql|comandos?|codigo)\b|\bremote code execution\b|\brce\b"
    r"|\bexecucao remota\b|\bpath traversal\b|\bauth(?:entication|orization)? bypass\b"
    r"|\bbypass(?:es|ed)? (?:the )?(?:auth\w{0,12}|login|permission)\b",
    r"\b(?:anyone|anybody|any (?:\S{1,12} ){0,2}(?:user|visitor|customer|client|person"
    r"|caller)|everyone|qualquer (?:um|pessoa|usuario|visitante|cliente|conta)|todo mundo"
    r"|outro usuario|other users)\b"
    rf" {gap(6)}(?:can|could|may|is able to|gets|sees?|reads?|pode|podem|consegue|conseguem"
    rf"|le|ve|acessa|baixa|entra)\b",
    r"\b(?:any|qualquer|wrong|empty|blank|errada|vazia) (?:password|senha) (?:is accepted"
    r"|works|logs|e aceita|serve|funciona|entra)\b|\baccepts? any (?:password|token)\b"
    r"|\baceita qualquer (?:senha|token)\b",
    r"\b(?:world[- ]readable|world[- ]writable|publicly (?:readable|accessible|writable"
    r"|reachable)|open to the (?:internet|world|public)|exposed to the internet"
    r"|aberto para a internet|expost[oa] (?:na|a) internet|acessivel publicamente"
    r"|bucket publico)\b",
    grave=True,
)

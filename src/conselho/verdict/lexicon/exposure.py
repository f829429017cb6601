"""What a stranger could use: high findings, leaked secrets, open doors."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import BAD_FLAW, SECRET, SEVERE

HIGH = cue(
    Severity.ERROR,
    "a high or critical finding",
    rf"\b{SEVERE}(?:[-/ ](?:and|or|e|ou|to|critical|high|critic[oa]s?|alt[oa]s?|severity|risk"
    rf"|impact|severidade|security)){{0,4}}[- ](?:\w{{1,20}} )?{BAD_FLAW}\b",
    rf"\b{BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated "
    rf"|classificad[oa]s? (?:como )?|considerad[oa]s? |as )?(?:severidade |gravidade |nivel "
    rf"|risco |severity )?{SEVERE}(?: severity| gravidade| risk)?(?=[\s.,;:)!]|$)",
    r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact"
    r"|impacto)\]? ?[:=|] ?\W{0,4}(?:critical|high|critic[oa]|alt[oa]|grave|severe|error|erro"
    r"|blocker)\b",
    r"^\W{0,6}\[(?:critical|high|critic[oa]|alt[oa]|grave|p0|p1|sev-?[01]|blocker)\]",
    r"^\W{0,6}\(?(?:critical|high|critic[oa]|alt[oa]|grave|blocker)\)?(?::| - )(?! ?\W{0,3}(?:\d"
    r"|none|nenhum|zero|nada|¤))",
    r"\bcvss(?: v?\d(?:\.\d)?)?(?: \w{1,8}){0,2}[: (]{1,3}(?:[789](?:[.,]\d)?"
    r"|10(?:[.,]0)?)(?![\d])",
    r"\bactively exploited\b|\bexploited in the wild\b|\bzero[- ]day\b|\bexploracao ativa\b|\bem"
    r" exploracao\b",
    grave=True,
)

OPEN = cue(
    Severity.ERROR,
    "a leak or an open door",
    rf"\b(?:in|into|no|na) (?:the |our |o |a )?(?:repository|repo|repositorio|git|history"
    rf"|historico|image|imagem|logs?|bundle),? (?:with|com|and|e) [^.;!?]{{0,40}}?\b{SECRET}\b",
    r"\b(?:grants?|gives?|allows?|concede|da|permite) (?:public )?(?:read|write|access|leitura"
    r"|escrita|acesso) (?:\w{1,10} )?(?:to|a|para) (?:everyone|everybody|anyone|anybody"
    r"|the (?:world|public)|todo mundo|qualquer)\b|\b(?:for|to|with|allows?|para|com"
    r"|permite(?:m)?|tem) (?:public (?:read|write|access)|(?:leitura|escrita) publica"
    r"|acesso publico)\b",
    r"\b(?:holes?|flaws?|vulnerabilit\w{1,3}|falhas?|brechas?|cves?"
    r"|vulnerabilidades?)\b[^;!?]{0,40}?\b(?:rated|scored?|nota|pontuacao)(?: (?:at|of|de))?"
    r" (?:[789][.,]\d|10[.,]0)\b|\bremote (?:caller|user|party)\b|\b(?:run|execut\w{1,3})"
    r" (?:arbitrary |any |qualquer )?(?:code|codigo) (?:remotely|a distancia)\b",
    r"\bsql\b[^.;!?]{0,40}? (?:as (?:it|they) comes?|unescaped|unchecked|concatenat\w{2,3}|com o"
    r" texto)\b",
    r"\b(?:read|seen|listed|opened|downloaded|viewed|reached|accessed|edited|deleted|changed"
    r"|used|called|fetched) by (?:anyone|anybody|everyone|everybody|any \w{3,12}|the (?:whole"
    r" )?(?:world|public|internet))\b|\b(?:lid|vist|listad|baixad|acessad|abert|alterad|apagad"
    r"|editad|consultad)[oa]s? por (?:qualquer|tod[oa]|estranhos|quem quiser)\b",
    r"\bbasta (?:trocar|mudar|alterar|adivinhar|somar) (?:\S{1,10} ){0,2}(?:numero|id|endereco"
    r"|url|codigo)\b|\b(?:just |simply |only )?(?:by )?(?:chang|guess|increment)(?:e|es|ing)"
    r" (?:the|an?|its) (?:\w{1,10} )?(?:number|id|address|url)\b|\b(?:abre|abrem|opens?|answers?"
    r"|works?|responde|funciona|acessa-se) (?:sem|without) (?:login|senha|a password|token"
    r"|auth\w{0,12}|autenticacao)\b",
    r"\b(?:shows?|reveals?|returns?|prints?|sends?|mostra|revela|devolve|exibe|envia) (?:the |a "
    r"|o |all |every )?(?:\w{1,10} )?(?:passwords?|senhas?|secrets?|private keys?|chaves?"
    r" privadas?) (?:of|to|d[eoa]s?|para|a)\b",
    r"\b(?:opened|reached|read|accessed|called|used|visited|abert[oa]s?|acessad[oa]s?|lid[oa]s?"
    r"|chamad[oa]s?|usad[oa]s?) (?:\S{1,10} ){0,2}?(?:without|sem) (?:logging in|login|logar"
    r"|auth\w{0,12}|autenticacao|(?:a )?password|senha|entrar|permission|permissao)\b",
    r"\b(?:senhas?|chaves?|tokens?|credencia(?:l|is)|segredos?|passwords?|keys?|secrets?"
    r"|credentials?)\b(?: \S{1,20}){0,7}? (?:escrit[oa]s?|gravad[oa]s?|fix[oa]s?|salv[oa]s?"
    r"|guardad[oa]s?|impress[oa]s?|written|stored|saved|printed|logged|in the clear|over plain"
    r"|trafega(?:m)?|padrao|default)\b|\b(?:default|padrao|standard) (?:\w{1,10} )?(?:password"
    r"|senha|credentials?|admin)\b",
    r"\b(?:card numbers?|credit cards?|card data|personal data|health data|social security|home"
    r" address(?:es)?|numeros? d[eo] cartao|cartao de credito|dados (?:pessoais|de saude"
    r"|bancarios|sensiveis)|cpfs?|e-?mails? de clientes)\b(?: \S{1,20}){0,8}? (?:logs?|log|url"
    r"|urls|plain|claro|publicly|public[oa]|third part\w{1,3}|terceiros|exposed|expost[oa]s?"
    r"|visible|visive(?:l|is)|written|escrit[oa]s?|gravad[oa]s?|sent|enviad[oa]s?)\b",
    r"\b(?:anyone|anybody|everyone|any (?:visitor|user|customer|guest)|qualquer (?:um|pessoa"
    r"|usuario|visitante|cliente|conta)|todo mundo) (?:\w{1,12} )?(?:on|in|com|que|de|d[ao]|with"
    r"|from|outside|apaga|altera|edita|lista|exclui|baixa|troca|deletes?|edits?|lists?|changes?"
    r"|downloads?|logs|enters|gets|has)\b",
    r"\b(?:predictable|guessable|previsive(?:l|is)|adivinhave(?:l|is)) (?:\w{1,10} )?(?:ids?"
    r"|tokens?|passwords?|session|senhas?|sessao|sessoes)\b|\b(?:session|sessao|token|reset"
    r"|password|senha)\b(?: \S{1,12}){0,4} (?:predictable|guessable|previsive(?:l|is)"
    r"|adivinhave(?:l|is))\b|\bplain http\b|\bsem criptografia\b|\bunencrypted\b",
    r"\b(?:lets?|allows?|allowing|enables?|permit(?:e|em|indo|s)|deixa(?:m)?|possibilita|da a)"
    r" (?:\S{1,15} ){0,3}?(?:attackers?|strangers?|anyone|anybody|any|everyone|others?"
    r"|unauthenticated|atacantes?|invasor(?:es)?|qualquer|estranhos?|terceiros|outr[oa]s?"
    r"|visitantes?)\b",
    r"\b(?:attackers?|atacantes?|invasor(?:es)?|hackers?|malicious \w{1,12}|intruders?|stranger)"
    r" (?:\S{1,12} ){0,3}?(?:can|could|may|might|is able|pode|podem|consegue|conseguem"
    r"|conseguiria|poderia)\b",
    r"\b(?:take|takes|taking|took) over\b(?: \S{1,10}){0,3} account|\baccount takeover\b"
    r"|\b(?:tomar|assumir|sequestrar) (?:\S{1,10} ){0,3}(?:contas?|sessao)\b|\bprivilege"
    r" escalation\b|\b(?:escalonamento|elevacao|escalada) de privilegios?\b",
    r"\b(?:data|records?|invoices?|files?|orders?|messages?|accounts?|documents?|photos?|details"
    r"|dados|registros|faturas?|arquivos|pedidos|mensagens|contas?|documentos|notas|cadastro)"
    r" (?:of|from|belonging to|d[eoa]s?) (?:any|other|another|all|qualquer|outr[oa]s?|tod[oa]s"
    r"|terceiros|alheios?)\b",
    r"\b(?:other|another|someone else's|any) (?:customers?|users?|tenants?|people|clients?"
    r"|person|accounts?|company)(?:'s?)? (?:\w{1,12} )?(?:data|records?|invoices?|files?|orders?"
    r"|messages?|details|documents?|addresses|passwords?)\b",
    r"\b(?:real|live|valid|production|active|working|actual|private|privada|verdadeir[oa])"
    r" (?:\w{1,15} ){0,3}(?:keys?|tokens?|passwords?|credentials?|secrets?|certificate)\b",
    r"\b(?:chaves?|senhas?|tokens?|segredos?|credencia(?:l|is)|keys?|passwords?|secrets?"
    r"|credentials?)\b(?: \S{1,20}){0,9}? (?:privad[oa]|public[oa]|publicly|public|enviad[oa]s?"
    r"|subid[oa]s?|pasted|colad[oa]s?|pushed|ainda valid[oa]s?|still (?:valid|active|works)"
    r"|aparece(?:m)?|apareceu|appears?)\b",
    r"\b(?:without|no|missing|sem|nao (?:exige|pede|verifica|checa|valida|confere)|does not"
    r" (?:check|verify|require|validate)|never (?:checks|verifies)|skips?|ignora|pula) (?:any "
    r"|the |a |o |qualquer )?(?:authentication|authorization|auth|login|signature|permission"
    r"|ownership|access) (?:check|checks|control|at all|whatsoever)?|\b(?:sem|nao exige|nao pede"
    r"|dispensa) (?:autenticacao|autorizacao|login|assinatura)\b",
    rf"\b{SECRET}\b {gap(8)}(?:leak(?:ed|s|ing)?|exposed|committed|checked in|pushed|hard-?coded"
    rf"|in (?:the )?(?:repo|repository|history|clear|plain|logs?|source|code|bundle|client|git)"
    rf"|in plain ?text|vaz(?:ad[oa]s?|ou|aram|ando)|expost[oa]s?|expoe|commitad[oa]s?"
    rf"|versionad[oa]s?|no (?:repositorio|historico|codigo|git|log|bundle|commit)|nos logs|em"
    rf" texto (?:puro|claro|plano|aberto)|publicad[oa]s?|visive(?:l|is)|publicly)\b",
    rf"\b(?:leaked|leaks|exposed|exposes|hard-?coded|vazou|vazaram|vazamento de|exposicao de"
    rf"|expoe|live|committed|prints|logs) (?:\w{{1,15}} ){{0,3}}{SECRET}\b",
    rf"\b{SECRET}\b (?:real|reais|verdadeir[oa]s?|valid[oa]s?|de producao|still valid|ainda"
    rf" valid[oa]|em uso|ativa)\b|\b(?:real|live|valid|production|active|working) {SECRET}\b",
    rf"\b(?:revoke|revogue\w?|revogar|revoguem|rotate|rotacione\w?|rotacionar|invalidate"
    rf"|invalide\w?|troque\w?|trocar|trocada) (?:\w{{1,15}} ){{0,4}}?(?:{SECRET}|it|them|now"
    rf"|agora|imediatamente|today|hoje)\b",
    r"\b(?:sql|command|code|prompt|template|shell|ldap)[- ]injections?\b|\binjec(?:ao|oes) (?:de"
    r" )?(?:sql|comandos?|codigo)\b|\bremote code execution\b|\brce\b|\bexecucao remota\b|\bpath"
    r" traversal\b|\bauth(?:entication|orization)? bypass\b|\bbypass(?:es|ed)? (?:the"
    r" )?(?:auth\w{0,12}|login|permission)\b",
    rf"\b(?:anyone|anybody|any (?:\S{{1,12}} ){{0,2}}(?:user|visitor|customer|client|person"
    rf"|caller)|everyone|qualquer (?:um|pessoa|usuario|visitante|cliente|conta)|todo mundo|outro"
    rf" usuario|other users)\b {gap(6)}(?:can|could|may|is able to|gets|sees?|reads?|pode|podem"
    rf"|consegue|conseguem|le|ve|acessa|baixa|entra)\b",
    r"\b(?:any|qualquer|wrong|empty|blank|errada|vazia) (?:password|senha) (?:is accepted|works"
    r"|logs|e aceita|serve|funciona|entra)\b|\baccepts? any (?:password|token)\b|\baceita"
    r" qualquer (?:senha|token)\b",
    r"\b(?:world[- ]readable|world[- ]writable|publicly (?:readable|accessible|writable"
    r"|reachable)|open to the (?:internet|world|public)|exposed to the internet|aberto para a"
    r" internet|expost[oa] (?:na|a) internet|acessivel publicamente|bucket publico)\b",
    grave=True,
)

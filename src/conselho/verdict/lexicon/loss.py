"""Data that is lost, damaged or wrong, and copies that are not there."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap

LOSS = cue(
    Severity.ERROR,
    "data is lost or wrong",
    r"\b(?:billed|charged|stored|saved|paid|written|booked|debited|gravad[oa]s?|cobrad[oa]s?"
    r"|pag[oa]s?|debitad[oa]s?|lancad[oa]s?|salv[oa]s?) (?:twice|two times|(?:in )?double|duas"
    r" vezes|em dobro|em duplicidade)\b|\bcobrancas? (?:em duplicidade|repetid[oa]s?)\b",
    r"\b(?:backups?|copies|copy|copias?|dumps?|snapshots?|archives?"
    r"|restores?)\b[^.;!?]{0,40}?\b(?:none|nenhum[a]?|nothing|nada|not (?:been )?(?:made|taken"
    r"|run)|nao (?:e |sao |foi |foram |se )?(?:feit|rod|ger|execut|faz)\w{0,5}|stopped|pararam"
    r"|parou)\b(?: \S{1,12}){0,3}? (?:since|desde)\b",
    r"\b(?:backups?|copies|copy|copias?|dumps?|snapshots?|archives?)\b[^.;!?]{0,40}?"
    r" (?:weigh\w{0,3}|pesa(?:m)?|has|have|had|tem|of|de|with|com) (?:been )?(?:only |so |apenas"
    r" )?\d{1,3} bytes?\b",
    r"\b(?:truncated|truncad[oa]s?|(?:it |is |was )cut short|para(?:m)? no meio)\b|\bstops?"
    r" (?:at|after|in) (?:byte|the middle|line|page|row)\b|\b(?:checksums?|digests?|hash(?:es)?"
    r"|somas?|resumos?)\b[^.;!?]{0,30}? (?:(?:do|does|did) not (?:fit|match|agree)|nao (?:fecha"
    r"|bate|confere|coincide)(?:m)?)\b|\bdo not match (?:their|its|the) (?:digests?|checksums?"
    r"|hash\w{0,2})\b",
    r"\b(?:unreadable|bad|damaged|ilegive(?:l|is)|defeituos[oa]s?|danificad[oa]s?) (?:sectors?"
    r"|blocks?|setor(?:es)?|blocos?|files?|arquivos?|pages?)\b|\b(?:sectors?|setor(?:es)?"
    r"|blocos?|blocks?) (?:ilegive(?:l|is)|defeituos[oa]s?|danificad[oa]s?|unreadable)\b",
    r"\b(?:perde(?:m)?-se|perder-se-\w{1,4}|serao perdid[oa]s|seriam perdid[oa]s|(?:will|would)"
    r" be lost|is not in (?:it|there)|nao estao? (?:n(?:el[ea]s?|a copia)))\b",
    r"\b\d{1,7} (?:rows?|records?|lines? of data|orders?|linhas|registros|lancamentos|pedidos"
    r"|notas|movimentos) (?:a menos|fewer|less|missing|faltando|short)\b",
    r"\b(?:replica|mirror|standby|espelho|copia|backup|replication|replicacao)\b(?:"
    r" \S{1,12}){0,3}? (?:stopped|parou|ceased|deixou|no longer)\b",
    r"\b(?:values?|amounts?|totals?|balances?|prices?|invoices?|valores?|saldos?|totais|precos?"
    r"|boletos?|faturas?|cobrancas?|resultados?)\b(?: \S{1,12}){0,5}? (?:wrong|incorrect"
    r"|negative|negativ[oa]s?|errad[oa]s?|incorret[oa]s?|trocad[oa]s?|inflated|dobrad[oa]s?)\b",
    r"\b(?:lose|lost|loses|losing|perde(?:m|u|ram)?|perdendo) (?:\w{1,10} ){0,2}?(?:work"
    r"|progress|files|orders|messages|changes|history|trabalho|arquivos|pedidos|mensagens"
    r"|alteracoes|historico|money|dinheiro)\b",
    r"\b(?:also|tambem) (?:deletes?|removes?|erases?|apaga|remove|exclui)\b|\b(?:dumps?|backups?"
    r"|files?|arquivos?|copias?)\b(?: \S{1,12}){0,4} (?:0|zero) bytes?\b",
    r"\b(?:empty|blank|zero-length|vazi[oa]s?|em branco|zerad[oa]s?) (?:\w{1,12} )?(?:files?"
    r"|exports?|dumps?|backups?|reports?|tables?|database|arquivos?|tabelas?|banco|exportac(?:ao"
    r"|oes))\b(?: \S{1,15}){0,6}? (?:every|each|since|desde|tod[oa]s?|instead|em vez)\b"
    r"|\b(?:arquivos?|dumps?|backups?|tabelas?|exportac(?:ao|oes)|files?|exports?|tables?"
    r"|database) (?:\w{1,12} ){0,3}?(?:vazi[oa]s?|zerad[oa]s?|em branco|empty)\b",
    r"\b(?:removes?|deletes?|drops?|erases?|wipes?|apaga(?:m)?|exclui|remove(?:m)?|elimina|zera)"
    r" (?:every|all|any|tod[oa]s?|qualquer)(?: \S{1,12}){0,2} (?:users?|customers?|orders?|data"
    r"|rows?|records?|files?|accounts?|tables?|backups?|usuarios?|clientes?|pedidos?|dados"
    r"|registros?|linhas?|arquivos?|contas?|tabelas?)\b",
    r"\b(?:dados|registros|pedidos|arquivos|fotos|mensagens|data|records|files)\b(?:"
    r" \S{1,10}){0,3} (?:some(?:m)?|se perdem|vao se perder|will be lost|would be lost|are gone"
    r"|gone|serao perdidos|serao apagados)\b",
    r"\b(?:data loss|loss of data|loses? data|losing data|lost data|perda de dados|perdem? dados"
    r"|perdeu dados|perdendo dados|data corruption|corrupcao de dados)\b",
    r"\b(?:corrupt(?:ed|s|ing)?|corrompid[oa]s?|corromp(?:e|em|eu|eram))\b",
    rf"\b(?:rows?|records?|data|tables?|orders?|users?|customers?|invoices?|messages?|events?"
    rf"|payments?|columns?|entries|registros?|dados|tabelas?|pedidos?|usuarios?|clientes?"
    rf"|faturas?|notas?|mensagens?|linhas|pagamentos?|colunas?|arquivos?|files?"
    rf"|backups?)\b {gap(5)}(?:(?:was|were|been|are|is|get|gets|being) (?:silently )?(?:lost"
    rf"|deleted|erased|wiped|overwritten|truncated|dropped|duplicated|destroyed)|vanish(?:ed"
    rf"|es)?|disappear(?:ed|s)?|went missing|perdid[oa]s|se perd(?:eu|eram|em|e)|apagad[oa]s?"
    rf"|sobrescrit[oa]s?|sumi(?:u|ram|ndo)|desaparece(?:u|ram)|excluid[oa]s? por engano"
    rf"|descartad[oa]s? sem)\b",
    r"\b(?:deletes?|deleted|drops?|dropped|erases?|wipes?|wiped|truncates?|overwrites?|apag(?:a"
    r"|ou|am|aram)|sobrescreve(?:u|m|ram)?|remove(?:u)? por engano|descarta|perde(?:u)?|elimina)"
    r" (?:\w{1,12} ){0,4}?(?:data|tables?|rows?|records?|columns?|database|volume|orders?"
    r"|customers?|dados|tabelas?|registros?|colunas?|linhas|banco|volume|pedidos?|clientes?)\b",
    r"\b(?:zero[- ]bytes?|0[- ]bytes?|zero bytes|vazi[oa]s? desde|empty since)\b|\bbackups?\b(?:"
    r" \S{1,20}){0,8}? (?:empty|vazi[oa]s?|missing|ausentes?|stale|old|velho|nao (?:restaura"
    r"|abre|existe|roda)|cannot be restored|could not be restored)\b",
    r"\b(?:no|nenhum|nenhuma|sem|not a single|nao existe|nao ha|nao temos|nao existem|there is"
    r" no|without a) (?:\w{1,15} ){0,2}(?:backups?|copy|copia|dump|snapshot|copias)\b",
    r"\b(?:irrecuperave(?:l|is)|irrecoverabl[ey]|unrecoverable|cannot be (?:recovered|restored"
    r"|undone)|nao (?:da|dao|pode|podem)(?: para)?(?: ser)? (?:recuperar|restaurar"
    r"|recuperad[oa]s?|restaurad[oa]s?))\b",
    r"\b(?:charged twice|double[- ]charged|billed twice|charged (?:two|three) times|cobrad[oa]s?"
    r" (?:duas|tres|em dobro)|cobranca (?:em )?(?:dupla|duplicada|dobro)|cobra (?:em dobro|duas"
    r" vezes)|paid twice|pag[oa] duas vezes|sent twice to|wrong (?:amounts?|balances?|totals?"
    r"|customer)|valores? errad[oa]s?|saldo (?:errado|negativo indevido))\b",
    grave=True,
)

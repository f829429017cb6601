"""Data that is lost, damaged or wrong, and copies that are not there."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap

LOSS = cue(
    Severity.ERROR,
    "data is lost or wrong",
    r"\b(?:values?|amounts?|totals?|balances?|prices?|invoices?|valores?|saldos?|totais"
    r"|precos?|boletos?|faturas?|cobrancas?|resultados?)\b(?: \S{1,12}){0,5}? (?:wrong"
    r"|incorrect|negative|negativ[oa]s?|errad[oa]s?|incorret[oa]s?|trocad[oa]s?|inflated"
    r"|dobrad[oa]s?)\b",
    r"\b(?:lose|lost|loses|losing|perde(?:m|u|ram)?|perdendo) (?:\w{1,10} ){0,2}?(?:work"
    r"|progress|files|orders|messages|changes|history|trabalho|arquivos|pedidos|mensagens"
    r"|alteracoes|historico|money|dinheiro)\b",
    r"\b(?:also|tambem) (?:deletes?|removes?|erases?|apaga|remove|exclui)\b|\b(?:dumps?"
    r"|backups?|files?|arquivos?|copias?)\b(?: \S{1,12}){0,4} (?:0|zero) bytes?\b",
    r"\b(?:empty|blank|zero-length|vazi[oa]s?|em branco|zerad[oa]s?) (?:\w{1,12} )?(?:files?"
    r"|exports?|dumps?|backups?|reports?|tables?|database|arquivos?|tabelas?|banco"
    r"|exportac(?:ao|oes))\b(?: \S{1,15}){0,6}? (?:every|each|since|desde|tod[oa]s?|instead"
    r"|em vez)\b|\b(?:arquivos?|dumps?|backups?|tabelas?|exportac(?:ao|oes)|files?|exports?"
    r"|tables?|database) (?:\w{1,12} ){0,3}?(?:vazi[oa]s?|zerad[oa]s?|em branco|empty)\b",
    r"\b(?:removes?|deletes?|drops?|erases?|wipes?|apaga(?:m)?|exclui|remove(?:m)?|elimina"
    r"|zera) (?:every|all|any|tod[oa]s?|qualquer)(?: \S{1,12}){0,2} (?:users?|customers?"
    r"|orders?|data|rows?|records?|files?|accounts?|tables?|backups?|usuarios?|clientes?"
    r"|pedidos?|dados|registros?|linhas?|arquivos?|contas?|tabelas?)\b",
    r"\b(?:dados|registros|pedidos|arquivos|fotos|mensagens|data|records"
    r"|files)\b(?: \S{1,10}){0,3} (?:some(?:m)?|se perdem|vao se perder|will be lost"
    r"|would be lost|are gone|gone|serao perdidos|serao apagados)\b",
    r"\b(?:data loss|loss of data|loses? data|losing data|lost data|perda de dados"
    r"|perdem? dados|perdeu dados|perdendo dados|data corruption|corrupcao de dados)\b",
    r"\b(?:corrupt(?:ed|s|ing)?|corrompid[oa]s?|corromp(?:e|em|eu|eram))\b",
    r"\b(?:rows?|records?|data|tables?|orders?|users?|customers?|invoices?|messages?|events?"
    r"|payments?|columns?|entries|registros?|dados|tabelas?|pedidos?|usuarios?|clientes?"
    r"|faturas?|notas?|mensagens?|linhas|pagamentos?|colunas?|arquivos?|files?|backups?)\b"
    rf" {gap(5)}(?:(?:was|were|been|are|is|get|gets|being) (?:silently )?(?:lost|deleted"
    rf"|erased|wiped|overwritten|truncated|dropped|duplicated|destroyed)|vanish(?:ed|es)?"
    rf"|disappear(?:ed|s)?|went missing|perdid[oa]s|se perd(?:eu|eram|em|e)|apagad[oa]s?"
    rf"|sobrescrit[oa]s?|sumi(?:u|ram|ndo)|desaparece(?:u|ram)|excluid[oa]s? por engano"
    rf"|descartad[oa]s? sem)\b",
    r"\b(?:deletes?|deleted|drops?|dropped|erases?|wipes?|wiped|truncates?|overwrites?"
    r"|apag(?:a|ou|am|aram)|sobrescreve(?:u|m|ram)?|remove(?:u)? por engano|descarta"
    r"|perde(?:u)?|elimina) (?:\w{1,12} ){0,4}?(?:data|tables?|rows?|records?|columns?"
    r"|database|volume|orders?|customers?|dados|tabelas?|registros?|colunas?|linhas|banco"
    r"|volume|pedidos?|clientes?)\b",
    r"\b(?:zero[- ]bytes?|0[- ]bytes?|zero bytes|vazi[oa]s? desde|empty since)\b"
    r"|\bbackups?\b(?: \S{1,20}){0,8}? (?:empty|vazi[oa]s?|missing|ausentes?|stale|old|velho"
    r"|nao (?:restaura|abre|existe|roda)|cannot be restored|could not be restored)\b",
    r"\b(?:no|nenhum|nenhuma|sem|not a single|nao existe|nao ha|nao temos|nao existem"
    r"|there is no|without a) (?:\w{1,15} ){0,2}(?:backups?|copy|copia|dump|snapshot"
    r"|copias)\b",
    r"\b(?:irrecuperave(?:l|is)|irrecoverabl[ey]|unrecoverable|cannot be (?:recovered"
    r"|restored|undone)|nao (?:da|dao|pode|podem)(?: para)?(?: ser)? (?:recuperar|restaurar"
    r"|recuperad[oa]s?|restaurad[oa]s?))\b",
    r"\b(?:charged twice|double[- ]charged|billed twice|charged (?:two|three) times"
    r"|cobrad[oa]s? (?:duas|tres|em dobro)|cobranca (?:em )?(?:dupla|duplicada|dobro)"
    r"|cobra (?:em dobro|duas vezes)|paid twice|pag[oa] duas vezes|sent twice to"
    r"|wrong (?:amounts?|balances?|totals?|customer)|valores? errad[oa]s?|saldo (?:errado"
    r"|negativo indevido))\b",
    grave=True,
)

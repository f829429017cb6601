"""How shells, interpreters, network and package tools say that they could not do their work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conselho.models.verdict import Severity
from conselho.verdict.judgement import Evidence, Strength, shortened
from conselho.verdict.language import fold

# Matched from the start of a folded line, or after the "program: " that programs put before.
_LINE = re.compile(
    r"^(?:traceback \(most recent call last\)"
    r"|(?:[a-z_][\w.]{0,80}\.)?[a-z]\w{0,60}(?:error|exception|exit|interrupt)(?:: |$| \[)"
    r"|exception in thread |caused by: |unhandled |uncaught |fatal(?: error)?: |panic: "
    r"|thread '[^']{0,80}' \(?.{0,20}panicked"
    r"|npm err!|npm error|yarn error|err_pnpm|error: |erro: |\[error\] |error\["
    r"|error \w{0,12}\d{1,6}[:\]]|\[fatal\]|e: |err: |critical: |severe: "
    r"|make(?:\[\d{1,3}\])?: \*\*\*|\*\*\* |build failed|build failure|failed to |could not "
    r"|cannot |can't |unable to |error (?:while|in|at|when|opening|reading|during) "
    r"|nao foi possivel |falha ao |erro ao |impossivel |segmentation fault|falha de segmentacao"
    r"|killed$|morto$|terminated$|terminado$|aborted|abortado|bus error"
    r"|timed? ?out|timeout:? |tempo esgotado|usage: |uso: |syntax ?error|curl: \(\d{1,3}\) "
    r"|wget: |ssh: |error executing |error:$|!! |internal error)"
)
_AFTER_PROGRAM = re.compile(
    r"^(?:[\w./+-]{1,80}(?:\[\d{1,8}\])?: ){1,3}(?:(?:line|linha) \d{1,6}: "
    r"|-?\d{1,6}: )?(?:[^:]{1,200}: )?"
    r"(?:(?:fatal |parser |syntax )?error ?:|erro ?:|fatal:|command not found"
    r"|comando nao encontrado|not found$|nao encontrado|no such file"
    r"|arquivo ou diretorio inexistente|ficheiro ou directoria"
    r"|permission denied|permissao negada|operation not permitted|operacao nao permitida"
    r"|is a directory|e um diretorio|not a directory|nao e um diretorio"
    r"|unbound variable|variavel nao associada|parameter not set|parametro nao definido"
    r"|syntax error|erro de sintaxe|unexpected end|fim prematuro|fim de arquivo inesperado"
    r"|cannot |could not |unable to |can't |failed to |nao foi possivel|nao e possivel"
    r"|impossivel|falha ao|erro ao|invalid |invalida? |opcao |unrecognized |unknown |unexpected "
    r"|missing |faltando |falta |illegal |ambiguous "
    r"|no space left|sem espaco|nao ha espaco|out of memory|cannot allocate|connection refused"
    r"|conexao recusada|timed out|name or service not known|broken pipe|input/output error"
    r"|too many|too few|bad |unsupported |not a git repository|did not match|does not exist"
    r"|nao existe|no rule to make|end-of-central-directory|no module named|error while loading)"
)
# Anywhere in a line of a tool.
_ANYWHERE = re.compile(
    r"\bno such file or directory\b|\barquivo ou diretorio inexistente\b|\bconnection (?:refused"
    r"|reset by peer|timed out)\b|\bconexao recusada\b|\bcommand not found\b"
    r"|\bcomando nao encontrado\b"
    r"|\bcould not resolve\b|\bname or service not known\b"
    r"|\btemporary failure in name resolution\b|\bnetwork is unreachable\b|\bno route to host\b"
    r"|\bnao foi possivel resolver\b"
    r"|\b(?:econnrefused|enotfound|etimedout|eacces|enoent|econnreset|eai_again|enospc|eusage"
    r"|erofs)\b|\bsegmentation fault\b|\bfalha de segmentacao\b|\bcore dumped\b"
    r"|\bimagem do nucleo gravada\b"
    r"|\bout of memory\b|\bheap out of memory\b|\bno space left on device\b|\bstack overflow\b"
    r"|\bmax retries exceeded\b"
    r"|\b(?:exit(?:ed)?(?: with)?(?: code| status)?|codigo de saida|status de saida|return code"
    r"|exit_code|returncode)[ :=]{1,3}-?(?:[1-9]\d{0,2})\b|\bnon-?zero exit\b"
    r"|\b(?:erro|error):? [45]\d\d\b|\bhttp/\d(?:\.\d)? [45]\d\d\b|\breturned error: [45]\d\d\b"
    r"|\b[45]\d\d (?:internal server error|bad gateway|service unavailable|unauthorized"
    r"|forbidden|not found|file not found|method not allowed|gateway time)"
    r"|\b\d{1,7} (?:morto|killed|abortado|aborted|falha de segmentacao|segmentation fault)\b"
    r"|\bpermission denied\b|\bpermissao negada\b"
    r"|\bcomputed checksums? did not match\b|\bcomputed checksums did not\b"
    r"|\bfile format not recognized\b|\bmodule not found\b|\bcannot find module\b"
    r"|\bno module named\b"
    r"|: (?:failed|falhou)(?: open or read| ao abrir ou ler)?$|\bmalformed\b|\bnot well-formed\b"
    r"|\bunexpected (?:end of|eof|token)\b|\bsyntax ?error\b|\bparse ?error\b|\bparser error\b"
    r"|\berro de sintaxe\b"
    r"|\bintegrity (?:check )?failed\b|\bcannot be loaded\b|\berr_[a-z_]{3,40}\b"
    r"|\bresponse code: [45]\d\d\b|\bdial tcp\b|\b100(?:[.,]0)?% packet loss\b|\b100% de perda\b"
)
_WARNED = re.compile(
    r"^(?:[\w./+-]{1,80}(?:\[\d{1,8}\])?: ){1,3}(?:(?:line|linha) \d{1,6}: "
    r"|-?\d{1,6}: )?(?:warning|aviso|warn|atencao)\b ?:"
)
_ENDED_WELL = re.compile(
    r"\b(?:exit(?:ed)?(?: with)?(?: code| status)?|codigo de saida|status de saida|return code"
    r"|exit_code|returncode|rc)[ :=]{1,3}0$"
)
# A line of code that a tool shows: "12 | x = 1", "  |     ^", "+ added".
FRAME = re.compile(r"^\s{0,12}(?:\d{1,7} {0,4})?[|│](?: |$)|^\s{0,12}\d{1,7} {0,4}[|+-] ")
_LEVEL = re.compile(
    r"^\W{0,3}(?:\d{4}-\d\d-\d\d[t ]\d\d:\d\d[\d:.,z+-]{0,20} ?"
    r"|\d\d:\d\d:\d\d[.,\d]{0,8} ?)?\W{0,3}(?:level=)?(?P<level>fatal|critical|panic|error|erro"
    r"|err|warning|warn|aviso)\b[\]:)|\s]"
)
# "Error tracker: 0 new" begins with a noun; a bare level is written in capitals or set off.
_SET_OFF = re.compile(r"^\W{0,3}(?:\d|level=|[a-zA-Z]{3,8}[\]:)|]|[A-Z]{3,8}\b)")
_NOT = re.compile(
    r"\b(?:no|0|zero|without|nenhum[a]?|sem) (?:\w{1,12} ){0,2}(?:errors?|erros?)\b"
    r"|\berror[- ](?:free|handling)\b"
)


def read_trouble(lines: list[str], *, skip: frozenset[int]) -> Iterator[Evidence]:
    """The lines in which a program says that it could not go on, or logs an error or a warning."""
    fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        if fenced or number in skip or not line.strip():
            continue
        folded = fold(line.strip())[:300]
        if _NOT.search(folded):
            continue
        if _is_quoted(line) or FRAME.match(line):
            continue
        if _LINE.match(folded) or _AFTER_PROGRAM.match(folded):
            yield _evidence(line, number, Severity.ERROR, "a program says that it failed")
        elif _WARNED.match(folded):
            yield _evidence(line, number, Severity.WARNING, "a program warns")
        elif is_sentence(line):
            continue
        elif _ANYWHERE.search(folded):
            yield _evidence(line, number, Severity.ERROR, "a program says what it met")
        elif _ENDED_WELL.search(folded):
            yield _evidence(
                line, number, Severity.SUCCESS, "an exit code of zero", Strength.PARTIAL
            )
        else:
            level = _LEVEL.match(folded)
            if level is not None and _SET_OFF.match(line.strip()):
                severe = not level["level"].startswith(("warn", "aviso"))
                severity = Severity.ERROR if severe else Severity.WARNING
                yield _evidence(line, number, severity, "a log line of that level")


_COMMON = frozenset(
    "the a an of is are was in to and on for with that it no not o os as um uma de do da que e em"
    " para com por nao foi esta na se ao".split()
)


def _is_quoted(line: str) -> bool:
    """Whether a report is speaking, in Markdown, and not a program."""
    return line.count("`") > 1 or line.lstrip().startswith(("- ", "* ", "#", "|", ">"))


def is_sentence(line: str) -> bool:
    """Whether a person or an agent wrote the line, and not a program."""
    words = fold(line[:300]).split()
    common = sum(word in _COMMON for word in words)
    return _is_quoted(line) or (len(words) >= 5 and common >= max(2, len(words) // 6))


def _evidence(
    line: str, number: int, severity: Severity, cue: str, strength: Strength = Strength.FIRM
) -> Evidence:
    return Evidence(
        severity=severity, cue=cue, sentence=shortened(line), line=number, strength=strength
    )

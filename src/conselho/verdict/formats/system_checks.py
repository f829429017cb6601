"""Small programs that check one thing and say so in one line.

sha256sum -c, openssl, git, pip check, curl, HTTP heads, sqlite, nginx, xmllint, unzip, gzip, ping,
npm ls, bash -n wrappers, Django's check, Terraform, docker, systemctl, diff.
"""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.judgement import RANK, Report

_E, _W, _S, _I = Severity.ERROR, Severity.WARNING, Severity.SUCCESS, Severity.INFO

_SAYINGS: tuple[tuple[str, Severity, str], ...] = (
    (
        "checksums",
        _E,
        r"^[^:]{1,250}: (?:FAILED|FALHOU|FALHA)(?: open or read| ao abrir ou ler)?$"
        r"|^\S{0,12}sum: (?:WARNING|AVISO|ATENÇÃO): .{0,60}(?:did NOT match|NÃO coincid"
        r"|não coincid|could not be read|não p[uô]d)",
    ),
    ("checksums", _W, r"^\S{0,12}sum: (?:WARNING|AVISO|ATENÇÃO): "),
    (
        "checksums",
        _S,
        # A name with a dot or a stroke, or a digest: "STATUS: OK" is a report's own word.
        r"^(?=[^:|]{0,250}?(?:[./\\]|[0-9a-f]{32}))[^\s:|][^:|]{0,250}"
        r": (?:OK|SUCESSO|syntax OK|valid|válido|ok|well-formed)$"
        r"|^(?=\S{0,250}?[./\\])\S{1,250} (?:OK|ok|SUCESSO)$",
    ),
    ("check list", _S, r"^\[?(?: OK |ok|OK|PASS|PASSED)\]? {1,4}\S"),
    ("openssl", _S, r"^Certificate will not expire$|^Verify return code: 0 \(ok\)"),
    (
        "openssl",
        _E,
        r"^error \d{1,3} at \d{1,3} depth lookup|^Verify return code: [1-9]|^verify error:"
        r"|\bverification failed$",
    ),
    # Before this was written, so over whatever the clock says.
    (
        "openssl",
        _E,
        r"^(?:notAfter=|.{0,40}Not After ?: ?)\w{3} {1,2}\d{1,2} [\d:]{8} (?:19\d\d|20[01]\d"
        r"|202[0-5])\b",
    ),
    ("openssl", _W, r"^Certificate will expire$"),
    (
        "git",
        _S,
        r"^nothing to commit, working tree clean|^nada a submeter, (?:árvore|diretório)"
        r"|^Already up to date\.|^Everything up-to-date|^Já está atualizado",
    ),
    (
        "git",
        _W,
        r"^Changes (?:not staged|to be committed)|^Untracked files:|^Mudanças (?:não|a serem)"
        r"|^Arquivos não monitorados|^Your branch is (?:ahead|behind)"
        r"|^Your branch and .{1,80} have diverged|^dangling (?:commit|blob|tree)"
        r"|^[ MADRCU?]{2} \S{1,200}$",
    ),
    (
        "git",
        _E,
        r"^(?:missing|broken|corrupt) (?:link|blob|tree|commit|object)|^error: object file"
        r"|^CONFLICT \(|^Unmerged paths:|^error in (?:commit|tree|tag)",
    ),
    (
        "whitespace",
        _W,
        r"^\S{1,200}:\d{1,7}: (?:trailing whitespace|leftover conflict marker"
        r"|new blank line at EOF|space before tab)",
    ),
    ("pip check", _S, r"^No broken requirements found\.$"),
    (
        "pip check",
        _E,
        r"^\S{1,80} [\w.]{1,30} (?:requires|has requirement) .{1,200}(?:which is not installed"
        r"|but you have)",
    ),
    ("HTTP", _E, r"^HTTP/\d(?:\.\d)? [45]\d\d\b|^curl: \(\d{1,3}\)|^(?:HTTP )?[45]\d\d$"),
    ("HTTP", _S, r"^HTTP/\d(?:\.\d)? 2\d\d\b|^200(?: OK)?$"),
    ("wget", _S, r"(?:response|resposta)\.{3} 200 OK|^200 OK$"),
    (
        "wget",
        _E,
        r"(?:response|resposta)\.{3} [45]\d\d|^\d{4}-\d\d-\d\d [\d:]{8} (?:ERROR|ERRO) \d{3}"
        r"|(?:failed|falhou): |\bgiving up\.|\bdesistindo",
    ),
    ("sqlite", _S, r"^\[\('ok',\)\]$"),
    ("check", _S, r"^ok$"),  # PRAGMA integrity_check, and whoever else has nothing more to say
    (
        "sqlite",
        _E,
        r"^\*\*\* in database |^row \d{1,9} missing from index|^(?:Error"
        r"|Parse error).{0,40}: (?:database|file|no such|near|in prepare)|^wrong # of entries"
        r"|^Tree \d+ page|database disk image is malformed|file is not a database|^\[\('\*\*\*",
    ),
    (
        "configuration",
        _S,
        r"^nginx: (?:the configuration file .{1,200} syntax is ok"
        r"|configuration file .{1,200} test is successful)|^Syntax OK$"
        r"|^Success! The configuration is valid|^No syntax errors detected in|^Valid JSON"
        r"|^syntax ok$|^valid$",
    ),
    (
        "configuration",
        _E,
        r"^nginx: \[emerg\]|^nginx: configuration file .{1,200} test failed"
        r"|^(?:PHP )?Parse error:|^Errors parsing |^Error: (?:Unsupported|Invalid|Missing"
        r"|Unclosed)|^\S{1,250}\.(?:ya?ml|json|toml|xml):.{0,40}(?:error|erro)\b",
    ),
    (
        "xmllint",
        _E,
        r"^[^\s:]{1,250}:\d{1,7}: (?:parser|validity|namespace|I/O"
        r"|element .{1,60}: Schemas validity) error|^.{1,200} fails to validate$"
        r"|^warning: failed to load",
    ),
    ("xmllint", _S, r"^.{1,200} validates$"),
    (
        "archive",
        _E,
        r"\bCRC (?:failed|error)|unexpected end of file|not in gzip format"
        r"|End-of-central-directory signature not found|^tar: .{1,200}(?:Error|Cannot|Erro"
        r"|Unexpected)",
    ),
    ("archive", _S, r"^No errors detected in compressed data|^Everything is Ok"),
    ("ping", _E, r"\b100(?:[.,]0)?% packet loss|\b100(?:[.,]0)?% de perda"),
    ("ping", _S, r"\b0(?:[.,]0)?% packet loss|\b0(?:[.,]0)?% de perda"),
    (
        "npm",
        _W,
        r"^npm (?:warn|WARN) |^└── UNMET OPTIONAL"
        r"|^Package {2,40}Current {1,20}Wanted {1,20}Latest"
        r"|^Package {2,60}Version {1,20}Latest(?: {1,20}Type)?$|\bdeduped invalid|\bextraneous$",
    ),
    ("npm", _E, r"UNMET DEPENDENCY|\binvalid: \S{1,80}@|^npm ERR!|^npm error "),
    (
        "depcheck",
        _W,
        r"^✖ Found \d{1,6} circular dependenc|"
        r"^Unused (?:dev)?[dD]ependencies$|^Missing dependencies$|^\* \S{1,80}$",
    ),
    (
        "depcheck",
        _S,
        r"^No depcheck issue$|^✔ No circular dependency found"
        r"|^Success! No dependency issues found|^No unused dependencies",
    ),
    ("Django", _S, r"^System check identified no issues"),
    (
        "Django",
        _W,
        r"^System check identified (?:some issues|\d{1,5} issues?)|^WARNINGS:$"
        r"|^Your models .{1,60}have changes that are not yet reflected",
    ),
    ("Django", _E, r"^ERRORS:$|^SystemCheckError:|^CRITICALS?:$"),
    ("systemd", _E, r"^ {0,8}Active: (?:failed|inactive)|^failed$|^× \S{1,100}\.service"),
    ("systemd", _S, r"^ {0,8}Active: active"),
    (
        "docker",
        _E,
        r"\((?:unhealthy)\)|\bExited \([1-9]\d{0,2}\)|^ERROR: failed to (?:solve|build)"
        r"|CrashLoopBackOff|ImagePullBackOff|OOMKilled",
    ),
    ("deploy", _S, r"\bsuccessfully (?:rolled out|built|installed|tagged|deployed|uninstalled)\b"),
    (
        "diff",
        _W,
        r"^(?:Files|Os arquivos|Arquivos) .{1,300} (?:differ|são diferentes|diferem)$"
        r"|^(?:Only in|Somente em) .{1,300}: |^\S{1,250} \S{1,250} (?:differ|são diferentes"
        r"|diferem): (?:byte|char)|^@@ -\d{1,7}(?:,\d{1,7})? \+\d{1,7}(?:,\d{1,7})? @@"
        r"|^\d{1,7}(?:,\d{1,7})?[acd]\d{1,7}(?:,\d{1,7})?$",
    ),
    ("diff", _S, r"^(?:Files|Os arquivos) .{1,300} (?:are identical|são idênticos)$"),
    ("lizard", _W, r"^!{4,20} Warnings|^[^\s:]{1,250}:\d{1,7}: warning: \S{1,120} has \d"),
    ("lizard", _S, r"^No thresholds exceeded"),
    (
        "compile",
        _E,
        r"^\*\*\* (?:Error|Sorry|  File)|^\s{0,8}SyntaxError: "
        r"|^ {0,6}File \".{1,250}\", line \d{1,7}$",
    ),
    (
        "cppcheck",
        _W,
        r"^\[?[^\s:]{1,250}:\d{1,7}(?::\d{1,6})?\]?:? \(?(?:style|performance|portability"
        r"|warning|error)\)?:? ",
    ),
    (
        "detector",
        _S,
        r"^No (?:known )?(?:issues?|problems?|errors?|vulnerabilit(?:y|ies)|leaks?|secrets?"
        r"|findings?|warnings?) (?:were |was )?(?:found|detected|identified)\b|^no leaks found"
        r"|\bno leaks found$|^0 (?:issues|problems|errors|findings|warnings"
        r"|vulnerabilities)(?: found)?\.?$",
    ),
    ("detector", _E, r"\bleaks found: [1-9]|^Finding: {1,8}\S"),
    ("zizmor", _E, r"^(?:error|high)\[[a-z-]{3,40}\]: "),
    ("zizmor", _W, r"^(?:warning|medium|low|help|info|note|informational)\[[a-z-]{3,40}\]: "),
    ("zizmor", _S, r"^No findings to report"),
    ("trivy", _E, r"^Total: \d{1,6} \(.{0,80}(?:HIGH|CRITICAL): [1-9]"),
    ("trivy", _W, r"^Total: [1-9]\d{0,5} \("),
)
LONGEST = 240  # what such programs say, they say in short lines
_COMPILED = tuple((name, severity, re.compile(pattern)) for name, severity, pattern in _SAYINGS)


def from_lines(lines: list[str]) -> Report | None:
    """The worst of what such lines say; None when no line is one of theirs."""
    said: list[tuple[Severity, str, str]] = []
    mine: set[int] = set()
    fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or not line or line[0] in "|>#`":
            continue
        short = line[:LONGEST]
        for name, severity, pattern in _COMPILED:
            if pattern.search(short):
                said.append((severity, name, line.strip()))
                mine.add(number)
                break
    if not said:
        return None
    severity, name, line = max(said, key=lambda one: RANK[one[0]])
    return Report(format=name, severity=severity, summary=f"{name}: {line}", lines=frozenset(mine))

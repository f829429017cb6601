"""Texts that judge nothing: a description, a plan, a change log, a glossary, instructions, figures.

Told by how the text begins (its title, or a sentence that says so), or by what most of its lines
are. What such a text says of errors and failures is said of errors and failures at large.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conselho.verdict.language import fold, mask

HEADING = re.compile(
    r"^\s{0,3}#{1,6}\s|^\s{0,3}\*\*[^*]{2,80}\*\*:?\s{0,3}$|^[^.!?|]{2,60}:\s{0,3}$"
)
_BULLET = re.compile(r"^\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s{1,4}")
# A text that describes, plans or lists, told by how it begins: by its title, or by saying so.
_TITLES = re.compile(
    r"\b(?:change ?log|release notes?|notas (?:da|de) (?:versao|lancamento)|novidades|what's new"
    r"|what is new|unreleased|overview|visao geral"
    r"|reference|referencia|guide|guia|manual|handbook|glossary|glossario|architecture"
    r"|arquitetura|policy|politica|runbook|playbook|roteiro|agenda|roadmap|backlog|plan|plano"
    r"|telemetry|telemetria|inventory|inventario|statistics|estatisticas?|stats|metrics|metricas"
    r"|activity|atividade|census|censo|minutes|notes|notas|ata|figures|numeros|usage|uso"
    r"|template|modelo|proposal|proposta|rfc|adr|design|documentacao|documentation|readme"
    r"|onboarding|introduction|introducao|welcome|bem-vind\w{1,2}|summary of changes"
    r"|resumo das? mudancas?|faq|contributing|licen[cs]es? used)\b"
)
_LABELLED = re.compile(
    r"^\W{0,6}(?:v|versao |version |release )\d{1,4}\.\d{1,4}(?:\.\d{1,4})?$|^\W{0,6}(?:proposal"
    r"|proposta|question|pergunta|duvida|glossary|glossario|agenda|plan|plano"
    r"|roteiro|idea|ideia|fyi|para saber|changelog|release notes|definition|definicao|policy"
    r"|politica|rfc|draft|rascunho|inventory|inventario|statistics|estatisticas)\b[^:.]{0,30}:"
)
_DESCRIBES = re.compile(
    r"^\W{0,6}(?:change ?log|release notes|notas da versao)|\b(?:how (?:\S{1,20} ){1,6}(?:work"
    r"|works|are|is|routed|classified|decided|handled)\b"
    r"|como (?:\S{1,20} ){0,4}(?:funciona(?:m)?|sao|e feit[oa])|(?:test|work|audit) plan"
    r"|plan(?:o)? (?:for|da|para a?) (?:the )?(?:next|proxim\w|execucao)|the plan"
    r"|agenda (?:for|da|para)|meeting notes|meeting of|reuniao d[eo]|we (?:spoke|talked) about"
    r"|(?:falamos|conversamos)"
    r" sobre|minutes of|^\W{0,4}ata (?:da|de)|this (?:page"
    r"|document|text|file|note|guide|section|article) (?:describes|explains|is|lists"
    r"|was generated|covers|shows|summari[sz]es)"
    r"|est[ea] (?:documento|texto|arquivo|guia|pagina|nota|secao|artigo) (?:descreve|explica"
    r"|lista|e|foi gerad[oa]|mostra|resume|apresenta)"
    r"|summary of the (?:discussion|meeting|thread)|resumo da (?:discussao|reuniao|conversa))"
)
_PLANS = re.compile(
    r"\b(?:not run today|nothing ran today|(?:hoje )?nao houve execucao|(?:tomorrow"
    r"|amanha)(?:'s run)? (?:i |we |eu )?(?:will|vou|vamos|sera)|(?:nothing|none|no \w{1,15}"
    r"|not) (?:has |have |been |is |was ){0,3}(?:examined|checked|run|executed|started|done"
    r"|looked|scanned|tested|begun|reviewed|measured)(?: at)? (?:yet|so far)"
    r"|ainda nao (?:executei|rodei|comecei|foi|iniciei|verifiquei|analisei|examinei|olhei)"
    r"|nada (?:ainda )?foi \w{3,15} ainda"
    r"|(?:just|only|merely) (?:the |a )?(?:plan|schedule|agenda|list|outline|description)"
    r"|(?:apenas|so|somente) (?:a |o |uma? )?(?:agenda|plano|roteiro|lista|cronograma|descricao)"
    r"|(?:here is|this is) what i(?: will|'ll| plan| intend| am going)|(?:checklist|list|plan"
    r"|steps|things|lista|passos|plano) (?:that )?(?:i will|i'll|que vou|que irei)"
    r"|what i (?:will|intend to|plan to) (?:look|check|do)|o que (?:vou|pretendo|sera|farei)"
    r"|next (?:run|round|session) (?:i )?will|for the next run|para a proxima (?:rodada"
    r"|execucao))\b"
)
CHANGE = re.compile(
    r"^\W{0,8}(?:(?:fix|feat|chore|docs|refactor|perf|test|style|build|ci"
    r"|revert)(?:\([^)]{1,30}\))?!?: "
    r"|(?:fixed|added|changed|removed|improved|updated|renamed|bumped|corrigid[oa]s?|corrige"
    r"|adicionad[oa]s?|adiciona|removid[oa]s?|remove|atualizad[oa]s?|atualiza|alterad[oa]s?"
    r"|melhorad[oa]s?|renomead[oa]s?)\b(?! (?:to|em))|[0-9a-f]{7,40} \S)"
)
_COMMIT = re.compile(r"^[0-9a-f]{7,40} \S")
# "Review of the documentation" is no documentation.
_EXAMINES = re.compile(
    r"\b(?:reviews?|audits?|checks?|inspection|verification|revis(?:ao|oes)|auditorias?"
    r"|verificac(?:ao|oes)|conferencias?|inspec(?:ao|oes))\b"
)
# "3.2.0", "## v1.4 (2024-02-10)", "Versão 2.0 - 3 de maio": the heading of what a release brings.
_VERSION = re.compile(
    r"^\W{0,6}(?:version |versao |release |v)?\[?\d{1,4}\.\d{1,4}(?:\.\d{1,4}){0,2}\]?"
    r"(?:[ ,:(/-]{1,3}[\w ,./-]{4,30}\)?)?$"
)
# "**Flaky** – a test that ...": a term, and what it is.
_DEFINITION = re.compile(
    r"^\s{0,8}(?:[-*+•]\s)?\s{0,3}(?:\*\*|__|[*_`])[^*_`]{2,40}(?:\*\*|__|[*_`])"
    r" ?(?:[–—:-]|is\b|é\b)"
    r" {1,3}(?:(?:how|what|when|where|who|whatever|somebody|someone|something|an?|any|the"
    r"|o que|a que|quando|quem|qualquer|uma?|aquil?[oa]|aquel[ea]|tudo|cada)\b"
    r"|\w{3,20} (?:(?:\w{2,15} )?(?:que|that|which|who|where)|sent|enviad[oa]|entre|between)\b)",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(
    r"(?:^|[.;:] {1,3})(?:to \w{2,15}|para \w{2,15}[aei]r)\b[^,.;]{0,160}, (?:open|run|look|use"
    r"|call|set|check|see|start|restart|type|click|go|add|edit|remove|delete|copy|read|search|send"
    r"|press|choose|select|pass|wait|ask|stop|make|put|write|turn|abra|rode|use|execute|veja|chame"
    r"|defina|confira|procure|digite|clique|va|acrescente|edite|remova|apague|copie|leia|envie"
    r"|escolha|passe|espere|peca|pare|faca|escreva|ligue|reinicie|consulte|acesse)\b"
)


@dataclass(slots=True, kw_only=True)
class Kind:
    """Learns line by line what kind of text it is."""

    opening: list[str] = field(default_factory=list)
    lines: int = 0
    bullets: int = 0
    changes: int = 0
    definitions: int = 0
    versions: int = 0
    instructions: int = 0
    plans: bool = False

    def see(self, line: str, folded: str) -> None:
        """Take one line of prose into account; blank lines and code are not given."""
        if len(self.opening) < 2:
            self.opening.append(line)
        self.lines += 1
        if _BULLET.match(line) or _COMMIT.match(folded):
            self.bullets += 1
            self.changes += CHANGE.match(folded) is not None
        if len(folded) < 400:
            self.plans = self.plans or _PLANS.search(folded) is not None
            self.instructions += len(_INSTRUCTS.findall(folded))
        self.definitions += _DEFINITION.match(line) is not None
        self.versions += self.lines < 200 and _VERSION.match(fold(line.strip())[:80]) is not None

    def judges_nothing(self) -> bool:
        return (
            self.plans
            or _begins_so(self.opening)
            or (self.changes >= 2 and self.changes * 2 >= self.bullets)
            or (
                self.versions >= 1
                and self.bullets >= 2 * self.versions
                and self._is_version_first()
            )
            or (self.definitions >= 2 and self.definitions * 4 >= self.lines * 3)
            or self.instructions >= 2
        )

    def _is_version_first(self) -> bool:
        return any(_VERSION.match(fold(line.strip())[:80]) for line in self.opening)


def _begins_so(lines: list[str]) -> bool:
    """Whether the first lines are those of a description, a plan, a change log or figures."""
    if not lines:
        return False
    first = fold(mask(lines[0]))[:160]
    second = fold(mask(lines[1]))[:160] if len(lines) > 1 else ""
    if _LABELLED.match(first):
        return True
    titled = HEADING.match(lines[0]) is not None or (len(first) < 60 and first.endswith(":"))
    if titled and _TITLES.search(first) and not _EXAMINES.search(first):
        return True
    return _DESCRIBES.search(first) is not None or (
        titled and _DESCRIBES.search(second) is not None
    )

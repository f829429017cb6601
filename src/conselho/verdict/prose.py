"""What a report says in its own words, sentence by sentence.

    line -> sign, stated status, table cells -> sentences -> denials out, conditions out
         -> counts, limits, cues -> Evidence

Only what the report says of the present counts. Code blocks and quotations are somebody else's
words; a past incident that was resolved is history; a plan, a description or a change log judges
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conselho.models.verdict import Severity
from conselho.verdict import lexicon
from conselho.verdict.counts import Count, counts
from conselho.verdict.description import CHANGE, HEADING, Kind
from conselho.verdict.items import Item, item, standing_out, state_of
from conselho.verdict.judgement import Evidence, Strength, shortened
from conselho.verdict.language import NAME, fold, mask, sentences
from conselho.verdict.lexicon import denial, softening, times
from conselho.verdict.lexicon.cue import Cue
from conselho.verdict.lexicon.exceptions import REST
from conselho.verdict.lexicon.topics import TOPICS, Topic
from conselho.verdict.marks import is_open_box, is_ticked_box, sign, stated, status_word
from conselho.verdict.thresholds import compared
from conselho.verdict.trouble import FRAME

MAX_SENTENCES = 400  # a person's report has fewer; what is longer is a tool's

_FENCE = re.compile(r"^\s{0,8}(?:```|~~~)")
_TABLE = re.compile(r"^\s{0,4}\|.*\|\s{0,4}$")
_RULE = re.compile(r"^[\s|:=+_*-]+$")

_HISTORY = re.compile(
    r"\b(?:history|past|previous|earlier|resolved|fixed|closed|background|changelog|what changed"
    r"|already (?:fixed|handled)|postmortem|post-mortem"
    r"|incidents? (?:of|from|last)|context|timeline|historico|passad[oa]s?|anteriores"
    r"|resolvid[oa]s?|corrigid[oa]s?|encerrad[oa]s?|contexto"
    r"|linha do tempo|o que mudou|retrospectiva|retrospective|lessons|licoes)\b"
)
_REFERENCE = re.compile(
    r"\b(?:severit(?:y|ies) levels?|legend|glossary|definitions?|how it works|how to|usage|scope"
    r"|escopo|legenda|glossario|definic(?:ao|oes)"
    r"|como funciona|como usar|next (?:steps|run|round)|plan|agenda|roadmap|out of scope"
    r"|fora do escopo|proxim[oa]s? (?:passos|rodada|etapas)|roteiro|plano"
    r"|meaning|significado|template|files? (?:reviewed|changed|touched)|changed files"
    r"|arquivos (?:alterados|revisados|lidos)|related files|where to read|onde ler)\b"
)
_TICKET_COUNTS = re.compile(
    r"\b(?:opened|closed|merged|created|abert[oa]s|fechad[oa]s|criad[oa]s) \d"
    r"|\b\d{1,6} (?:\w{1,15} )?(?:opened|closed|merged|created|commits?|stars|forks|abert[oa]s"
    r"|fechad[oa]s|criad[oa]s|mesclad[oa]s|deployments?|rollbacks?)\b|\bopen (?:issues|prs)\b"
)
_STYLE = re.compile(r"\b(?:lint\w*|ruff|eslint|flake8|style|estilo|links?|typos?|format\w*)\b")
_LOG = re.compile(r"^\W{0,3}\d{4}-\d\d-\d\d[t ]\d\d:\d\d|^\W{0,2}\[?\d\d:\d\d(?::\d\d)?\]?\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """`evidence` in order; `describes` when the text is of a kind that judges nothing."""

    evidence: list[Evidence]
    describes: bool
    verdict: Severity | None


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Where the reading stands."""

    evidence: list[Evidence] = field(default_factory=list)
    fenced: bool = False
    section: str = ""
    header: list[str] = field(default_factory=list)
    taken: int = 0
    seen: set[str] = field(default_factory=set)
    verdict: Severity | None = None
    open_boxes: int = 0
    ticked: int = 0
    items: list[Item] = field(default_factory=list)
    lists: int = 0
    topics: list[Topic] = field(default_factory=list)
    past: bool = False  # the line has begun to tell of another time


def read_prose(lines: list[str], *, skip: frozenset[int]) -> Prose:
    """What the lines say, without those of `skip` and without what stands in code blocks."""
    reader = _Reader()
    kind = Kind()
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            reader.fenced = not reader.fenced
            continue
        if reader.fenced or number in skip or not line.strip() or reader.taken >= MAX_SENTENCES:
            continue
        if FRAME.match(line) and not _TABLE.match(line):
            continue
        folded = fold(mask(line.strip()))
        kind.see(line, folded)
        _line(reader, number, line, folded)
    _settle(reader)
    return Prose(evidence=reader.evidence, describes=kind.judges_nothing(), verdict=reader.verdict)


def _line(reader: _Reader, number: int, line: str, folded: str) -> None:
    if _RULE.match(folded):
        return
    if line.lstrip().startswith(">"):
        return
    if _TABLE.match(line):
        _row(reader, number, line, folded)
        return
    reader.header = []
    if HEADING.match(line):
        reader.section = _section(folded)
        reader.lists += 1
    if is_open_box(line):
        reader.open_boxes += 1
        return
    if is_ticked_box(line):
        reader.ticked = number
    said = stated(folded)
    if said is not None:
        _add(reader, number, line, said, "it states its verdict", grave=True)
        if said in (Severity.SUCCESS, Severity.WARNING, Severity.ERROR):
            reader.verdict = said
    mark = sign(line)
    _item(reader, number, line, folded)
    if mark is not None:
        _marked(reader, number, line, mark)
    if _LOG.match(folded) and mark is None:
        # A log line says what happened at a time; its level is read with the tool lines.
        return
    reader.past = False
    for sentence in sentences(folded):
        _sentence(reader, number, line, sentence, mark)


def _item(reader: _Reader, number: int, line: str, folded: str) -> None:
    one = item(folded, line=number, group=reader.lists)
    if one is None or reader.section:
        return
    reader.items.append(one)
    said = state_of(one)
    if said is Severity.SUCCESS:
        _add(reader, number, line, said, "an item says so", Strength.PARTIAL)
    elif said in (Severity.WARNING, Severity.ERROR):
        _add(reader, number, line, said, "an item says so")


def _section(folded: str) -> str:
    if _HISTORY.search(folded) and not re.search(r"\bnao |\bnot |\bun", folded):
        return "history"
    return "reference" if _REFERENCE.search(folded) else ""


def _marked(reader: _Reader, number: int, line: str, mark: Severity) -> None:
    if reader.section == "reference":
        return
    folded = fold(line)
    if mark is Severity.ERROR and denial.ABSENT_AFTER.search(folded):
        return
    if mark is Severity.ERROR and re.search(r"[:|]\s{0,3}0\b|\b0 ", folded) and len(line) < 80:
        return
    if mark is not Severity.SUCCESS and re.search(r"\b(?:nenhum|none|nada|no issues)\b", folded):
        return
    strength = Strength.PARTIAL if mark is Severity.SUCCESS else Strength.FIRM
    _add(reader, number, line, mark, "it is marked so", strength)


def _row(reader: _Reader, number: int, line: str, folded: str) -> None:
    cells = [cell.strip() for cell in folded.strip().strip("|").split("|")]
    if not reader.header:
        reader.header = cells
        legend = re.search(
            r"\b(?:meaning|significado|description|descricao|definition|when|quando|conteudo)\b",
            folded,
        )
        reader.section = (
            "reference" if legend else "" if reader.section == "reference" else reader.section
        )
        return
    if reader.section in ("reference", "history"):
        return
    mark = sign(line)
    if mark is not None:
        _marked(reader, number, line, mark)
    for column, cell in enumerate(cells):
        if not cell:
            continue
        title = reader.header[column] if column < len(reader.header) else ""
        word = status_word(cell) if len(cell) < 40 else None
        if word is not None and word is not Severity.INFO and column > 0:
            firm = not re.search(
                r"\b(?:priority|prioridade|effort|esforco|value|valor|benefit)\b", title
            )
            strength = Strength.FIRM if firm and word is not Severity.SUCCESS else Strength.PARTIAL
            _add(reader, number, line, word, "a cell says so", strength, grave=True)
            continue
        if re.fullmatch(r"\d{1,7}", cell) and column > 0:
            for count in counts(f"{title}: {cell}"):
                _counted(reader, number, line, count, folded)
            if column == 1:
                for count in counts(f"{cells[0]}: {cell}"):
                    _counted(reader, number, line, count, folded)
            continue
        for sentence in sentences(cell):
            _sentence(reader, number, line, sentence, mark)


def _sentence(
    reader: _Reader, number: int, line: str, sentence: str, mark: Severity | None
) -> None:
    shape = re.sub(r"\d{1,9}", "0", sentence)
    if shape in reader.seen and len(reader.seen) > 200:
        return
    reader.seen.add(shape)
    reader.taken += 1
    if softening.QUESTION.search(sentence):
        return
    mild = softening.MILD.search(sentence) or softening.HEDGED.search(sentence)
    if mild:
        _add(reader, number, sentence, Severity.WARNING, softening.NOT_URGENT, Strength.PARTIAL)
    reader.topics += [
        one for one in TOPICS if one not in reader.topics and one.begins.search(sentence)
    ]
    present = softening.TALKS_ABOUT.sub(NAME, sentence)
    present = softening.HEDGED.sub(NAME, softening.MILD.sub(NAME, present))
    denied = denial.NONE_SUCH.sub(denial.CLEAN, present)
    denied = denial.ABSENT_SHORT.sub(denial.CLEAN, denied)
    denied = denial.ABSENT.sub(denial.CLEAN, denied)
    denied = denial.ABSENT_AFTER.sub(denial.CLEAN, denied)
    told = softening.CONDITION.sub(" ", denied)
    if reader.section == "reference" or softening.DEFINES.search(told):
        return
    if denial.CLEAN in denied:
        _add(reader, number, sentence, Severity.SUCCESS, "it denies any trouble", Strength.PARTIAL)
    if _is_history(reader, sentence) and not softening.FLAKY.search(sentence):
        _history(reader, number, sentence, told)
        return
    _present(reader, number, sentence, told, mark)


def _history(reader: _Reader, number: int, sentence: str, told: str) -> None:
    """Trouble of another time, or trouble that is over."""
    if _is_resolved(sentence):
        taken_back = _forget_past(reader, number)
        if taken_back or (denial.TROUBLE.search(sentence) and not _TICKET_COUNTS.search(sentence)):
            _add(reader, number, sentence, Severity.SUCCESS, "trouble is over", Strength.PARTIAL)
    _cues(reader, number, told, lexicon.SUCCESSES, past=False, soft=False)


def _present(reader: _Reader, number: int, sentence: str, told: str, mark: Severity | None) -> None:
    before = len(reader.evidence)
    past = _is_past(reader, sentence)
    expected = softening.EXPECTED.search(sentence) is not None
    flaky = softening.FLAKY.search(sentence) is not None
    limits = compared(told)
    if limits is not None:
        strength = Strength.FIRM if limits is Severity.WARNING else Strength.PARTIAL
        _add(reader, number, sentence, limits, "a value beside its limit", strength)
    if (
        not expected
        and not flaky
        and not CHANGE.match(sentence)
        and not _TICKET_COUNTS.search(told)
    ):
        for count in counts(told):
            _counted(reader, number, sentence, count, told, past=past)
    if not expected and not _is_planned(told):
        soft = softening.QUESTIONED.search(told) is not None
        if flaky:
            _add(reader, number, sentence, Severity.WARNING, "it passes at times")
        elif mark is not Severity.SUCCESS:
            _cues(reader, number, told, lexicon.ERRORS, past=past, soft=soft)
        for topic in reader.topics:
            _cues(reader, number, told, topic.cues, past=False, soft=soft)
        figures = softening.FIGURES.search(told) is not None
        if limits is not Severity.SUCCESS and not figures and mark is not Severity.SUCCESS:
            _cues(reader, number, told, lexicon.WARNINGS, past=past, soft=soft)
    if len(told) > 30 and denial.LACK.search(told) and not _is_planned(told):
        _add(reader, number, sentence, Severity.WARNING, "something is lacking", Strength.FAINT)
    if limits is not Severity.WARNING:
        rest = REST.search(told) is not None
        contrast = rest or softening.CONTRAST.search(told) is not None
        affirmed = denial.NEGATED.sub(NAME, told)
        _cues(reader, number, affirmed, lexicon.SUCCESSES, past=False, soft=contrast)
        if rest and reader.evidence[before:]:
            _add(
                reader,
                number,
                sentence,
                Severity.WARNING,
                "only the rest is well",
                Strength.PARTIAL,
            )


def _is_past(reader: _Reader, sentence: str) -> bool:
    """Whether a sentence tells of another time; the others of its line then do too."""
    if times.ONGOING.search(sentence):
        reader.past = False
        return False
    if times.PAST.search(sentence) and not times.FUTURE.search(sentence):
        reader.past = True
    return reader.past


def _is_planned(told: str) -> bool:
    return times.IMPERATIVE_PLAN.search(told) is not None


def _is_resolved(sentence: str) -> bool:
    sentence = times.FIX_EXISTS.sub(NAME, sentence)
    over = times.RESOLVED.search(sentence) is not None or (
        times.OVER.search(sentence) is not None and denial.TROUBLE.search(sentence) is not None
    )
    return over and times.UNRESOLVED.search(sentence) is None


def _is_history(reader: _Reader, sentence: str) -> bool:
    return reader.section == "history" or _is_resolved(sentence)


def _forget_past(reader: _Reader, number: int) -> bool:
    """Take back what was told of another time just before: it has been resolved."""
    kept = [
        told
        for told in reader.evidence
        if not (told.past and number - told.line <= 3 and told.severity is not Severity.SUCCESS)
    ]
    found = len(kept) < len(reader.evidence)
    reader.evidence = kept
    return found


def _counted(
    reader: _Reader, number: int, line: str, count: Count, told: str, *, past: bool = False
) -> None:
    severity = count.severity
    strength = Strength.FAINT if past else Strength.FIRM
    if count.number == 0:
        severity = Severity.SUCCESS if severity is not Severity.SUCCESS else Severity.INFO
    if severity is Severity.ERROR and _STYLE.search(told):
        severity = Severity.WARNING
    if severity is Severity.SUCCESS:
        strength = Strength.PARTIAL
    if severity is not Severity.INFO:
        cue = f"{count.number} {count.noun}"
        _add(reader, number, line, severity, cue, strength, grave=True, past=past)


def _cues(
    reader: _Reader,
    number: int,
    told: str,
    cues: tuple[Cue, ...],
    *,
    past: bool,
    soft: bool,
) -> None:
    for cue in cues:
        if cue.pattern.search(told):
            strength = Strength.FIRM if cue.firm else Strength.PARTIAL
            if past and not cue.grave:
                strength = Strength.FAINT
            elif soft:
                strength = min(strength, Strength.PARTIAL)
            _add(reader, number, told, cue.severity, cue.name, strength, grave=cue.grave, past=past)


def _add(
    reader: _Reader,
    number: int,
    text: str,
    severity: Severity,
    cue: str,
    strength: Strength = Strength.FIRM,
    *,
    grave: bool = False,
    past: bool = False,
) -> None:
    reader.evidence.append(
        Evidence(
            severity=severity,
            cue=cue,
            sentence=shortened(text),
            line=number,
            strength=strength,
            grave=grave,
            past=past,
        )
    )


def _settle(reader: _Reader) -> None:
    """A list of open boxes is a plan: its ticked ones are no verdict."""
    for odd in list(standing_out(reader.items, reader.evidence)):
        cue = "it stands out among items that are well"
        _add(reader, odd.line, odd.state, Severity.WARNING, cue, Strength.PARTIAL)
    if reader.open_boxes and reader.ticked:
        _add(
            reader,
            reader.ticked,
            "a box is open",
            Severity.WARNING,
            "a box is open",
            Strength.PARTIAL,
        )
    elif reader.open_boxes >= 3 and not any(
        one.severity in (Severity.ERROR, Severity.WARNING) for one in reader.evidence
    ):
        reader.evidence.clear()

"""What reports say, Portuguese and English, as patterns over folded and masked sentences.

Everything here is matched against text that `language.fold` and `language.mask` made: lower case,
no accents, names replaced by `§`. Every repetition is bounded and every gap is counted in words, so
that no pattern takes more than linear time.

    cue, nouns                what the patterns are built of
    denial, times, softening  what takes trouble back: it is denied, over, planned, expected, mild
    exceptions                all but one, everything else
    topics                    words that judge only where the text speaks of a matter
    limits                    above or below a limit, in words
    undone, failing, exposure, loss, urgency   errors
    ageing, tidiness, advice                   warnings
    wellness                                   successes
"""

from __future__ import annotations

from conselho.verdict.lexicon.advice import ADVICE
from conselho.verdict.lexicon.ageing import OUTDATED, PAST_LIMIT
from conselho.verdict.lexicon.exceptions import ALL_BUT_A_TRIFLE, ALL_BUT_ONE
from conselho.verdict.lexicon.exposure import HIGH, OPEN
from conselho.verdict.lexicon.failing import FAILS, STOPPED
from conselho.verdict.lexicon.loss import LOSS
from conselho.verdict.lexicon.tidiness import MODEST_FINDING, UNTIDY, WARNED
from conselho.verdict.lexicon.undone import UNDONE
from conselho.verdict.lexicon.urgency import ACT_NOW
from conselho.verdict.lexicon.wellness import ALL_WELL, WELL

ERRORS = (UNDONE, FAILS, ALL_BUT_ONE, HIGH, OPEN, LOSS, STOPPED, ACT_NOW)
WARNINGS = (MODEST_FINDING, WARNED, OUTDATED, PAST_LIMIT, UNTIDY, ALL_BUT_A_TRIFLE, ADVICE)
SUCCESSES = (ALL_WELL, WELL)

"""What the mere wording of an answer gives away: a refusal, an answer that was cut off.

Some agents end with success and exit code 0 after both. The rules are careful: a text that only
might be one is left to the other rules.
"""

from __future__ import annotations

import re
from typing import Final

_LONGEST_REFUSAL: Final = 700
_LONGEST_LINE: Final = 2_000

# At the beginning of the answer, after at most an apology: further down it is somebody's quotation.
_REFUSAL = re.compile(
    r"""
    (?: (?:i['’]?m\ |i\ am\ )? (?:very\ |so\ |really\ )? sorry \W{1,3} (?:but\ )?
      | i\ apologi[sz]e \W{1,3} (?:but\ )?
      | unfortunately \W{1,3}
      | desculpe(?:-me)? \W{1,3} (?:mas\ )?
      | (?:sinto|lamento) (?:\ muito)? \W{1,3} (?:mas\ )?
      | infelizmente \W{1,3}
    )?
    (?: (?: i\ (?:can['’]?t|cannot|can\ not|won['’]?t|will\ not)
          | i['’]?m\ (?:unable|not\ able)\ to
          | i\ am\ (?:unable|not\ able)\ to
          | i\ (?:must|have\ to)\ (?:decline|refuse)
        )\ (?:to\ )?
        (?: (?:help|assist|comply|continue|proceed|fulfil{1,2}|do\ that|answer|provide|support) \b
          | (?:with\ )? (?:this|that|your)\ (?:request|task) \b
        )
      | i\ (?:must|have\ to)\ (?:decline|refuse)\b
      | (?:eu\ )? (?:n[ãa]o\ posso|n[ãa]o\ consigo|n[ãa]o\ vou|recuso-me\ a) \ (?:poder\ )?
        (?:ajudar|atender|continuar|prosseguir|responder|cumprir|realizar\ (?:essa|esta|isso)) \b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The words that a sentence cannot end with, and marks that announce more.
_ENDS_OPEN = re.compile(r"[,;:\-–—(\[{]$")
_MARKUP = re.compile(r"^\s*(?:[-*+|>#`~]|\d{1,4}[.)])")


def is_refusal(text: str) -> bool:
    """Whether a short answer begins by refusing the task, in English or Portuguese."""
    said = text.strip()
    if len(said) > _LONGEST_REFUSAL:
        return False
    return _REFUSAL.match(said.lstrip("*_#> \t\n")) is not None


def breaks_off(text: str) -> bool:
    """Whether the last line is prose that stops before its end.

    Lists, tables, headings, code and single words end without a full stop, and mean nothing.
    """
    last = text.rstrip().rpartition("\n")[2].strip()[-_LONGEST_LINE:]
    if not last or _MARKUP.match(last) or len(last.split()) < 5:
        return False
    return last[-1].isalnum() or _ENDS_OPEN.search(last) is not None

"""How an agent is told to end its report: the paragraph that every agent's prompt closes with.

The form shown in it is no valid verdict on purpose: an agent, or a program, that only repeats its
prompt must not earn a severity with it.
"""

from __future__ import annotations

from typing import Final, Literal

from conselho.verdict.contract import CONTRACT_VERSION, MAX_FINDINGS, MAX_SUMMARY

_FORM: Final = f"""\
```json
{{"contract": {CONTRACT_VERSION},
 "severity": "success | info | warning | error",
 "summary": "...",
 "findings": [{{"title": "...", "severity": "info | warning | error",
               "file": "path/to/file", "line": 1, "detail": "..."}}]}}
```"""

_ENGLISH: Final = f"""\
## How to end your report

End your answer with one fenced JSON block in exactly this form, and write nothing after it:

{_FORM}

- `severity`, one of these words, as bad as the worst finding:
  - `success`: you did the work and nothing needs attention.
  - `info`: there is something to know, and nothing to judge.
  - `warning`: someone should look at it.
  - `error`: someone must act now, or you could not do the work.
- `summary`: one sentence, at most {MAX_SUMMARY} characters.
- `findings`: one object for each thing you found, at most {MAX_FINDINGS}, or `[]`. `title` names
  the kind of trouble without measured numbers. Give `file` (relative to the working folder) and
  `line` (a number) wherever there is a place, otherwise `null`. `detail` has the figures and the
  cure.
- It must be valid JSON: double quotes, no comments, no trailing commas.
- Write `summary`, `title` and `detail` in the language of the task; the keys and the severities
  stay in English.
- If you could not do the work or saw only a part of it, say so in `summary` and do not use
  `success`."""

_PORTUGUESE: Final = f"""\
## Como terminar o relatório

Termine a resposta com um único bloco JSON cercado, exatamente nesta forma, e não escreva nada
depois dele:

{_FORM}

- `severity`, uma destas palavras, tão grave quanto o pior achado:
  - `success`: o trabalho foi feito e nada pede atenção.
  - `info`: há algo a saber, e nada a julgar.
  - `warning`: alguém deve olhar.
  - `error`: alguém precisa agir agora, ou não foi possível fazer o trabalho.
- `summary`: uma frase, no máximo {MAX_SUMMARY} caracteres.
- `findings`: um objeto para cada achado, no máximo {MAX_FINDINGS}, ou `[]`. `title` diz o tipo do
  problema, sem números medidos. Dê `file` (relativo à pasta de trabalho) e `line` (um número)
  sempre que houver um lugar; senão, `null`. `detail` traz os números e a solução.
- Tem de ser JSON válido: aspas duplas, sem comentários, sem vírgula sobrando no fim.
- Escreva `summary`, `title` e `detail` na língua da tarefa; as chaves e as severidades ficam em
  inglês.
- Se o trabalho não pôde ser feito, ou só em parte, diga isso em `summary` e não use `success`."""


def contract_instructions(lang: Literal["en", "pt-BR"] = "en") -> str:
    """The last part of a prompt: how to end the report so that `parse_contract` can read it.

    The language is that of these instructions; the report's texts follow the task's in both.
    """
    return _PORTUGUESE if lang == "pt-BR" else _ENGLISH

"""What the wording of an answer gives away."""

from __future__ import annotations

import pytest

from conselho.verdict.wording import breaks_off, is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I can't help with that.",
        "I cannot assist with this request.",
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t assist with that request.",
        "Sorry, I am unable to comply with this.",
        "**I must decline this task.**",
        "I won't help with this.",
        "Unfortunately, I'm not able to fulfill your request.",
        "Desculpe, mas não posso ajudar com isso.",
        "Não posso atender a esse pedido.",
        "Infelizmente, nao posso continuar.",
        "Sinto muito, mas não vou prosseguir.",
    ],
)
def test_a_short_answer_that_begins_by_refusing_is_a_refusal(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All in order.",
        "I can't find any problem in src/.",
        "I cannot open coverage.xml: the file is missing.",
        "I am unable to run the tests: pytest is not installed.",
        "Não posso confirmar a cobertura: falta o relatório.",
        "Não consigo abrir o arquivo package.json.",
        "The chat bot answers 'I can't help with that.' to every question: a defect.",
        "I can't help with that.\n" + "The report follows. " * 50,
    ],
)
def test_an_answer_about_something_else_is_none(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "This answer was cut off because",
        "Everything is fine so far, and next I will look at the",
        "Verifiquei três arquivos e agora vou olhar a pasta src,",
        "Checked the first file. Now for the second one: it has (",
    ],
)
def test_prose_that_stops_before_its_end_breaks_off(text: str) -> None:
    assert breaks_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I looked at the folder. Everything is in order.",
        "Tudo em ordem!",
        "STATUS: OK",
        "All good.\n\n- [x] no file above 500 lines in the whole of src",
        "| file | lines | and more columns |",
        "## Heading of a section that ends here",
        "```\nsome code that is the end of it\n```",
        "Is anything left to do? No, nothing at all.)",
        "Nenhum problema encontrado",
    ],
)
def test_what_ends_as_texts_end_does_not(text: str) -> None:
    assert not breaks_off(text)

from __future__ import annotations

import pytest

from conselho.checks.markup import Kind, inline_styles
from tests.unit.checks.conftest import Repository, RunCheck


def kinds(text: str) -> list[tuple[Kind, int]]:
    return [(style.kind, style.line) for style in inline_styles(text)]


def test_pages_without_inline_styles_are_a_success(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.html", '<link rel="stylesheet" href="a.css"><p class="x">style="no"</p>\n')
    outcome = run_check("inline-css", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "success")


def test_style_attributes_and_blocks_are_a_warning(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.html", '<p\n  style="color: red">\n<style>\np {}\n</style>\n')
    project.write("b.tsx", "export const B = () => <b style={{ color: 'red' }} />;\n")
    outcome = run_check("inline-css", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "warning")
    assert outcome.places() == ["a.html:2", "a.html:3", "b.tsx:1"]
    assert outcome.findings[0]["detail"] == '<p> "color: red"'
    assert "3 inline styles in 2 pages and components" in outcome.summary


def test_inline_styles_up_to_the_allowed_count_pass(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.html", '<p style="color: red">\n')
    outcome = run_check("inline-css", "--root", project.path, "--max-count", "1")
    assert outcome.severity == "success"
    assert outcome.findings[0]["severity"] == "info"


def test_a_style_computed_at_run_time_is_listed_and_not_counted(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.tsx", "<i style={{ width: `${n}%` }} />\n")
    outcome = run_check("inline-css", "--root", project.path)
    assert outcome.severity == "success"
    assert [finding["severity"] for finding in outcome.findings] == ["info"]
    assert "1 computed at run time" in outcome.summary


def test_the_style_block_of_a_component_is_its_style_sheet_unless_asked(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.vue", "<template><p/></template>\n<style scoped>\np {}\n</style>\n")
    assert run_check("inline-css", "--root", project.path).severity == "success"
    asked = run_check("inline-css", "--root", project.path, "--component-styles")
    assert asked.places() == ["a.vue:2"]


def test_no_page_at_all_is_an_error(run_check: RunCheck, project: Repository) -> None:
    project.write("a.py", "x\n")
    outcome = run_check("inline-css", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p STYLE='x: y'>", [Kind.ATTRIBUTE]),
        ("<p style=x:y>", [Kind.ATTRIBUTE]),
        ('<p data-a="1 > 0" style="x: y">', [Kind.ATTRIBUTE]),
        ('<a onClick={() => f({ a: "}" })} style={{ margin: 4, color: "red" }}>', [Kind.ATTRIBUTE]),
        ("<a {...rest} style={{ 'margin-top': -1.5 }} />", [Kind.ATTRIBUTE]),
        ('<p {% if x %}class="a"{% endif %} style="x: y">', [Kind.ATTRIBUTE]),
        ('<p <?php echo $a > 1 ?> style="x: y">', [Kind.ATTRIBUTE]),
        ('<p style="width: {{ n }}%">', [Kind.COMPUTED]),
        ("<p style={styles.box}>", [Kind.COMPUTED]),
        ('<p :style="{ width: w }">', [Kind.COMPUTED]),
        ('<p [style.width]="w">', [Kind.COMPUTED]),
        ("<p style:width={w}>", [Kind.COMPUTED]),
        ("<Hair style={traits.hair} />", []),
        ('<Box style={{ color: "red" }} />', [Kind.ATTRIBUTE]),
        ("<style media=print>", [Kind.BLOCK]),
        ('<!-- <p style="x: y"> --><b style="x: y">', [Kind.ATTRIBUTE]),
        ("const style = 'x'; a.style = 'y'; f<T>(style='x')", []),
        ("for (i = 0; i <n; i++) { style = 1 }", []),
        ('<p data-style="x" styles="y" mystyle="z">', []),
        ("<p style>", []),
        ('<p style="never closed', [Kind.ATTRIBUTE]),
        ("<p style={never closed", [Kind.COMPUTED]),
    ],
)
def test_a_style_is_told_from_what_looks_like_one(text: str, found: list[Kind]) -> None:
    assert [kind for kind, _ in kinds(text)] == found


def test_lines_are_counted_to_where_the_attribute_stands() -> None:
    text = "\n<p\n\n  style='a: b'>\n<i style='a: b'>\n"
    assert kinds(text) == [(Kind.ATTRIBUTE, 4), (Kind.ATTRIBUTE, 5)]


@pytest.mark.parametrize("unit", ["<a {", "<a b='", '<a "', "<!--", "<a style={{a:1,", "<<<", "{`"])
def test_a_hostile_file_is_read_in_one_pass(unit: str) -> None:
    """No clock here: a scan that starts anew at each tag would not see the end of a megabyte."""
    text = unit * (1_000_000 // len(unit))
    assert len(inline_styles(text)) <= text.count("style")

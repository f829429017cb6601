"""Built-in checks that need no model: `python -m conselho.checks NAME [options]`.

A check is a program of its own. It shares nothing with the server but what it prints, so any
councilor with the provider `command` can run it, and so can a person in a terminal. It uses the
standard library only: a check that starts every ten seconds must start in a blink.

Every check prints a report for people and ends with the verdict contract, one last fenced block:

    ```json
    {"severity": "success|info|warning|error", "summary": "one sentence", "findings": [
    {"title": "...", "severity": "...", "file": "rel/path", "line": 12, "detail": "..."}
    ]}
    ```

Severity
    error    something needs action now, or the check could not do its job
    warning  somebody should look at it
    info     it did its job; there is something to know, or there was nothing to judge
    success  it did its job and nothing needs attention

Exit code
    0  the check did its job: success, info or warning
    1  the check did its job and found an error
    2  the command line was wrong; nothing was checked and there is no verdict
    3  the check could not do its job, or only a part of it: the report says why, severity error

A check that had nothing to look at (no source file matched, no lock file, no report) ends with 3:
silence must never look healthy.

What a check reads is untrusted. `report.py` is the only place that prints it, and makes sure that
no file name and no line of a file can forge or break the verdict.
"""

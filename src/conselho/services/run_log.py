"""The live log of a run, as it is written: an agent's events or a program's output, redacted."""

from __future__ import annotations

from conselho.redaction import Redactor, StreamRedactor
from conselho.services.transcript import Transcript


class RunLog:
    """Turns what a child prints into what its log shows. Nothing is kept but a last, open line.

    stdout and stderr are redacted apart, so that a secret in one is not cut by the other. An
    agent's stdout is told by its transcript.
    """

    def __init__(self, redactor: Redactor, transcript: Transcript | None = None) -> None:
        self._transcript = transcript
        self._stdout = StreamRedactor(redactor)
        self._stderr = StreamRedactor(redactor)

    def stdout(self, piece: bytes) -> bytes:
        told = self._transcript.feed(piece) if self._transcript else piece
        return self._stdout.feed(told)

    def stderr(self, piece: bytes) -> bytes:
        return self._stderr.feed(piece)

    def flush(self) -> bytes:
        """What waited for the end of its line: nothing came for a while."""
        return self._stdout.flush() + self._stderr.flush()

    def close(self) -> bytes:
        told = self._transcript.close() if self._transcript else b""
        return self._stdout.feed(told) + self._stdout.close() + self._stderr.close()

"""From errors to HTTP answers: `detail` is always a sentence, field errors stand under `errors`.

problem_details.py makes problems of RFC 9457 of these, for who asks for them.
"""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from conselho.errors import ConselhoError, Invalid
from conselho.services.council_files import InvalidCouncil
from conselho.services.form_problems import InvalidForm, problems

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Make the app answer every error in this form."""
    app.add_exception_handler(ConselhoError, _conselho_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> JSONResponse:
    """The answer for an error. `detail` is for people."""
    body: dict[str, object] = {"detail": detail}
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status_code=status)


async def _conselho_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, ConselhoError)
    return problem(exc.http_status, str(exc), _field_errors(exc))


def _field_errors(error: ConselhoError) -> list[dict[str, str]]:
    match error:
        case InvalidCouncil():
            return [
                {
                    "file": each.file,
                    "line": str(each.line),
                    "field": each.field,
                    "message": each.reason,
                }
                for each in error.problems
            ]
        case InvalidForm():
            return [{"field": each.field, "message": each.message} for each in error.problems]
        case Invalid(field=str(field)) if field:
            return [{"field": field, "message": error.reason}]
    return []


async def _malformed(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    found = problems(exc.errors())
    detail = "; ".join(
        f"{each.field}: {each.message}" if each.field else each.message for each in found
    )
    return problem(422, detail, [{"field": each.field, "message": each.message} for each in found])


async def _http_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    detail = str(exc.detail)
    if exc.status_code == 404 and detail == "Not Found":
        detail = f"There is nothing at {request.url.path}."
    elif exc.status_code == 405 and detail == "Method Not Allowed":
        detail = f"{request.method} is not possible at {request.url.path}."
    return JSONResponse({"detail": detail}, status_code=exc.status_code, headers=exc.headers)


async def _unexpected(request: Request, exc: Exception) -> JSONResponse:
    log.error("http.failed", path=request.url.path, exc_info=exc)
    return problem(500, "Something went wrong in the server; its log has the details.")

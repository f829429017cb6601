"""The FastAPI application: routers, errors, the page."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fastapi import FastAPI, HTTPException
from starlette.responses import PlainTextResponse, Response

from conselho import __version__
from conselho.api import (
    agents,
    audit,
    bulk,
    catalogue,
    councilors,
    docs_page,
    doctor,
    execute,
    executions,
    export,
    findings,
    health,
    instances,
    journal,
    kpis,
    legacy_tasks,
    maintenance,
    metrics,
    problems,
    schedules,
    series,
    session,
    tasks,
    timeline,
    tokens,
    usage,
    workers,
)
from conselho.api.compressed import Compressed
from conselho.api.context import Context
from conselho.api.etags import ETags
from conselho.api.idempotency import Idempotency
from conselho.api.page import Page

PREFIXES = ("/api/councilors", "/api/agents")


def make_app(context: Context) -> FastAPI:
    """The application over a running system."""
    app = FastAPI(
        title="Conselho",
        version=__version__,
        # FastAPI's own pages fetch their assets from outside; ours (docs_page.py) work without.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    problems.install(app)
    app.add_middleware(ETags)
    app.add_middleware(
        Idempotency,
        store=context.store,
        clock=context.clock,
        alone=context.system.settings.database_url.startswith("sqlite:"),
    )
    # The outermost: what the others do to an answer, they do to its words.
    app.add_middleware(Compressed)
    app.include_router(health.router)
    app.include_router(metrics.make_router(context))
    if "api" in context.system.settings.role:
        _include_api(app, context)
    else:
        app.add_api_route("/{path:path}", _no_api, include_in_schema=False)
    return app


def _include_api(app: FastAPI, context: Context) -> None:
    app.include_router(session.router)
    app.include_router(tokens.router)
    # Fixed paths first: `/api/councilors/scheduler/jobs` is not a councilor named `scheduler`.
    app.include_router(councilors.council)
    app.include_router(executions.router)
    app.include_router(instances.router)
    app.include_router(agents.router)
    for prefix in PREFIXES:
        app.include_router(councilors.seat, prefix=prefix, tags=["councilors"])
        app.include_router(schedules.seat, prefix=prefix, tags=["councilors"])
        app.include_router(findings.seat, prefix=prefix, tags=["councilors"])
        app.include_router(export.seat, prefix=prefix, tags=["councilors"])
        app.include_router(execute.seat, prefix=prefix, tags=["older clients"])
    app.include_router(schedules.router)
    app.include_router(bulk.router)
    app.include_router(maintenance.router)
    app.include_router(journal.router)
    app.include_router(audit.router)
    # Before `/api/tasks/{task_id}`: `events` is no task.
    app.include_router(legacy_tasks.router)
    app.include_router(tasks.router)
    app.include_router(kpis.router)
    app.include_router(series.router)
    app.include_router(timeline.router)
    app.include_router(export.router)
    app.include_router(usage.router)
    app.include_router(doctor.router)
    app.include_router(workers.make_router(context))
    app.include_router(catalogue.router)
    _mount_page(app)


async def _no_api(path: str) -> None:
    raise HTTPException(
        404,
        "This server has no API and no page, only /healthz, /readyz and /metrics: its roles"
        " (CONSELHO_ROLE) are without api. Ask another server of this council.",
    )


def _mount_page(app: FastAPI) -> None:
    folder = Path(str(resources.files("conselho"))) / "web_dist"
    docs_page.install(app, folder)
    if (folder / "index.html").is_file():
        app.mount("/", Page(directory=folder))
    else:
        app.add_api_route("/", _no_page, include_in_schema=False)


def _no_page() -> Response:
    return PlainTextResponse(
        "The page is not built. Run `make page` in the source tree, or install the wheel.\n",
        status_code=503,
    )

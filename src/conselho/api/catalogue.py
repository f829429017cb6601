"""The shipped catalogue, for whoever writes a councilor on the page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.services.catalogue import document

router = APIRouter(prefix="/api/catalogue", tags=["catalogue"])


@router.get("")
def shipped_catalogue(lang: Annotated[str | None, Query(max_length=40)] = None) -> dict[str, Any]:
    """Task templates and investigators with their whole texts: any Portuguese is pt-BR, else en."""
    return document(lang)

"""Routes about the server itself: is it well, what does it answer with, how much does it do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from rostro.gallery.base import backend_of, gallery_name
from rostro.recognition.catalogue import Model, catalogue
from rostro.recognizer import Recognizer
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.service import TheService

health = APIRouter(tags=["server"])
router = guarded_router("server")
unversioned = guarded_router("server", prefix="")


@health.get("/healthz", response_model=schemas.Health, responses={503: {"model": schemas.Health}})
async def healthz(service: TheService) -> JSONResponse:
    """Whether the server answers and its gallery does, and whether it shows what it watches. Needs no key."""
    well = await service.is_well()
    health = schemas.Health(status="ok" if well else "gallery-unreachable", watching=service.watching is not None)
    return JSONResponse(health.model_dump(), 200 if well else 503)


@unversioned.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}},
    openapi_extra=needs(Role.READ),
)
async def metrics(service: TheService) -> Response:
    """Numbers for Prometheus; no names, photos or keys."""
    return Response(service.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get("/galleries", response_model=schemas.Galleries, openapi_extra=needs(Role.READ))
def galleries(service: TheService) -> JSONResponse:
    """The gallery that this server answers from."""
    recognizer = service.recognizer
    info = recognizer.gallery.info()
    row = {
        "name": gallery_name(recognizer.gallery_url),
        "backend": backend_of(recognizer.gallery_url),
        "space": recognizer.gallery.space,
        "people": info.people,
        "templates": info.templates,
        "threshold": recognizer.operating_point.threshold,
        "false_match_rate": recognizer.operating_point.fmr,
        "keeps_pictures": service.keep_pictures,
    }
    return JSONResponse({"galleries": [row]})


@router.get("/models", response_model=schemas.Models, openapi_extra=needs(Role.READ))
def models(service: TheService) -> JSONResponse:
    """The detectors and embedders that rostro knows, and which of them this server uses."""
    rows = [_model(model, service.recognizer) for model in catalogue() if model.task != "sample"]
    return JSONResponse({"models": rows})


def _model(model: Model, recognizer: Recognizer) -> dict[str, Any]:
    return {
        "task": model.task,
        "name": model.name,
        "about": model.about,
        "dims": model.dims,
        "licence": model.licence,
        "commercial": model.commercial,
        "installed": all(recognizer.store.is_installed(entry) for entry in model.files),
        "used": (model.task, model.name)
        in {("detector", recognizer.detector_name), ("embedder", recognizer.embedder_name)},
    }

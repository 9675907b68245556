"""A browser that uploads, and whoever does the work afterwards."""

from __future__ import annotations

import json
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from orchestrator.job import Job
from services.build import kinds
from tests.services.api.conftest import Served

PIECE = {"Content-Type": "application/offset+octet-stream"}


def begun(client: TestClient, url: str, name: str, size: int, **more: Any) -> Response:
    """The answer to one that is begun."""
    return client.post(f"{url}/uploads", json={"name": name, "size": size, **more})


def sent(client: TestClient, url: str, upload_id: str, offset: int, piece: bytes, **headers: str) -> Response:
    """The answer to one piece."""
    return client.patch(
        f"{url}/uploads/{upload_id}", content=piece, headers={**PIECE, "Upload-Offset": str(offset), **headers}
    )


def uploaded(client: TestClient, url: str, name: str, content: bytes) -> str:
    """The id of one that is here entirely."""
    upload_id: str = begun(client, url, name, len(content)).json()["id"]
    assert sent(client, url, upload_id, 0, content).status_code == 204
    return upload_id


def done(served: Served, job: dict[str, Any]) -> dict[str, Any]:
    """What came of a job, which is done here and now; raises what it fails with."""
    archive = served.lantern.archive
    body = next(kind.body for kind in kinds() if kind.name == job["kind"])
    body(Job(archive, job["id"], job["memorial"], lambda: False))
    report: dict[str, Any] = json.loads(archive.paper(job["memorial"], job["id"], "report") or b"null")
    return report

"""The sample memorial with its own engines: a live answer in sound and picture, and the loops around it."""

import io
import json
import struct
from itertools import pairwise
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.services.api.conftest import Served
from tests.services.live.test_socket import begin, connect

AT_REST = 1.0  # grey levels, over what an encoder makes of the grain of a photo


def apart(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """How far two pictures are from each other, in blocks of 16 × 16 pixels."""
    blocks = (one - other).reshape(one.shape[0] // 16, 16, -1, 16).mean(axis=(1, 3))
    return float(np.abs(blocks).mean())


def test_an_answer_is_heard_and_seen(talking: Served) -> None:
    with talking.client("visitor") as client, connect(client, talking, begin(client, talking)) as line:
        line.receive_json()
        line.send_json({"type": "say", "id": "a", "text": "What did you think of ships?"})
        told, film = list[dict[str, Any]](), b""
        while not told or told[-1]["type"] != "end":
            message = line.receive()
            if message.get("bytes") is None:
                told.append(json.loads(message["text"]))
                continue
            turn, piece = struct.unpack(">II", message["bytes"][:8])
            film += message["bytes"][8:]
            line.send_json({"type": "played", "turn": turn, "s": max(0.0, piece * 0.2 - 1.0)})
    assert told[-1]["reason"] == "said"
    with av.open(io.BytesIO(film), "r") as container:
        pictures = [each.to_ndarray(format="gray").astype(int) for each in container.decode(video=0)]
    with av.open(io.BytesIO(film), "r") as container:
        sound = np.concatenate([each.to_ndarray()[0] for each in container.decode(audio=0)])
    assert abs(len(sound) / 48_000 - told[-1]["duration_s"]) < 0.05
    assert np.abs(sound).max() > 0.1
    moved = [np.abs(one - other).mean() for one, other in pairwise(pictures)]
    assert max(moved) > 0.1
    assert apart(pictures[0], pictures[-1]) < AT_REST


def test_a_loop_begins_and_ends_at_rest_and_is_made_once(talking: Served) -> None:
    with talking.client("visitor") as client:
        begun = client.post(talking.url("/conversations"), json={}).json()
        first = client.get(begun["loops"]["idle"])
        assert (first.status_code, first.headers["content-type"]) == (200, "video/mp4")
        again = client.get(begun["loops"]["idle"], headers={"If-None-Match": first.headers["etag"]})
        part = client.get(begun["loops"]["idle"], headers={"Range": "bytes=0-99"})
        poster = client.get(begun["loops"]["poster"])
    assert again.status_code == 304
    assert (part.status_code, part.content) == (206, first.content[:100])
    assert poster.content[:2] == b"\xff\xd8"
    with av.open(io.BytesIO(first.content), "r") as container:
        pictures = [each.to_ndarray(format="gray").astype(int) for each in container.decode(video=0)]
        assert container.metadata["comment"] == "AI-generated likeness"
    assert apart(pictures[0], pictures[-1]) < AT_REST

"""What the service counts and times, for Prometheus. Knows templates of routes and no path, numbers and no word.

Counting is for one process, as the service is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from orchestrator.job import State

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY = CollectorRegistry()
REQUEST_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
ANSWER_S = (0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 0.9, 1.5, 2.5, 5.0, 10.0)  # the goals are 0.15 and 0.9

ProcessCollector(registry=REGISTRY)
_requests = Histogram(
    "lantern_request_seconds",
    "From a request's head to the end of its answer",
    ["method", "route", "status"],
    buckets=REQUEST_S,
    registry=REGISTRY,
)
_sockets = Gauge("lantern_conversations_live", "Conversations that are open in a browser", registry=REGISTRY)
_answers = Gauge("lantern_answers_running", "Answers that are being spoken just now", registry=REGISTRY)
_phrases = Histogram(
    "lantern_first_phrase_seconds", "From a line to the first words", buckets=ANSWER_S, registry=REGISTRY
)
_pieces = Histogram(
    "lantern_first_piece_seconds", "From a line to the first sound and picture", buckets=ANSWER_S, registry=REGISTRY
)
_left_out = Counter("lantern_frames_left_out", "Pictures that slow clients were not sent", registry=REGISTRY)
_jobs = Gauge("lantern_jobs", "Long work by its state; of what has ended, the latest", ["state"], registry=REGISTRY)


def request(method: str, route: str, status: int, took_s: float) -> None:
    """One was answered."""
    _requests.labels(method, route, str(status)).observe(took_s)


def conversing(change: int) -> None:
    """A conversation's socket was opened (+1) or closed (-1)."""
    _sockets.inc(change)


def talking(change: int) -> None:
    """An answer began (+1) or ended (-1)."""
    _answers.inc(change)


def first_phrase(after_s: float) -> None:
    """The first words of an answer were told."""
    _phrases.observe(after_s)


def first_piece(after_s: float) -> None:
    """The first piece of an answer's film was told."""
    _pieces.observe(after_s)


def frames_left_out(number: int) -> None:
    """So many pictures were not sent, for a client or a machine that cannot keep up."""
    _left_out.inc(number)


def exposition(jobs: Mapping[str, int]) -> bytes:
    """All of it, as Prometheus reads it."""
    for state in get_args(State):
        _jobs.labels(state).set(jobs.get(state, 0))
    return generate_latest(REGISTRY)

"""Every route and socket of the application as it is, with the access that it declares."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts
from hypothesis import Phase, find, settings
from hypothesis.strategies import from_regex

from services.api.access import Anyone, Needs, Signed
from services.api.app import PREFIX

SOCKET = "SOCKET"
MEMORIAL = "memorial_id"
MADE_UP = ("0" * 32, "999999")  # of the shape of an id, and of a number
DOCUMENTATION = f"{PREFIX}/openapi.json"

Access = Anyone | Signed | Needs


@dataclass(frozen=True)
class Way:
    """One method of one path. `others` are made-up values for what is in the path beside the memorial."""

    method: str
    path: str
    access: tuple[Access, ...]
    others: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def has_memorial(self) -> bool:
        return f"{{{MEMORIAL}}}" in self.path

    def url(self, memorial_id: str) -> str:
        return self.path.replace(":path}", "}").format(**{**self.others, MEMORIAL: memorial_id})


def ways(app: FastAPI) -> list[Way]:
    """All there are: those deep in a path first, and what removes something last."""
    found = [way for context in iter_route_contexts(app.routes) for way in _ways(context)]
    return sorted(found, key=lambda way: (way.method == "DELETE", -way.path.count("/"), way.path, way.method))


def _ways(context: RouteContext) -> Iterator[Way]:
    path = context.path or ""
    if path == DOCUMENTATION:
        return
    if not isinstance(context.original_route, APIRoute | APIWebSocketRoute):
        raise TypeError(f"{path} is no route that can declare who may ask: {context.original_route!r}")
    dependant: Dependant = context.dependant
    access = tuple(dict.fromkeys(_access(dependant)))  # a dependency may ask for it again
    others = {field.alias: _made_up(field) for field in _path_fields(dependant) if field.alias != MEMORIAL}
    for method in sorted(context.methods or ()) or (SOCKET,):
        yield Way(method, path, access, others)


def _access(dependant: Dependant) -> Iterator[Access]:
    if isinstance(dependant.call, Access):
        yield dependant.call
    for each in dependant.dependencies:
        yield from _access(each)


def _path_fields(dependant: Dependant) -> Iterator[Any]:
    yield from dependant.path_params
    for each in dependant.dependencies:
        yield from _path_fields(each)


def _made_up(field: Any) -> str:
    """A value that the field takes."""
    patterns = [told.pattern for told in field.field_info.metadata if getattr(told, "pattern", None)]
    candidates = (*map(_taken, patterns), *MADE_UP, *map(str, get_args(field.field_info.annotation)))
    return next(each for each in candidates if not field.validate(each, {}, loc=())[1])


@cache
def _taken(pattern: str) -> str:
    """A text that a pattern takes."""
    first = settings(max_examples=1, phases=(Phase.generate,), database=None, deadline=None)
    return find(from_regex(pattern, fullmatch=True), lambda _: True, settings=first, random=Random(0))

"""Long lists a page at a time. A cursor says where the next page begins; it is opaque to those who hand it back.

`after` of a list in memory is the id of the last item given: what was added or removed meanwhile moves nothing.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from services.api.problems import Problem

MOST = 200  # items of a page
USUAL = 50
CURSOR_CHARS = 400

T = TypeVar("T")
R = TypeVar("R")
Place = str | int


class Page(BaseModel, Generic[T]):
    """Some of a list, in its order."""

    items: list[T]
    next: str | None = Field(description="Give this as `after` for the next page; null on the last one.")


@dataclass(frozen=True, slots=True)
class Window:
    """Which page is asked for. `after` is the place of the last item that the asker has, None at the beginning."""

    limit: int
    after: Place | None

    def of(self, items: Iterable[T], place: Callable[[T], Place]) -> tuple[list[T], str | None]:
        """That page of a whole list and the cursor of the next. Where the item at `after` is gone, 422."""
        rest = iter(items)
        if self.after is not None and not any(place(each) == self.after for each in rest):
            raise Problem(422, "gone", "what this page began after is not there any more: begin again without `after`")
        return self.cut(islice(rest, self.limit + 1), place)

    def cut(self, found: Iterable[T], place: Callable[[T], Place]) -> tuple[list[T], str | None]:
        """The page from the items behind `after`, of which one more than `limit` was looked for."""
        items = list(found)
        page = items[: self.limit]
        return page, cursor(place(page[-1])) if len(items) > self.limit else None

    def page(self, items: Iterable[T], place: Callable[[T], Place], shown: Callable[[T], R]) -> Page[R]:
        """The same as `of`, as the answer of a route."""
        found, following = self.of(items, place)
        return Page(items=[shown(each) for each in found], next=following)


def cursor(place: Place) -> str:
    """A place in a list, as a word for URLs."""
    return urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()


def _place(after: str) -> Place:
    try:
        place = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except ValueError as err:
        raise _strange() from err
    if isinstance(place, bool) or not isinstance(place, str | int):
        raise _strange()
    return place


def _strange() -> Problem:
    return Problem(422, "invalid", "this cursor was not given by this list: begin without `after`")


def _window(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = USUAL,
    after: Annotated[
        str | None, Query(max_length=CURSOR_CHARS, description="The `next` of the page before.", examples=["ImE1YiI"])
    ] = None,
) -> Window:
    return Window(limit, None if after is None else _place(after))


Paged = Annotated[Window, Depends(_window)]

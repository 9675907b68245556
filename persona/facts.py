"""What the memorial itself knows of a person: when they were born and died. Knows no letters.

Reads off a line whether it asks for that, or for what a family's introduction is likely to tell.
"""

from __future__ import annotations

from typing import Final, Literal

from data.types import Person
from persona.dates import spoken_in_full
from persona.language import folded
from persona.patterns import pattern

Fact = Literal["died", "born", "age", "end"]
_FACTS: Final[tuple[Fact, ...]] = ("died", "age", "end", "born")
_FILE: Final = "facts.toml"


def fact_asked(line: str) -> Fact | None:
    """Which of the dates a line asks for; "end" is how they died, which no letter of theirs can say."""
    plain = folded(line)
    return next((fact for fact in _FACTS if pattern(_FILE, fact).search(plain)), None)


def is_for_the_family(line: str) -> bool:
    """Whether it asks who is who, what somebody's work was, and the like."""
    return bool(pattern(_FILE, "who_is_who").search(folded(line)))


def dates_of(person: Person, fact: Fact) -> dict[str, str] | None:
    """The dates that answer, said aloud; None where they are not known."""
    known = {"born": person.born, "died": person.died}
    needed = ("born", "died") if fact == "age" else () if fact == "end" else (fact,)
    said = {name: spoken_in_full(date, person.language) for name in needed if (date := known[name])}
    return said if len(said) == len(needed) else None

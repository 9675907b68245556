"""In which country this machine stands, by its time zone. Knows nothing of its language, which tells less."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ZONES = Path("/usr/share/zoneinfo")
LOCALTIME = Path("/etc/localtime")


def country(env: Mapping[str, str], zones: Path = ZONES, localtime: Path = LOCALTIME) -> str | None:
    """Its ISO 3166 code: `LANTERN_COUNTRY` where that is set, None where neither that nor the zone tells it."""
    chosen = env.get("LANTERN_COUNTRY", "").strip().upper()
    return chosen or _by_zone(zones).get(env.get("TZ", "").strip() or _zone_of(zones, localtime))


def _zone_of(zones: Path, localtime: Path) -> str:
    """Europe/London, where the link to the zone's rules says so."""
    target = localtime.resolve()
    return str(target.relative_to(zones.resolve())) if target.is_relative_to(zones.resolve()) else ""


def _by_zone(zones: Path) -> dict[str, str]:
    """Country by zone, as the table of the time zone database has it."""
    try:
        rows = (zones / "zone.tab").read_text("ascii", "replace").splitlines()
    except OSError:
        return {}
    parts = (row.split("\t") for row in rows if not row.startswith("#"))
    return {each[2]: each[0] for each in parts if len(each) > 2}

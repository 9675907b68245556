"""How much memory this process holds just now."""

from pathlib import Path

PAGE_MB = 4096 / 2**20


def rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB

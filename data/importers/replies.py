"""Tells a mail's own words from what it quotes and from its signature. Knows the forms in which mail programs quote, in
English, Chinese and a few more; knows nothing of how mails are kept.

What is quoted was written by somebody else, or was read before. Where it begins cannot always be told; what is in
none of these forms stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAD_LINES = 3  # over which "On Monday, Tom wrote:" may be broken
LEAD_CHARS = 300
HEADER_LINES = 3  # of From, Sent, To, Subject one below the other begin what was forwarded or answered

_QUOTED = re.compile(r"\s{0,3}(?:>|&gt;)")
_LEAD = re.compile(
    r"(?:on|am|le|el|il|em|op|den)\b.*\b(?:wrote|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev)\b.*[:：]"
    r"|.*\d.*(?:写道|寫道)\s*[:：]|.*<[^<>\s]+@[^<>\s]+>.*(?:wrote|写道|寫道)?\s*[:：]",
    re.IGNORECASE,
)
_BEGINS_LEAD = re.compile(r"on\b|am\b|le\b|el\b|il\b|em\b|op\b|den\b|在|于|.*\d{4}\s*年|\d|.*@", re.IGNORECASE)
_RULE = re.compile(
    r"\s*(?:-{2,}|_{2,}|—{2,})\s*(?:original (?:message|appointment)|forwarded (?:message|by .*)|"
    r"reply message|原始邮件|原始郵件|原邮件|转发邮件信息|转发的邮件|轉寄的郵件|回复的原邮件|ursprüngliche nachricht|"
    r"message d'origine)"
    r"\s*(?:-{2,}|_{2,}|—{2,})?\s*|\s*begin forwarded message:\s*",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*[*]*(?:from|sent|date|to|cc|subject|发件人|發件人|寄件者|发送时间|發送時間|寄件日期|日期|时间|收件人|收件者|抄送|"
    r"主题|主旨|von|gesendet|an|betreff|de|envoyé|à|objet)[*]*\s*[:：][*]*\s*\S",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"-- ?")
_DEVICE = re.compile(
    r"\s*(?:(?:sent|get|von|envoyé|enviado) (?:from|via|with|outlook|meinem|de|depuis|desde)\b.{0,60}|"
    r"发自我?的?.{0,30}|從我的.{0,20}傳送|寄自我的.{0,20}|来自.{0,20}(?:手机|客户端|邮箱).{0,10}|来自我的.{0,20})\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Own:
    """The writer's own words, and how many lines of the others were cut."""

    text: str
    quoted_lines: int
    signature_lines: int


def own_words(text: str) -> Own:
    """A mail's text without what it quotes."""
    lines = text.split("\n")
    kept, quoted = _unquoted(lines)
    signature = _signature_at(kept)
    signed = sum(bool(line.strip()) for line in kept[signature:])
    return Own("\n".join(kept[:signature]).strip(), quoted, signed)


def _unquoted(lines: list[str]) -> tuple[list[str], int]:
    """The lines left, and how many were quoted: those marked, with their leads, and all below a rule or headers."""
    kept: list[str] = []
    quoted = at = 0
    while at < len(lines):
        if _RULE.fullmatch(lines[at]) or _are_headers(lines, at):
            return kept, quoted + sum(bool(line.strip()) for line in lines[at:])
        led = _lead_lines(lines, at)
        if led or _QUOTED.match(lines[at]):
            quoted += max(led, 1)
        else:
            kept.append(lines[at])
        at += max(led, 1)
    return kept, quoted


def _are_headers(lines: list[str], at: int) -> bool:
    """Whether headers stand here one below the other, as some programs put them above what was answered."""
    held = [line for line in lines[at : at + 2 * HEADER_LINES] if line.strip()][:HEADER_LINES]
    return len(held) == HEADER_LINES and bool(lines[at].strip()) and all(map(_HEADER.match, held))


def _lead_lines(lines: list[str], at: int) -> int:
    """Over how many lines a lead such as "On Monday, Tom wrote:" goes, quoted lines below it; 0 where there is none."""
    if not _BEGINS_LEAD.match(lines[at]):
        return 0
    for count in range(1, LEAD_LINES + 1):
        lead = " ".join(line.strip() for line in lines[at : at + count])
        if len(lead) > LEAD_CHARS or not lines[at + count - 1 : at + count] or not lines[at + count - 1].strip():
            return 0
        if _LEAD.fullmatch(lead):
            after = next((line for line in lines[at + count :] if line.strip()), "")
            return count if _QUOTED.match(after) else 0
    return 0


def _signature_at(lines: list[str]) -> int:
    """Where the signature begins: at its sign, or at what a telephone adds as the last line."""
    sign = next((at for at, line in enumerate(lines) if _SIGNATURE.fullmatch(line)), len(lines))
    last = next((at for at in range(sign - 1, -1, -1) if lines[at].strip()), None)
    return last if last is not None and _DEVICE.fullmatch(lines[last]) else sign

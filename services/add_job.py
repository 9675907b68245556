"""Adding as a durable job: the files travel as papers, cut into pieces so that none need fit into memory."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace

from data.archive import Memorial
from data.importers.gathered import Found
from data.importers.imported import File
from data.importers.lines import reading
from data.importers.speakers import Chatting, Speaker
from data.importers.writers import Writer
from data.uploads import forget
from orchestrator.job import Job
from services import keeping, learning, uploaded
from services.bringing import Batch, Brought, Look
from services.build import Made
from services.live import loops
from services.report import Json

PIECE_BYTES = 64 << 20  # of a file, in memory at a time
NAMES_AT_ONCE = 1_000  # in one statement


class AddOrder(Mapping[str, bytes]):
    """What a job that adds a batch is given: the order, and the files in pieces, each read when it is asked for."""

    def __init__(self, batch: Batch) -> None:
        sent = {id(each.file): each.file for one in batch.brought for each in one.look.sent}
        self._files = [found.file for one in batch.brought for found in one.found]
        self._places = {id(file): place for place, file in enumerate(self._files)}
        for one in batch.brought:
            for file in one.found[0].file.beside.values():
                if id(file) in sent and id(file) not in self._places:
                    self._places[id(file)] = len(self._files)
                    self._files.append(file)
        self._pieces = {
            f"file-{place}-{piece}": (file, piece)
            for place, file in enumerate(self._files)
            for piece in range(max(1, -(-file.size_bytes // PIECE_BYTES)))
        }
        self._order = json.dumps(self._told(batch)).encode()
        self._next = ""  # the piece with which the file that was read last goes on
        self._coming: Iterator[bytes] = iter(())

    def __getitem__(self, name: str) -> bytes:
        if name == "order":
            return self._order
        file, piece = self._pieces[name]
        if self._next != name:
            self._coming = _pieces_from(file, piece)
        self._next = f"{name.rpartition('-')[0]}-{piece + 1}"
        return next(self._coming)

    def __iter__(self) -> Iterator[str]:
        return iter(["order", *self._pieces])

    def __len__(self) -> int:
        return 1 + len(self._pieces)

    def _told(self, batch: Batch) -> Json:
        pieces = [max(1, -(-file.size_bytes // PIECE_BYTES)) for file in self._files]
        return {
            "files": [[file.name, count] for file, count in zip(self._files, pieces, strict=True)],
            "brought": [self._one(one) for one in batch.brought],
            "left": batch.left,
            "left_out": dict(batch.left_out),
            "warnings": batch.warnings,
            "author": batch.author,
            "given": batch.given,
            "face": batch.face,
            "size_px": batch.size_px,
            "role": batch.role,
        }

    def _one(self, one: Brought) -> Json:
        beside = one.found[0].file.beside
        return {
            "role": one.role,
            "theirs": one.theirs,
            "writer": one.writer and asdict(one.writer),
            "count": one.look.count,
            "speakers": [asdict(each) for each in one.look.speakers],
            "chats": [[chat, each.name, sorted(each.names)] for chat, each in one.look.chats.items()],
            "sent": bool(one.look.sent),
            "found": [[self._places[id(each.file)], each.shown, each.named, each.near] for each in one.found],
            "beside": {path: self._places[id(file)] for path, file in beside.items() if id(file) in self._places},
        }


def _pieces_from(file: File, piece: int) -> Iterator[bytes]:
    """Each piece from that one on. They are read in their order: what lies in a zip cannot be entered in its middle."""
    with reading(file) as stream:
        stream.seek(piece * PIECE_BYTES)
        while True:
            yield stream.read(PIECE_BYTES)


def add_files(job: Job) -> None:
    """The body of the job: learn from the files that came with it or were uploaded before, and keep all of them."""
    if job.paper("report") is None:
        _add(job)
    if json.loads(job.given("report"))["learned"]["portrait"]:
        loops.make_ready(job)


def _add(job: Job) -> None:
    order = json.loads(job.given("order"))
    memorial = job.archive.memorial(job.memorial_id)
    if "uploads" in order:
        with uploaded.looked(job.archive, memorial, order, job, preview=False) as (batch, once):
            keep(job, memorial, batch, once, uploads=order["uploads"])
        return
    names = [f"file-{place}-{piece}" for place, (_, count) in enumerate(order["files"]) for piece in range(count)]
    with ExitStack() as lent:
        keep_with_papers(job, memorial, _batch(order, _files(job, order, lent)), names)


def keep_with_papers(job: Job, memorial: Memorial, batch: Batch, papers: Sequence[str] = ()) -> None:
    """The same as `keep`, with what is made as papers of the job."""
    made = list(papers)
    keep(job, memorial, batch, _once(job, made), made)


def keep(
    job: Job,
    memorial: Memorial,
    batch: Batch,
    once: learning.Once,
    made: Sequence[str] = (),
    uploads: Sequence[str] = (),
) -> None:
    """Learn from a batch and keep all of it in one transaction, in which the order, papers made and uploads go."""
    learnt = learning.learn(job.archive, memorial, batch, job, once)
    with job.step("keep") as advance, job.publishing() as adding:
        added = keeping.keep(job.archive, adding, batch, learnt, advance)
        report = keeping.report(adding.count(), batch, added, learnt)
        adding.add_paper(job.id, "report", json.dumps(report).encode())
        gone = ["order", *made]
        for start in range(0, len(gone), NAMES_AT_ONCE):
            adding.remove_papers(job.id, *gone[start : start + NAMES_AT_ONCE])
        forget(adding, uploads)


def _once(job: Job, made: list[str]) -> learning.Once:
    def once(making: learning.Making, make: Callable[[], Made]) -> Made:
        name = making.kind if making.place is None else f"{making.kind}-{making.place}"
        made.extend((name, f"{name}-says"))
        data, says = job.paper(name), job.paper(f"{name}-says")
        if data is not None and says is not None:
            return Made(data, tuple(json.loads(says)))
        fresh = make()
        job.publish(**{name: fresh.data, f"{name}-says": json.dumps(fresh.warnings).encode()})
        return fresh

    return once


def _files(job: Job, order: Json, lent: ExitStack) -> list[File]:
    files = []
    for place, (name, count) in enumerate(order["files"]):
        pieces = [f"file-{place}-{piece}" for piece in range(count)]
        path = lent.enter_context(job.archive.paper_file(job.memorial_id, job.id, pieces))
        files.append(File.on_disk(path, name))
        job.check()
    return files


def _batch(order: Json, files: list[File]) -> Batch:
    """What the order tells, over the files that were lent."""
    batch = Batch(
        [_brought(told, files) for told in order["brought"]],
        order["left"],
        Counter(order["left_out"]),
        order["warnings"],
        order["author"],
        tuple(order["given"]),
        order["face"],
        order["size_px"],
        order["role"],
    )
    for one, told in zip(batch.brought, order["brought"], strict=True):
        if told["sent"]:
            again = Look()
            deque(again.over(one.items()), maxlen=0)
            one.look.sent = again.sent
    return batch


def _brought(told: Json, files: list[File]) -> Brought:
    beside = {path: files[place] for path, place in told["beside"].items()}
    found = [Found(replace(files[place], beside=beside), *named) for place, *named in told["found"]]
    seen = tuple(Speaker(**{**each, "samples": tuple(each["samples"])}) for each in told["speakers"])
    writer = Writer(**told["writer"]) if told["writer"] else None
    chats = {chat: Chatting(name, set(names)) for chat, name, names in told.get("chats", ())}
    look = Look(count=told["count"], speakers=seen, chats=chats)
    return Brought(told["role"], tuple(found), tuple(told["theirs"]), look, writer)

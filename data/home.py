"""The one folder in which everything is kept: its stamp, its key, its temporary files and its caches.

    lantern.json    the version of this layout, and which key belongs to it
    home.key        32 random bytes; who has this file and the folder can read everything in it
    lantern.sqlite  (data/store)
    vault/          (data/vault.py)
    jobs.sqlite     (orchestrator/jobs.py)
    tls/            keys and certificates for the house (services/certificate.py)
    recall-model, speech-model   written by the family: which models to use
    jobs/           how far running work is; logs/ what became of it, for people
    tmp/            one folder for each running process; those of dead ones are swept
    caches/         what libraries keep for themselves

Knows nothing of memorials, and reads no environment unless it is asked to redirect the caches.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from data import files
from data.errors import BadHome, NotWritable

VERSION = 1  # of the folder's layout; raised when older code could no longer read it
KEY_BYTES = 32

STAMP = "lantern.json"
KEY = "home.key"
DATABASE = "lantern.sqlite"
JOBS_DATABASE = "jobs.sqlite"
JOBS = "jobs"
LOGS = "logs"
VAULT = "vault"
TMP = "tmp"
CACHES = "caches"
RECALL_MODEL = "recall-model"  # written by the family: a sentence-transformers model, by path or name
SPEECH_MODEL = "speech-model"  # and a faster-whisper model, by path

LOCK = ".lock"  # held while the folder is made, or the temporary files are swept
WRITERS = ".writers"  # shared by those who write, held alone by the one who sweeps
WORKER = ".worker"  # held by the one process that does the long work of this home
LOOKS, LOOKED_S = 5, 0.02  # one who only asks whether it is held holds it for that moment
TALKERS = ".talkers"  # shared by those who answer somebody at this moment

CACHE_FOLDERS = {
    "XDG_CACHE_HOME": "xdg",
    "MPLCONFIGDIR": "matplotlib",
    "NUMBA_CACHE_DIR": "numba",
    "TORCHINDUCTOR_CACHE_DIR": "torchinductor",
    "TRITON_CACHE_DIR": "triton",
}
SILENT = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}  # libraries that would tell others of their use
# Where large models lie: one who has set these has the models there, and is not asked to fetch them again.
MODEL_FOLDERS = {"HF_HOME": "huggingface", "TORCH_HOME": "torch", "TTS_HOME": "tts"}


class Home:
    """An opened home folder. `is_new` is true for the one who made it: the time to ask for a copy of the key."""

    def __init__(self, root: Path, key: bytes, *, is_new: bool) -> None:
        self.root = root
        self.key = key
        self.is_new = is_new
        self._starting = Lock()
        self._process = os.getpid()
        self._session: Path | None = None
        self._session_lock: int | None = None

    @classmethod
    def open(cls, root: Path) -> Home:
        """Open the folder, or make it; `BadHome` where it is damaged, newer, without its key or somebody else's."""
        root = files.folder(files.expanded(root))
        with files.explained(root):
            _check(root)  # before a lock is made in a folder that is somebody else's
        with files.explained(root / LOCK), _locked(root / LOCK):
            is_new = _check(root)
            for path in root.iterdir():
                if files.PART.fullmatch(path.name):  # of one who was killed while making the home
                    path.unlink()
            key = _make(root) if is_new else _read(root)
            home = cls(root, key, is_new=is_new)
            home._sweep()
        return home

    @classmethod
    def peek(cls, root: Path) -> None:
        """Raises what `open` would raise of the folder, and changes nothing; it is well where there is none yet."""
        root = files.expanded(root)
        with files.explained(root):
            if root.exists() and not _check(root):
                _read(root)

    @property
    def key_file(self) -> Path:
        """The file of which the family keeps a copy."""
        return self.root / KEY

    @property
    def database(self) -> Path:
        """The SQLite file, made by the store."""
        return self.root / DATABASE

    @property
    def jobs_database(self) -> Path:
        """The SQLite file of the queue library."""
        return self.root / JOBS_DATABASE

    @property
    def jobs(self) -> Path:
        """The folder in which running work says how far it is."""
        return files.folder(self.root / JOBS)

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return files.folder(self.root / LOGS)

    @property
    def vault(self) -> Path:
        """The folder of encrypted files."""
        return self.root / VAULT

    @property
    def recall_model(self) -> str | None:
        """The model of meanings that the family named for recall, if any."""
        return named_model(self.root, RECALL_MODEL)

    def cache(self, name: str) -> Path:
        """A folder for what can be made anew at any time, and tells nothing of anybody."""
        return files.folder(self.root / CACHES / name)

    def redirect_caches(self, env: MutableMapping[str, str] | None = None) -> None:
        """Point the libraries' own caches into the home. Call it before they are imported."""
        env = os.environ if env is None else env
        env.update(SILENT)
        for name, folder in CACHE_FOLDERS.items():
            env[name] = str(files.folder(self.root / CACHES / folder))
        for name, folder in MODEL_FOLDERS.items():
            env.setdefault(name, str(self.root / CACHES / folder))

    def temporary(self) -> Path:
        """The path of a new, empty file (0600) that goes away with this process at the latest."""
        with self._starting:
            if self._session is None:
                self._session, self._session_lock = self._begin_session()
            session = self._session
        path = session / secrets.token_hex(8)
        with files.explained(self.root):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, files.PRIVATE))
        return path

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """Held by one process at a time: while the database's tables are brought up to date."""
        with files.explained(self.root / LOCK), _locked(self.root / LOCK):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held from the first file of a change to the commit of its rows, so that nobody sweeps the files away."""
        with files.explained(self.root / WRITERS), _locked(self.root / WRITERS, fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True while nobody writes, in this process or another; False at once where somebody does."""
        with _if_free(self.root / WRITERS) as free:
            yield free

    @contextmanager
    def working(self) -> Iterator[bool]:
        """True for the one process that does this home's long work; False while another does."""
        with _if_free(self.root / WORKER, looks=LOOKS) as free:
            yield free

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Held while somebody is being answered, so that long work makes way."""
        with files.explained(self.root / TALKERS), _locked(self.root / TALKERS, fcntl.LOCK_SH):
            yield

    def somebody_works(self) -> bool:
        """Whether a process does this home's long work, this one included."""
        with _if_free(self.root / WORKER, fcntl.LOCK_SH) as free:
            return not free

    def somebody_talks(self) -> bool:
        """Whether anybody is being answered just now."""
        with _if_free(self.root / TALKERS) as free:
            return not free

    def close(self) -> None:
        """Remove this process's temporary files."""
        if self._session is not None and self._session_lock is not None:
            if self._process == os.getpid():  # a forked child leaves them to its parent
                shutil.rmtree(self._session, ignore_errors=True)
            os.close(self._session_lock)
            self._session = self._session_lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin_session(self) -> tuple[Path, int]:
        with files.explained(self.root / TMP), _locked(self.root / LOCK):
            session = files.folder(self.root / TMP / secrets.token_hex(8))
            lock = os.open(session / LOCK, os.O_CREAT | os.O_RDWR, files.PRIVATE)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return session, lock

    def _sweep(self) -> None:
        """Remove the temporary files of processes that are no more: a lock outlives no process, a number may."""
        for session in files.folder(self.root / TMP).iterdir():
            with suppress(OSError), _locked(session / LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(session, ignore_errors=True)


def named_model(root: Path, setting: str) -> str | None:
    """What the family wrote into one of the files that name a model, if they did."""
    try:
        return (root / setting).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as err:
        raise BadHome(f"{root / setting} cannot be read: write a model's path or name, or remove it") from err


@contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, files.PRIVATE)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


@contextmanager
def _if_free(path: Path, how: int = fcntl.LOCK_EX, looks: int = 1) -> Iterator[bool]:
    """True, and held until the block ends, where nobody holds it; False where somebody does at every look."""
    with files.explained(path), ExitStack() as held:
        free = False
        while not free and looks:
            with suppress(BlockingIOError):
                held.enter_context(_locked(path, how | fcntl.LOCK_NB))
                free = True
            looks -= 1
            time.sleep(0 if free or not looks else LOOKED_S)
        yield free


def _check(root: Path) -> bool:
    """Whether the home is still to be made; `BadHome` where the folder is not ours, or lost a part of itself."""
    names = {path.name for path in root.iterdir()}
    if (root / STAMP).exists():  # looked for last: another process may be making the home just now
        _check_database(root)
        return False
    if names & {DATABASE, VAULT}:
        raise BadHome(f"{root}: the file {STAMP} is missing: put it back from a backup of the folder")
    ours = {LOCK, KEY, TMP, WRITERS} if KEY in names else {LOCK}
    if any(name not in ours and not files.PART.fullmatch(name) for name in names):
        raise BadHome(f"{root} holds other files: choose an empty folder for LANTERN_HOME")
    return True


def _check_database(root: Path) -> None:
    """A new database would know nothing of the memorials that lie in the vault. SQLite leaves none of 0 bytes."""
    database, vault = root / DATABASE, root / VAULT
    lost = not database.exists() or not database.stat().st_size
    if lost and vault.exists() and any(path.is_dir() for path in vault.iterdir()):
        raise BadHome(f"{database} is missing: put it back from a backup; the memorials lie untouched in {vault}")


def _make(root: Path) -> bytes:
    """Key first, stamp last: with the stamp there, the home is whole."""
    with files.explained(root):
        root.chmod(0o700)
    if not (root / KEY).exists():
        encoded = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
        files.write(root / KEY, encoded, files.PRIVATE)
    key = _read_key(root)
    stamp = json.dumps({"version": VERSION, "key": _fingerprint(key)}) + "\n"
    files.write(root / STAMP, stamp.encode(), files.PRIVATE)
    return key


def _read(root: Path) -> bytes:
    try:
        stamp = json.loads((root / STAMP).read_bytes())
        version, fingerprint = int(stamp["version"]), str(stamp["key"])
    except (ValueError, KeyError, TypeError) as err:
        raise BadHome(f"{root / STAMP} is damaged: put it back from a backup of the folder") from err
    except OSError as err:
        raise BadHome(f"{root / STAMP} cannot be read: check the permissions of the folder") from err
    if version > VERSION:
        raise BadHome(f"{root} was made by a newer Lantern: install the newest version to open it")
    key = _read_key(root)
    if not hmac.compare_digest(_fingerprint(key), fingerprint):
        raise BadHome(f"{root / KEY} is the key of another home: put back the copy of this home's key")
    return key


def _read_key(root: Path) -> bytes:
    path = root / KEY
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except FileNotFoundError as err:
        raise BadHome(f"{path} is missing: put back the copy of it; nothing here can be read without it") from err
    except (binascii.Error, ValueError) as err:
        raise BadHome(f"{path} is damaged: put back the copy of it; nothing here can be read without it") from err
    except PermissionError as err:
        raise NotWritable(f"{path} cannot be read: run as the user who owns it") from err
    if len(key) != KEY_BYTES:
        raise BadHome(f"{path} is damaged: put back the copy of it; nothing here can be read without it")
    return key


def _fingerprint(key: bytes) -> str:
    """Tells keys apart without giving anything of the key away."""
    return hmac.new(key, b"lantern/home/1", hashlib.sha256).hexdigest()[:16]

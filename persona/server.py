"""The `openai` engine: a language model behind any server that speaks OpenAI's protocol (vLLM, Ollama, llama.cpp).

Sends their words only where `consent.py` lets them go, through no proxy, and follows no redirect. Knows no person and
no letters, and loads no model.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from difflib import SequenceMatcher
from typing import Any, Final, Literal, NoReturn

import httpx2

from data.errors import Busy, LanternError, Missing, NotReady, Refused, Unreachable
from persona.consent import THIS_MACHINE, Consent
from persona.language import HAN
from persona.streaming import words

Way = Literal["completions", "chat"]

CONNECT_S: Final = 5.0
CONTEXT_TOKENS: Final = 2048  # where nobody says how much the server lets a model read: GPT-J's, and Ollama's for long
CHARS_PER_TOKEN: Final = 3  # of English, which has four: rather too many tokens than a prompt that is cut unseen
TOKENS_PER_HAN: Final = 2  # as GPT-J has it; models that know Chinese have one or fewer
PATIENCE_S: Final = 180.0  # between two words: a server may have to load the model before the first
TEMPERATURE: Final = 0.7  # these two as sampling.py has them, which would load torch
NUCLEUS: Final = 0.9
MOST_STOPS: Final = 4  # that OpenAI's own server takes; here the text is cut at every one
FAULT_BYTES: Final = 65_536  # of an error's text that are read
FAULT_CHARS: Final = 160  # and shown
QUOTED_CHARS: Final = 10  # of the prompt in an error's text: the letters must not come into a log that way
OLLAMA_CLOUD: Final = "https://ollama.com"
_BEGINNING: Final = "\n"  # what a text of nothing is scored after: servers give the first token no likelihood
_PATHS: Final[dict[Way, str]] = {"completions": "/completions", "chat": "/chat/completions"}


class Server:
    """One model of one server. `way` is `completions` for a tuned model, `chat` for one that only converses."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        consent: Consent = THIS_MACHINE,
        key: str | None = None,
        way: Way = "completions",
        context_tokens: int = CONTEXT_TOKENS,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`url` as far as its /v1. Raises Refused where their words may not go there."""
        consent.require(url)
        if model.rpartition("-")[2] == "cloud" or model.endswith(":cloud"):  # Ollama hands these on
            consent.require(OLLAMA_CLOUD)
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise Refused("the server's key holds a sign that no key has: copy it again")
        self.context_tokens = context_tokens
        self._url = url.rstrip("/")
        self._model, self._way, self._key, self._patience_s = model, way, key, patience_s
        self._client = httpx2.Client(
            headers={} if key is None else {"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(patience_s, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,  # a proxy would read along
        )

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def stream(
        self,
        prompt: str,
        *,
        most_tokens: int,
        stops: Sequence[str] = (),
        seed: int | None = None,
        allowed: object | None = None,
    ) -> Generator[str, None, None]:
        """What follows a prompt, word by word, up to the text's end or a stop; close it to cancel.

        Raises NotReady where only something may come: a server cannot be held to that token by token.
        """
        if allowed is not None:
            raise NotReady("a server cannot be held to their own sentences: choose a model on this machine for that")
        asked = self._asked(prompt) | {
            "max_tokens": most_tokens, "stop": list(stops[:MOST_STOPS]), "stream": True, "top_p": NUCLEUS,
            "temperature": 0.0 if seed is None else TEMPERATURE,
        }  # fmt: skip
        with closing(self._pieces(asked if seed is None else asked | {"seed": seed}, prompt)) as pieces:
            yield from words(pieces, stops)

    def count(self, text: str) -> int:
        """How many tokens a text has, and rather more: a server does not show how it cuts them."""
        han = len(HAN.findall(text))
        return han * TOKENS_PER_HAN + -(-(len(text) - han) // CHARS_PER_TOKEN)

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        """The summed log-likelihood of each text after the context, in nats.

        Raises NotReady where the server tells no likelihoods of what it is given; most do not, vLLM does.
        """
        if self._way == "chat":
            raise self._no_likelihoods()
        before = context or _BEGINNING
        known = len(self._likelihoods(before))
        return [sum(self._numbers(self._likelihoods(before + text)[known:])) for text in texts]

    def _asked(self, prompt: str) -> dict[str, Any]:
        said = {"prompt": prompt} if self._way == "completions" else {"messages": [{"role": "user", "content": prompt}]}
        return {"model": self._model, **said}

    def _pieces(self, asked: dict[str, Any], prompt: str) -> Generator[str, None, None]:
        """The text as the server sends it. Raises Missing where it ends before the server said that it would."""
        ended = False
        with (
            self._in_our_words(),
            self._client.stream("POST", self._url + _PATHS[self._way], json=asked) as response,
        ):
            self._check(response, prompt)
            for event in httpx2.EventSource(response):
                if event.data == "[DONE]":
                    return
                for choice in self._choices(json.loads(event.data), prompt):
                    ended = ended or choice.get("finish_reason") is not None
                    yield (choice["text"] if self._way == "completions" else choice["delta"].get("content")) or ""
        if not ended:
            raise Missing(f"{self._url} broke off in the middle: try again")

    def _choices(self, told: Any, prompt: str) -> list[Any]:
        """At most one; none where the server only counts."""
        if "error" in told:
            raise Missing(f"{self._url} had a fault of its own{self._fault(told, prompt)}: its log may say more")
        found: list[Any] = told["choices"][:1]
        return found

    def _likelihoods(self, prompt: str) -> list[float | None]:
        """Of each of the prompt's tokens but the first."""
        asked = self._asked(prompt) | {"max_tokens": 1, "echo": True, "logprobs": 1, "temperature": 0.0}
        with (
            self._in_our_words(),
            self._client.stream("POST", self._url + _PATHS[self._way], json=asked) as response,
        ):
            self._check(response, prompt)
            told = json.loads(response.read())
            (choice,) = self._choices(told, prompt)
            found = (choice.get("logprobs") or {}).get("token_logprobs") or []
            count = (told.get("usage") or {}).get("prompt_tokens") or 0
        if count < 1 or len(found) < count:  # only those of the answer: as good as chance, and nobody would see it
            raise self._no_likelihoods()
        return list(found[:count])

    def _numbers(self, likelihoods: Sequence[float | None]) -> list[float]:
        found = [each for each in likelihoods if each is not None]
        if len(found) < len(likelihoods):
            raise self._no_likelihoods()
        return found

    def _no_likelihoods(self) -> NotReady:
        return NotReady(
            f"{self._url} does not tell how likely a given text is: for a trial use vLLM, or a model on this machine"
        )

    def _check(self, response: httpx2.Response, prompt: str) -> None:
        """Raises what a status means."""
        status = response.status_code
        if 300 <= status < 400:
            raise Refused(f"{self._url} sends elsewhere, and their words do not follow: give the server's own address")
        if status >= 400:
            self._refuse(status, self._fault(_json_of(response), prompt))

    def _refuse(self, status: int, fault: str) -> NoReturn:
        if status in (401, 403):
            raise Refused(
                f"{self._url} {'wants a key' if self._key is None else 'refuses the key'}: give the right one"
            )
        if status == 404:
            raise Refused(
                f"{self._url} knows no model {self._model}{fault}: {self._url}/models lists those that it has; "
                "where there is no list either, the address may lack its /v1"
            )
        if status in (429, 503):
            raise Busy(f"{self._url} is busy{fault}: try again in a while")
        if status < 500:
            raise Refused(f"{self._url} does not take this ({status}){fault}: its log may say more")
        raise Missing(f"{self._url} had a fault of its own ({status}){fault}: its log may say more")

    def _fault(self, told: Any, prompt: str) -> str:
        """What the server says of an error, on one line, without the key; nothing where it repeats their words."""
        error = told.get("error") if isinstance(told, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        if not isinstance(message, str):
            return ""
        shown = " ".join(message.replace(self._key or "\n", "…").split())[:FAULT_CHARS]
        same = SequenceMatcher(None, shown, " ".join(prompt.split()), autojunk=False).find_longest_match()
        return f" ({shown})" if shown and same.size < QUOTED_CHARS else ""

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        """Says what is wrong with a server, whatever the library calls it."""
        try:
            yield
        except LanternError:
            raise
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as err:
            raise Unreachable(f"no server answers at {self._url}: start it, or give the address where it runs") from err
        except httpx2.TimeoutException as err:
            raise Missing(
                f"{self._url} said nothing for {self._patience_s:.0f} s: it may still be loading, try again"
            ) from err
        except (httpx2.SSEError, httpx2.DecodingError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise Unreachable(
                f"what answers at {self._url} does not speak OpenAI's protocol: check the address"
            ) from err
        except httpx2.HTTPError as err:
            raise Missing(f"{self._url} broke off in the middle: try again") from err


def _json_of(response: httpx2.Response) -> Any:
    """The beginning of a body, where that is JSON."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > FAULT_BYTES:
            return None
    try:
        return json.loads(body)
    except ValueError:
        return None

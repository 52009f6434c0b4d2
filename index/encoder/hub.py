"""Find, load and identify a model of sentence-transformers: a folder, or a name on the hub.

Files that are on this machine already are used without a word to the hub, and a hub that can't be
reached is an answer within seconds. Sets nothing global; knows nothing about passages.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import torch
from huggingface_hub import constants
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer

from index.encoder.late import LateChunked, Prefixes
from index.encoder.sentence_encoder import OneByOne, SentenceEncoder
from index.errors import ModelUnavailable

logger = logging.getLogger(__name__)
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_TIMEOUT = 10.0  # seconds
# What loading raises: no such model, files that are not a model, a class that is not installed.
_FAILURES = (OSError, ValueError, ImportError, RuntimeError, KeyError, TypeError, AttributeError)


def open_from_hub(name: str, e5: Prefixes) -> LateChunked | OneByOne:
    """Open a model by its folder or its name; `e5` are the prefixes of models of that family.

    Raises `ModelUnavailable`.
    """
    model = _load(name)
    prefixes = _prefixes(model, name, e5)
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)  # only fast ones give offsets
    identity = f"{name}:{_digest(model, tokenizer, prefixes)[:16]}"
    if tokenizer is not None and _pools_by_mean(model):
        return LateChunked(SentenceEncoder(model, tokenizer), identity, prefixes)
    logger.info("%s does not pool by the mean: its sentences are encoded one by one", name)
    return OneByOne(model, identity, prefixes)


def _load(name: str) -> SentenceTransformer:
    is_folder = Path(name).exists()
    if not is_folder and not _NAME.fullmatch(name):
        raise ModelUnavailable(name, "there is no such folder, and no hub has such a name")
    try:
        return SentenceTransformer(name, local_files_only=True)
    except _FAILURES as error:
        if is_folder or constants.HF_HUB_OFFLINE:
            raise ModelUnavailable(name, _first_line(error)) from error
    _ask_whether_the_hub_is_there(name)
    try:
        return SentenceTransformer(name)
    except _FAILURES as error:
        raise ModelUnavailable(name, _first_line(error)) from error


def _ask_whether_the_hub_is_there(name: str) -> None:
    """Raise `ModelUnavailable` if not: loading would try each of its files for a minute."""
    try:
        urllib.request.urlopen(constants.ENDPOINT, timeout=_TIMEOUT).close()
    except urllib.error.HTTPError:
        pass  # it answers; whether it has the model is for loading to find out
    except OSError as error:
        reason = getattr(error, "reason", error)
        if not isinstance(reason, ssl.SSLError):  # the hub's client may know other certificates
            problem = f"it is not on this machine, and {constants.ENDPOINT} can't be reached"
            raise ModelUnavailable(name, f"{problem}: {reason}") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _prefixes(model: SentenceTransformer, name: str, e5: Prefixes) -> Prefixes:
    """Return the prefixes that a model says it was trained with, or those of its family."""
    prompts = {kind: prompt or "" for kind, prompt in model.prompts.items()}
    default = prompts.get(model.default_prompt_name or "", "")
    query = prompts.get("query") or default
    passage = prompts.get("passage") or prompts.get("document") or default
    of_the_family = re.search(r"(^|[-_/])e5([-_/]|$)", name.lower())
    if not query and not passage and of_the_family and "instruct" not in name.lower():
        return e5
    return Prefixes(query, passage)


def _pools_by_mean(model: SentenceTransformer) -> bool:
    """Tell whether the mean over a part of the tokens is that part's vector in this model."""
    pooling = model[1] if len(model) > 1 else None
    if not isinstance(pooling, Pooling) or not pooling.include_prompt:
        return False
    return pooling.pooling_mode in ("mean", ("mean",), ["mean"])


def _digest(model: SentenceTransformer, tokenizer: Tokenizer | None, prefixes: Prefixes) -> str:
    """Return a sha256 over all that vectors depend on; about a second for a gigabyte of weights."""
    digest = hashlib.sha256(json.dumps(prefixes).encode())
    if tokenizer is not None:
        digest.update(tokenizer.to_str().encode())
    for module in model:
        if isinstance(module, Pooling):
            digest.update(json.dumps(module.get_config_dict(), sort_keys=True).encode())
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()

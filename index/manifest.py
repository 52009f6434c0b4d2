"""What a generation was built with: all that must match when it is opened.

Knows nothing about where a generation lies and what is in its files.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from index.errors import IndexDamaged, IndexMismatch
from index.lexicon import load_lexicon
from index.nearest import Made
from index.scale import Scale
from index.text import ANALYZER

FORMAT = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a manifest.

    `embedder` names the encoder and identifies its very weights. `files` maps each file's relative
    path to its SHA-256, `sources` each source's id to that of its bytes.
    """

    format: int
    id: str
    built: str  # ISO 8601, UTC
    embedder: str
    dim: int
    analyzer: str
    lexicon: str
    counts: dict[str, int]
    sources: dict[str, str]
    files: dict[str, str]
    lists: Made | None  # of passage vectors, None where all are compared
    scale: Scale  # of the encoder's cosines


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises `IndexDamaged`, or `IndexMismatch` if it is of another format."""
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if fields.get("format") != FORMAT:
            raise IndexMismatch("format", fields.get("format"), FORMAT)
        return manifest_of(fields)
    except (
        OSError,
        UnicodeDecodeError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise IndexDamaged(path.parent, [f"{path.name}: {error}"]) from error


def manifest_of(fields: dict[str, Any]) -> Manifest:
    """Return what `dataclasses.asdict` made of a manifest; raises `KeyError` and `TypeError`."""
    lists, scale = fields["lists"], fields["scale"]
    return Manifest(**{**fields, "lists": lists and Made(**lists), "scale": Scale(**scale)})


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest."""
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")


def check_words(manifest: Manifest) -> None:
    """Raise `IndexMismatch` unless analyzer and lexicon are those of this program."""
    if manifest.analyzer != ANALYZER:
        raise IndexMismatch("the analyzer", manifest.analyzer, ANALYZER)
    if manifest.lexicon != load_lexicon().digest:
        raise IndexMismatch("the lexicon", manifest.lexicon, load_lexicon().digest)


def has_these_words(manifest: Manifest) -> bool:
    """Tell whether a generation was made with the analyzer and the lexicon of this program."""
    return (manifest.analyzer, manifest.lexicon) == (ANALYZER, load_lexicon().digest)

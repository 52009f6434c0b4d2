"""One file under two names: what never changes need not be there twice."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def share(path: Path, target: Path) -> None:
    """Give a file a second name; where the file system knows no hard links, copy it."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)

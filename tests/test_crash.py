"""Killed at any moment, an index is what it was or what it should become; see `crash`."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

ROUNDS = 30


@pytest.mark.slow
def test_killed_builders_leave_a_sound_index():
    # In a process of its own: it forks, which a process with threads must not.
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "crash.py"), str(ROUNDS)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ended = json.loads(done.stdout)
    assert sum(ended.values()) == ROUNDS
    assert ended["before"] > ROUNDS // 10  # kills that came in time

"""Inputs spoiled by a fuzzer that is led by the readers' code (atheris): no crash, no hang, no traceback."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = {"toml": 20_000, "xlsx": 400, "wkb": 400, "gpkg": 400}
SEED = int(os.environ.get("GRIDPLAN_SEED", "20261127"))
SECONDS = 400
SHOWN = 3_000  # characters of what the fuzzer said last


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has wheels for Linux on x86-64 only"
)
@pytest.mark.parametrize("kind", RUNS)
def test_led_to_what_is_rare_all_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    """Every input is read, or refused with a message; the fuzzer says how many it tried."""
    program = Path(__file__).with_name("guided.py")
    asked = [sys.executable, str(program), kind, str(tmp_path), f"-runs={RUNS[kind]}", f"-seed={SEED}"]
    done = subprocess.run(asked, capture_output=True, timeout=SECONDS, check=False)
    told = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    assert done.returncode == 0, told[-SHOWN:]
    assert f"Done {RUNS[kind]} runs" in told, told[-SHOWN:]

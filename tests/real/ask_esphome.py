"""Validates device files as ``esphome config`` does, many in one process: run by ESPHome's Python.

    python ask_esphome.py FILE...

Writes one JSON object a file: ``{"file", "valid", "said"}``, what ESPHome said where it refused or
warned.
"""

import contextlib
import io
import json
import logging
import sys
from pathlib import Path


def ask(path):
    from esphome.config import read_config  # ESPHome's Python has it, the one of the tests not
    from esphome.core import CORE

    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    logging.getLogger().handlers[:] = [handler]
    CORE.reset()
    CORE.config_path = Path(path)
    with contextlib.redirect_stdout(said):
        valid = read_config({}) is not None
    return {"file": path, "valid": valid, "said": said.getvalue()}


if __name__ == "__main__":
    for path in sys.argv[1:]:
        sys.__stdout__.write(json.dumps(ask(path)) + "\n")
        sys.__stdout__.flush()

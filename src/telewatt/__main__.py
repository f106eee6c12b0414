"""``python -m telewatt`` is ``telewatt``."""

from telewatt.cli import main

main()

"""``python -m imstack``."""

from imstack.cli.app import main

main()

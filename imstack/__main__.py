"""``python -m imstack``."""

from imstack.cli.app import main

if __name__ == "__main__":
    main()

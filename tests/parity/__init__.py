"""The package against the real command lines: same numbers, same text, same pixels."""

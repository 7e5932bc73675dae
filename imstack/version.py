"""The version of imstack, where every part can read it."""

VERSION = "0.1.0"

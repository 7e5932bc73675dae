"""Scenes with known truth, and the program that scores stacks of them: `tests.benchmarks.score`."""

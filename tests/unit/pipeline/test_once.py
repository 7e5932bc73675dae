"""Listening to many runs: each stage and each warning is news once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.pipeline.sweeps.once import Once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imstack.watch import Expected


class Heard:
    """Notes everything."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []

    def expect(self, stages: Mapping[str, Expected]) -> None:
        self.events.append(("expect", stages))

    def begin(self, stage: str, total: int) -> None:
        self.events.append(("begin", stage, total))

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        self.events.append(("done", stage, item, cached))

    def say(self, text: str) -> None:
        self.events.append(("say", text))

    def detail(self, text: str) -> None:
        self.events.append(("detail", text))

    def warn(self, text: str) -> None:
        self.events.append(("warn", text))


def test_later_runs_are_details() -> None:
    heard = Heard()
    watch = Once(heard)
    for cached in (False, True):
        watch.begin("scale", 2)
        watch.done("scale", "a", cached=cached)
        watch.done("scale", "b", cached=cached)
        watch.warn("doubtful")
        watch.say("Find scale of 0")
    watch.done("white", "w", cached=False)
    assert heard.events == [
        ("begin", "scale", 2),
        ("done", "scale", "a", False),
        ("done", "scale", "b", False),
        ("warn", "doubtful"),
        ("detail", "  scale a (cached)"),
        ("detail", "  scale b (cached)"),
        ("detail", "  white w"),
    ]

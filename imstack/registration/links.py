"""Which frames belong together, by the pairs that trust themselves, and the way between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from imstack.registration.algebra import inverse
from imstack.registration.chain import Chained, doubt, linked
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imstack.registration.pair import PairFound

    Links = Mapping[tuple[int, int], PairFound]


def groups(links: Iterable[tuple[int, int]], count: int) -> list[list[int]]:
    """Return the frames 0..count-1 in groups that links hold together, the largest first."""
    group = {number: [number] for number in range(count)}
    for one, other in links:
        if group[one] is not group[other]:
            joined = sorted(group[one] + group[other])
            for number in joined:
                group[number] = joined
    different = {id(members): members for members in group.values()}
    return sorted(different.values(), key=lambda members: (-len(members), members))


def bridges(links: Iterable[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Return the pairs to try where neighbours do not hold together.

    Across each of the two frames of such a pair, and between the ends of larger groups.
    """
    links = set(links)
    wanted = set()
    for one, other in pairwise(range(count)):
        if (one, other) not in links:
            wanted |= {(one - 1, other), (one, other + 1)}
    large = sorted(members for members in groups(links, count) if len(members) > 1)
    wanted |= {(one[-1], other[0]) for one, other in pairwise(large) if one[-1] < other[0]}
    return sorted(pair for pair in wanted - links if 0 <= pair[0] < pair[1] - 1 and pair[1] < count)


def placed(links: Links, reference: int) -> dict[int, Chained]:
    """Return where the frames lie on frame `reference`: by the surest way of links to each.

    `links` are keyed by the moving and the fixed frame. Frames that no way leads to are left out.
    """
    found = {reference: Chained(Placement(), 0.0)}
    while True:
        ways = [
            (found[near].error + doubt(pair), far, near, link)
            for (moving, fixed), pair in links.items()
            for far, near, link in (
                (moving, fixed, pair.placement),
                (fixed, moving, inverse(pair.placement)),
            )
            if near in found and far not in found
        ]
        if not ways:
            return found
        error, far, near, link = min(ways, key=lambda way: way[:3])
        found[far] = linked(found[near], link, error - found[near].error)

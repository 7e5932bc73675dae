"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.layers import REACH
from imstack.merge.merging import Merged, corrects, merge_frames, rounds
from imstack.merge.order import Order

__all__ = ["REACH", "Merged", "Order", "corrects", "merge_frames", "rounds"]

"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.layers import REACH
from imstack.merge.merging import Merged, merge_frames
from imstack.merge.order import Order

__all__ = ["REACH", "Merged", "Order", "merge_frames"]

"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.layers import REACH
from imstack.merge.merging import Merged, merge_frames

__all__ = ["REACH", "Merged", "merge_frames"]

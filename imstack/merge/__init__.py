"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.layers import REACH
from imstack.merge.merging import Merged, corrects, merge_frames, rounds

__all__ = ["REACH", "Merged", "corrects", "merge_frames", "rounds"]

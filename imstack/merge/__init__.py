"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.merging import PASSES, Merged, merge_frames

__all__ = ["PASSES", "Merged", "merge_frames"]

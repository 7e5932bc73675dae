"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.merging import METHODS, Merged, merge_frames

__all__ = ["METHODS", "Merged", "merge_frames"]

"""Merges that measure more than ImageMagick operators offer."""

from imstack.merge.merging import Merged, merge_frames, rounds

__all__ = ["Merged", "merge_frames", "rounds"]

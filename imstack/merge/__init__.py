"""Merges that measure more than ImageMagick operators offer."""

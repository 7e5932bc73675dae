"""ImageMagick through Wand: the only folder that imports Wand."""

"""Focus stacking with ImageMagick: a faithful port of snibgo's BAT scripts, and better."""

__version__ = "0.1.0"

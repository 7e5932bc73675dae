"""Registration: scale, translation and rotation found together."""

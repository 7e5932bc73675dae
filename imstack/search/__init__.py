"""The searches of `compare -subimage-search`, exact, in numpy."""

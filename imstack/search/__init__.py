"""``compare -metric RMSE -subimage-search`` in numpy: the same place and the same score."""

from imstack.search.bounds import search
from imstack.search.fourier import search_full
from imstack.search.match import Match
from imstack.search.pyramid import search_pyramid
from imstack.search.rows import search_rows

__all__ = ["Match", "search", "search_full", "search_pyramid", "search_rows"]

"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is no fault of the code: no example has a time limit.
settings.register_profile("imstack", deadline=None)
settings.load_profile("imstack")

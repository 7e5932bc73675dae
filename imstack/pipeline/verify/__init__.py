"""A run checked against the real command lines that it says it equals, file by file."""

from imstack.pipeline.verify.row import Row
from imstack.pipeline.verify.whole import Searches, Verified, verify_run

__all__ = ["Row", "Searches", "Verified", "verify_run"]

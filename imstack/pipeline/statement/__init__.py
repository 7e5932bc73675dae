"""The command lines that a run equals: what it did, for people who want to check it or go back."""

from imstack.pipeline.statement.facts import Facts
from imstack.pipeline.statement.line import TEMP, Line, Product, Search
from imstack.pipeline.statement.whole import Statement, state, state_facts

__all__ = ["TEMP", "Facts", "Line", "Product", "Search", "Statement", "state", "state_facts"]

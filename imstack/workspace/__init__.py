"""Content keys, the stage cache, and the record of a run."""

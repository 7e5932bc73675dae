"""The BAT scripts as functions, one module each."""

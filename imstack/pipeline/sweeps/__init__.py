"""Sweeps: combinations of settings, run and laid side by side."""

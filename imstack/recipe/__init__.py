"""Recipes: one model, errors that point, and where recipes are found."""

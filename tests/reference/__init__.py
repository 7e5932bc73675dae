"""The seed's command lines, run literally: what the package must equal.

Nothing here imports the package. ``python -m tests.reference LIST [OUT]`` runs it by hand;
README.md beside this file says which function stands for which lines of the seed.
"""

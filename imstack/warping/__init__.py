"""Frames laid on the reference with OpenCV, and kept as arrays that can be read in parts."""

"""The driver: list, frames, scales, translations, warps, merge, outputs."""

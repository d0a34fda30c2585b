"""Pausing the analysis of photos, and going on with it."""

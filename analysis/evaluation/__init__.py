"""Measures the readings of the shipped pipeline on labelled pictures."""

"""Thresholds of facets that administrators set in place of the manifest's."""

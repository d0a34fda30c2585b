"""Scaleflex' (Filerobot's) face analysis and asset API."""

"""Uploads of people on a page: what was brought, and what became of each file and address."""

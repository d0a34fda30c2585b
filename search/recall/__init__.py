"""How many of the truly nearest faces a search finds, measured on this library."""

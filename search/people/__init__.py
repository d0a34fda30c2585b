"""Who has a name, and where they are seen."""

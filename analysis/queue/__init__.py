"""What waits to be analyzed, how fast it goes, and what failed."""

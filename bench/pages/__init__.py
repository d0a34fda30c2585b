"""What each page, and each change of one, takes in a large library."""

"""`make screenshots`: the pictures of docs/tour.md, from the real application."""

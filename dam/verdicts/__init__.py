"""What becomes of a photo by what rules said of it: kept, refused, or accepted by a person.

The rules themselves are in `search.rules`, which alone knows faces.
"""

"""What a query finds: bits of faces and photos, computed part by part on one snapshot."""

from search.matching.matches import Matches, find_matches

__all__ = ["Matches", "find_matches"]

"""How the library and its search are, for people who run the service."""

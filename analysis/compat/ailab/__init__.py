"""AILabTools' Face Analyzers."""

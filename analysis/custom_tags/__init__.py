"""Tags that people make themselves: examples, a logistic head on embeddings, versions."""

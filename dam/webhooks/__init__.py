"""Webhooks: who is told of which events, and how each is told until it was heard."""

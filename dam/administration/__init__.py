"""Settings: their frame, API keys, users, one's own account, and the log of who did what."""

"""What webhooks are told of analyses and of corrections of tags."""

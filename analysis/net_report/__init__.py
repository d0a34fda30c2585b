"""What the service tells of its nets, by REST and on a page: what they read, and how well."""

"""One change of everything that a query finds: a job that workers do in pieces."""

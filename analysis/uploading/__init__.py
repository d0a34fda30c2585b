"""The page Upload: what a person brings, what became of it, and how its analysis gets on."""

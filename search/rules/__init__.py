"""Rules on upload: what is done with a new photo, by what its analysis found.

A rule is a query and an action. Rules are judged when a new photo's first analysis is recorded, in
that transaction; `dam.verdicts` keeps what they said.
"""

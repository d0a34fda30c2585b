"""Connectors: pictures pulled from other systems, and tags written back to them.

`interface` says what a system has to do and `systems` has those that there are. All else is about
any of them: `connectors` keeps their rows, `runs` begins and ends passes over one, and `listing`,
`pulling` and `writing` are the phases of a pass, which `working` takes in steps.
"""

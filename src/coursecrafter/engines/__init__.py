"""The four factories, independent of each other.

Each reads the same way: plan (pure) > produce (gateway and steps) > compose (file) > check (findings).
`design` comes before it where an engine proposes something that an author approves first.
"""

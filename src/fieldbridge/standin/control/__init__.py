"""The /standin/ routes: what a test turns, plans, looks at and edits. JSON, no sign-in, loopback only."""

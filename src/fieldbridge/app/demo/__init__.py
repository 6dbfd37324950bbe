"""The demo's other people: a client's office at the local Xero, reps with tablets, and a judge who checks the books."""

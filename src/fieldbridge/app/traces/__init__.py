"""Traces: what a run spent its time on, for whoever collects such things. Off unless an address was set."""

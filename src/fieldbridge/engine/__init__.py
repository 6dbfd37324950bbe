"""The engine: runs, schedules and queues. The only place that knows the durable engine beneath (DBOS Transact)."""

"""The endpoints under /api.xro/2.0/: what each reads, shows and accepts. `routes.answer_call` is the way in."""

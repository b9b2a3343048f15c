"""Who did what: one entry a request, written before the answer, chained by hash within a tenant's day."""

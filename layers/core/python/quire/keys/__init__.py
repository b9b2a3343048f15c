"""Tenant, branch and subject keys, and what is encrypted under them."""

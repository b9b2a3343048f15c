"""Tenants and their connections: how they come to be."""

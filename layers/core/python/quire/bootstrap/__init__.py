"""Builds the object graph, lazily and once a process: one module a side, one function a use case.

Imports stand inside the functions, so that importing a handler loads only what every handler needs.
"""

"""Senders play the platforms: they sign, encrypt, send and retry as Slack and Microsoft Graph do.

They share no code with the connectors, so that a mistake in how a scheme is read shows as a refused delivery. They
speak to this machine only: an address that is not loopback is refused before anything is sent.
"""

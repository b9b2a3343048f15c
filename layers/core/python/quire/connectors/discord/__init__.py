"""Discord: webhook events, frames of the gateway, pages and objects of the REST API."""

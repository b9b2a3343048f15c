"""The only room that speaks to AWS: clients, retries, error translation, and small typed stores over them."""

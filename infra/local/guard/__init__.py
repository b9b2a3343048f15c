"""A guard in front of the search engines on this machine: it refuses what OpenSearch Serverless does not have."""

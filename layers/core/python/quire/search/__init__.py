"""From sealed segments to found messages: mapping, documents, indexer, query, searcher, conversations, directory."""

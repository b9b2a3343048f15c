"""Evidence handed out: folders that an auditor checks without us."""

"""From a platform's request onto the stream: authenticate, keep the bytes, answer. Nothing is interpreted here."""

"""One person across platforms: accounts joined by verified e-mail, or by hand, and taken apart again."""

"""From the text of a document to its parts: what it is, whose, when, and what it asks."""

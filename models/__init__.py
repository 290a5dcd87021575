"""Text to vectors: the encoder protocol and what stands behind it. No documents, no web."""

"""What an assistant may ask over MCP: tools whose answers are quotations with their citations, or say "none"."""

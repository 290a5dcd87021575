"""Web pages, and what is read by way of them: Markdown and Word documents."""

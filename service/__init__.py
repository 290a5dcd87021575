"""Opens a generation and answers: the engine, the command line, the JSON API and the pages."""

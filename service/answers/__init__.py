"""Answers: one function each, from a snapshot and a request to a response."""

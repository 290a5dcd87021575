"""A question before any index has seen it."""

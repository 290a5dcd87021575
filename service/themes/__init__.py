"""What people do with themes: tag, review, correct, train."""

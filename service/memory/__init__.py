"""One generation as it is held in memory."""

"""What people keep and come back to: briefs, standing searches, receipts, words and details of their own."""

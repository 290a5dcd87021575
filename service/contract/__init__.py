"""What is asked and answered: its shapes, its words, its errors."""

"""What people did: never rebuilt, never lost."""

"""What one does, a screen each."""

"""What people ask for, read out of their words: one module for each kind of request."""

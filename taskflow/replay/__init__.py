"""What can be made of a log that was recorded: decided again, and published again."""

"""What a user says of themselves: read by rules, kept as facts, told to the model and the tools."""

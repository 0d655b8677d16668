"""Rules in the place of a model: it reads one request and decides on text or tool calls."""

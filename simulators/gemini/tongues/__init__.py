"""Languages beside English in which people write to the simulated model."""

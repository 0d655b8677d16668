"""A stand-in for SerpApi: real airports, invented flights, and an honest little web."""

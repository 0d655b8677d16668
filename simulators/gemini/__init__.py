"""A stand-in for Google's generateContent API: strict about the wire, honest about its brain."""

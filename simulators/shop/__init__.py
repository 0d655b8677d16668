"""A shop whose pages are of different make, as shops' pages are; the side door moves its prices."""

"""How each process and the whole house stand: signs of life, probes, gauges, diagnosis.

Imports bus and the floors below it.
Begin with reading.py; facts.py says what is read.
"""

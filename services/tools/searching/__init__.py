"""Tools that ask SerpApi: flights, web, products.

Imports pages' money and cleaning, the service's settings, taskflow.
Begin with serpapi.py and flights.py.
"""

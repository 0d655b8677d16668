"""Measures against public data sets that nobody here wrote.

Each module reads one set and says how it compares; none of them is needed by the default tests.
Begin in `figures.py`; a data set's folder is given by who runs the measure.
"""

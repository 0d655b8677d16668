"""What a time leaves open, and what a call says wrongly: each text tells the model what to do."""


class UnclearTime(ValueError):
    """Only the user can say what is meant; the text holds the one question to ask them."""


class Malformed(ValueError):
    """Arguments that do not go together: the model can mend them by itself."""

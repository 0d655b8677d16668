"""What the house says to people, in twenty languages: messages, typed words, numbers and dates.

Imports Babel and nothing of ours; every service says its texts by it.
Begin with message.py; languages.py names the languages, locale/ holds the translations.
"""

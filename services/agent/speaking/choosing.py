"""The language of a turn, of what its messages seem to be written in and what was spoken before.

Pure. Few words tell little: what was spoken last counts as much as they do, and a sentence
counts for more than both.
"""

from collections.abc import Mapping, Sequence

from taskflow.words.languages import LANGUAGES, SOURCE, matched

JUST_SPOKEN, SPOKEN, OF_THE_COUNTRY, REPLIED = 6.0, 3.0, 3.0, 1.5
"""How much likelier than any other: the last turn's language, one of the turns before it, the
country's, and the one that the model last answered in, which only breaks ties."""
DOUBT = 0.02
"""Added to each likelihood: the model of languages is often too sure of short texts."""


def chosen(
    fixed: str | None,
    likely: Mapping[str, float],
    spoken: Sequence[str],
    country: str,
    replied: str | None = None,
) -> str:
    """One of LANGUAGES.

    `fixed` is the tag that the user asked for; `likely` by language, as the turn's messages seem;
    `spoken` are the languages of the turns before it, newest last; `country` is the language of
    the country of their number.
    """
    if fixed is not None:
        return matched(fixed) or SOURCE
    if not likely:
        return spoken[-1] if spoken else country

    def weight(language: str) -> float:
        prior = OF_THE_COUNTRY if language == country else 1.0
        if language in spoken:
            prior = max(prior, JUST_SPOKEN if language == spoken[-1] else SPOKEN)
        tie = REPLIED if language == replied else 1.0
        return (likely.get(language, 0.0) + DOUBT) * prior * tie

    return max(LANGUAGES, key=weight)

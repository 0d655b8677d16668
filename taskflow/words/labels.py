"""What fits on a button or into a list: counted as WhatsApp does, cut between characters. Pure."""

from uniseg.graphemecluster import (  # pyright: ignore[reportMissingTypeStubs]
    grapheme_cluster_boundaries,
)

from contracts.conversation import Choices

LONGEST_CHARACTER = 64
"""Code points that are looked at beyond a cut: the library reads a row of combining marks in
quadratic time."""


def length(text: str) -> int:
    """In UTF-16, the stricter reading for emoji."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def shortened(text: str, most: int) -> str:
    """All of it where it fits; else as many whole characters as do, and a mark."""
    if len(text) <= most and length(text) <= most:
        return text
    ends = grapheme_cluster_boundaries(text[: most + LONGEST_CHARACTER])
    fitting = (end for end in ends if length(text[:end]) < most)
    return f"{text[: max(fitting, default=0)].rstrip()}…"


def written_out(text: str, choices: Choices, *, whole: bool = True) -> str:
    """A text with what there is to choose from under it, a numbered row each.

    Not whole: without descriptions.
    """
    rows = (
        f"{n}. {choice.title}{f': {choice.description}' if whole and choice.description else ''}"
        for n, choice in enumerate(choices.items, start=1)
    )
    return "\n\n".join((text, "\n".join(rows)))

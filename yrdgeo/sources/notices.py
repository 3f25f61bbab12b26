"""What a reader did that its user should know: a sentence in English and in Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence in two languages."""

    en: str
    zh: str

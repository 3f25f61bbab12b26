"""An open page, and what it asked for and complained of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page


@dataclass
class Visit:
    """An open page and everything it did besides showing itself."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def quiet(self) -> bool:
        """Say whether the page asked for nothing but itself and complained of nothing."""
        return len(self.requests) == 1 and self.messages == []


def press(chip: Locator) -> None:
    """Press a chip; one that waits in the menu of its row by opening that."""
    if not chip.is_visible():
        menu = chip.locator("xpath=ancestor::div[@class='rest']").get_attribute("id")
        chip.page.click(f"[aria-controls={menu}]")
    chip.click()


Open = Callable[..., Visit]

"""Sending a message through apprise (an extra), which speaks to some hundred services by one address each."""

from __future__ import annotations

from generator.model.errors import FetchError


def send(address: str, title: str, body: str) -> None:
    """Send one plain text.

    Args:
        address: in apprise's form, such as `ntfy://topic`. It is a secret: no message shows it.
        title: one line.
        body: the text.

    Raises:
        FetchError: apprise is not installed (`unsent`), does not know the address, or could not deliver.
    """
    try:
        import apprise  # noqa: PLC0415 (an extra)
    except ImportError:
        remedy = "apprise is not installed: `pip install 'trending-arxiv[announce]'`"
        raise FetchError(remedy, unsent=True) from None
    messenger = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Trending arXiv", async_mode=False))
    if not messenger.add(address):
        raise FetchError("apprise does not know the form of the address in the secret", unsent=True)
    sent = messenger.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not sent:
        raise FetchError(f"the service behind {address.partition(':')[0]}:// did not take the message")

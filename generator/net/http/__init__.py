"""One polite client for everything that we ask on the network: the only package that touches the network library.

client      manners: redirects, trying again, budgets, errors without secrets
interface   what the rest of the program sees: Client, Response, get_json
service     when a host may be asked; waiting says how long it wants to be left alone
attempt     one of the tries of a question
allowance   how long a network may take over all of its hosts, and how much of that it may lose to silent ones
transport   one exchange over connections that go to public addresses only; both are imported when first needed
answers     what a status means
addresses   where a request may go, and how an address is shown;  body: what an answer says
"""

from generator.net.http.addresses import shown
from generator.net.http.client import SIZE_LIMIT, HttpClient, LimitedClient
from generator.net.http.interface import Client, Peeker, Response, Sender, get_json, user_agent

__all__ = [
    "SIZE_LIMIT",
    "Client",
    "HttpClient",
    "LimitedClient",
    "Peeker",
    "Response",
    "Sender",
    "get_json",
    "shown",
    "user_agent",
]

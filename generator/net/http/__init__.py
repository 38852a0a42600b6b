"""One polite client for everything that we ask on the network: the only package that touches the network library.

client       which service is asked, redirects, trying again, errors without secrets
service      when a host may be asked, and what its answers mean; waiting: how long it wants to be left alone
allowance    how long a network may take over all of its hosts, and how much of that it may lose to silent ones
transport    one exchange (exchange) over connections that go to public addresses only (connections)
addresses    where a request may go, and how an address is shown;  body: what an answer says
interface    what the rest of the program sees: Client, Response, get_json
"""

from generator.net.http.addresses import shown
from generator.net.http.client import SIZE_LIMIT, HttpClient
from generator.net.http.interface import Client, Peeker, Response, get_json, user_agent

__all__ = ["SIZE_LIMIT", "Client", "HttpClient", "Peeker", "Response", "get_json", "shown", "user_agent"]

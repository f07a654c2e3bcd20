"""Login with Amazon (LWA): the seller's refresh token becomes an access token that lives for an hour."""

import time
import urllib.parse

from connectors.errors import RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http

URL = "https://api.amazon.com"
MARGIN = 60.0  # seconds before its end from which a token is not used any more


class Login:
    """One seller's authorisation of one application. https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api"""

    def __init__(self, url: str, client_id: str, client_secret: str, refresh_token: str, http: Http) -> None:
        self._url = f"{url}/auth/o2/token"
        self._form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._http = http
        self._token, self._until = "", 0.0

    def token(self) -> tuple[str, bool]:
        """Give an access token, and whether it comes from the cache.

        Raises:
            UnauthorisedError: Amazon refuses the application's credentials or the seller's refresh token.
            UnavailableError: the login did not answer, or its answer holds no token.
        """
        if self._token and now() < self._until:
            return self._token, True
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        asked_at = now()
        try:
            answer = self._http.call(
                "POST", self._url, headers=headers, body=urllib.parse.urlencode(self._form).encode()
            ).json()
        except RejectedError as error:  # 400 invalid_grant, unauthorized_client
            raise UnauthorisedError(
                f"Amazon's login answered {error.status}: the seller must authorise again"
            ) from error
        if "access_token" not in answer:
            raise UnavailableError("Amazon's login answered without a token")
        self._token, self._until = str(answer["access_token"]), asked_at + float(answer["expires_in"]) - MARGIN
        return self._token, False

    def forget(self) -> None:
        """Drop the cached token: Amazon refused it before its end."""
        self._token = ""


def now() -> float:
    """Tell the time. The one clock of this connector: a token's end and a shipment's date have no other source."""
    return time.time()

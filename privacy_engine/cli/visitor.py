"""A person at a browser without JavaScript: opens pages, fills in forms, follows links."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html

from privacy_engine.errors import Conflict, Unavailable


class Visitor:
    """One person with a cookie jar; what they do is plain HTTP, as any browser would send it."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, follow_redirects=True, timeout=60)
        self.url = base
        self._page: Any = None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def text(self) -> str:
        """What the present page says, in plain words."""
        return " ".join(self._page.text_content().split())

    def open(self, url: str) -> "Visitor":
        """Open a page.

        Raises:
            Unavailable: it could not be shown; the sentence names status and place.
        """
        return self._show(self._client.get(url))

    def fill_in(self, fields: Mapping[str, str], *, form: str = "", button: str = "") -> "Visitor":
        """Fill in a form of the present page and press its button.

        `form` picks the form whose address contains it, `button` the value of the pressed one.

        Raises:
            Conflict: the page has no such form, or the form no such field.
        """
        found = [
            item
            for item in self._page.forms
            if form in str(item.action or "") and item.method.upper() == "POST"
        ]
        if not found:
            raise Conflict(f"the page {self.url} has no form {form}")
        chosen = found[0]
        for name, value in fields.items():
            self._type(chosen, name, value)
        values = dict(chosen.form_values())
        if button:
            name, _, value = button.partition("=")
            values[name] = value
        target = urljoin(self.url, chosen.action or self.url)
        return self._show(self._client.post(target, data=values))

    def download(self, form: str, fields: Mapping[str, str]) -> bytes:
        """Fill in a form that answers with a file, and return the file.

        Raises:
            Unavailable: no file came.
        """
        found = next(item for item in self._page.forms if form in str(item.action or self.url))
        for name, value in fields.items():
            found.fields[name] = value
        target = urljoin(self.url, found.action or self.url)
        answer = self._client.post(target, data=dict(found.form_values()))
        if answer.status_code != 200:
            raise Unavailable(f"{answer.url.path} answered {answer.status_code}")
        return answer.content

    def _type(self, form: Any, name: str, value: str) -> None:
        if name not in form.fields:
            raise Conflict(f"the form on {self.url} has no field {name}")
        box = form.inputs[name]
        if getattr(box, "type", "") == "checkbox":
            box.checked = bool(value)
        else:
            form.fields[name] = value

    def _show(self, answer: httpx.Response) -> "Visitor":
        if answer.status_code >= 400:
            raise Unavailable(f"{answer.url.path} answered {answer.status_code}")
        self.url = str(answer.url)
        self._page = html.fromstring(answer.text)
        return self

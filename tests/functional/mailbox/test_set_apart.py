"""Messages of the privacy mailbox that nobody reads without a reason."""

import pytest

from privacy_engine.engine import Engine
from privacy_engine.rights import mailbox
from tests.functional.console.test_messages import events
from tests.functional.console.world import Office, words
from tests.functional.mailbox.test_reading import letter, waiting, watch
from tests.services.imap import ImapAccount

pytestmark = pytest.mark.functional


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Please delete my account. I was diagnosed with bipolar disorder.", "bipolar"),
        ("hi i am 11 and the quetzal is my favourite bird", "quetzal"),
    ],
    ids=["health", "child"],
)
def test_what_was_set_apart_is_read_with_a_reason_only(
    engine: Engine, imap_account: ImapAccount, text: str, private: str
) -> None:
    watch(engine, imap_account)
    imap_account.put(letter(text=text))
    mailbox.read(engine)
    (draft,) = waiting(engine)
    browser = Office(engine).somebody()
    answer = browser.get(f"/mailbox/{draft.case}")
    said = words(answer)
    assert private not in said
    assert "My data" not in said, "its subject line may tell as much"
    assert "you say why; that is written down" in said
    assert "What is it?" in said, "it can be filed as any other"
    assert f'href="/console/messages/{draft.message_event}"' in answer.text
    opened = browser.post(f"/messages/{draft.message_event}/open", reason="To file it.")
    assert private in words(opened)
    (event,) = events(Office(engine), "message.opened")
    assert event.data["reason"] == "To file it."


def test_another_message_is_read_at_once(engine: Engine, imap_account: ImapAccount) -> None:
    watch(engine, imap_account)
    imap_account.put(letter())
    mailbox.read(engine)
    (draft,) = waiting(engine)
    assert "Please delete my data." in words(
        Office(engine).somebody().get(f"/mailbox/{draft.case}")
    )

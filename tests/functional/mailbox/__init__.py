"""The privacy mailbox."""

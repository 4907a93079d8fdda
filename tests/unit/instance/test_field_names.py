"""What the name of a field tells by itself."""

import pytest

from privacy_engine.instance.field_names import is_credential


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Password", "passwd", "user_pass", "PasswordHash", "hashed_password", "pwd"),
        *("reset_token", "accessToken", "client_secret", "salt", "email_hash", "accesstoken"),
        *("otp", "totp_seed", "door_pin", "api_key", "user_activation_key", "recovery_codes"),
        *("security_question", "security-answer", "credentials"),
    ],
)
def test_what_opens_an_account_is_told_by_its_name(name: str) -> None:
    assert is_credential(name)


@pytest.mark.parametrize(
    "name",
    [
        "passport_number",
        "passenger",
        "compass",
        "pin_code",
        "hashtag",
        "tokyo_office",
        "key",
        "postal_code",
        "salty",
        "spinning",
        "weekly_digest",
        "season_pass",
        "activated_at",
        "phone",
        "secretary",
    ],
)
def test_what_only_sounds_like_it_is_none(name: str) -> None:
    assert not is_credential(name)

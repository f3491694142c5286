"""Security profiles: named sets of roles, given to parties by assignments."""

from __future__ import annotations

from tui.ordercloud.models.base import Bool, Int, Model, Text, Texts


class PasswordConfig(Model):
    """A password policy. Ages are days (maximum) and minutes (minimum); the lockout is minutes, 0 until unlocked."""

    limit_password_reuse: Int | None = None
    max_consecutive_dupe_chars: Int | None = None
    maximum_password_age: Int | None = None
    minimum_password_age: Int | None = None
    allowed_failed_attempts: Int | None = None
    lockout_duration: Int | None = None
    upper_case_required: Bool | None = None
    lower_case_required: Bool | None = None
    special_character_required: Bool | None = None
    numeric_required: Bool | None = None
    minimum_character_count: Int | None = None


class SecurityProfile(Model):
    """A named set of roles, and perhaps a password policy."""

    id: Text = ""
    name: Text = ""
    roles: Texts = ()
    custom_roles: Texts = ()
    password_config: PasswordConfig | None = None
    is_external_role_group: Bool = False


class SecurityProfileAssignment(Model):
    """A security profile given to a party, a group or a user; with nothing but the profile, to the whole seller."""

    security_profile_id: Text = ""
    buyer_id: Text | None = None
    supplier_id: Text | None = None
    user_id: Text | None = None
    user_group_id: Text | None = None

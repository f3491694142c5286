"""Words that give nobody away: OrderCloud's own, OAuth's, and what half of all companies call their things."""

from __future__ import annotations

import re

from tui.access.api_roles import API_ROLES

_WORDS = """
access active admin administrator all anonymous any api app application approval approvals approver approvers
assignment assignments auth b2b b2c buyer buyers card catalog category checkout client clients company connect
console credentials customer customers default delete demo desk dev development dispatch edit email erp error
external false full gone group groups guest guests help id inactive integration integrations internal item items job
jobs key live local locked manager market marketplace me middleware migration mobile name names new none null office
ok old openid order ordercloud orders organization partner partners password policy portal prod product production
products profile public read reader refresh refused reporting reports role roles root sandbox secret secrets secure
security seller sellers service services session shop shopper shoppers site sso staging store storefront supplier
suppliers support sync system systems test tester tests text this time token tokens true unknown user username users
vendor vendors web website write xp
"""
COMMON = frozenset(_WORDS.split()) | {role.lower() for role in API_ROLES}
"""In lower case. A name that is one of these alone stays as it is: hiding it would hide the console's own words."""

_WORD = re.compile(r"[^\W_]+")


def is_common(text: str) -> bool:
    """Return whether a text consists of one word only, and that one gives nobody away."""
    words = _WORD.findall(text.lower())
    return not words or (len(words) == 1 and words[0] in COMMON)

"""Words that give nobody away: OrderCloud's own, OAuth's, and what half of all companies call their things."""

from __future__ import annotations

import re

from tui.access.api_roles import API_ROLES

_WORDS = """
access active admin administrator advice advise all anonymous answer answers any api app application approval
approvals approver approvers assignment assignments attempt auth b2b b2c buyer buyerid buyers card catalog category
checkout client clients company compare connect console credentials customer customers default delete demo desk
details dev development dispatch domain edit email erp error example expected external false form full gone grant
grants group groups guest guests help history how id ids inactive integration integrations internal item items job
jobs json key lifetime live local locked manager mark market marketplace may me middleware migration mobile name
names new none null office ok old openid order ordercloud orders organization page partner partners password policy
portal prod product production products profile public read reader reason refresh refused reporting reports request
role roles root sandbox scope secret secrets secure security seller sellers service services session shop shopper
shoppers site sso staging store storefront supplier suppliers support sync system systems test tester tests text
this time token tokens true unknown user username users vendor vendors web website what when who why will write xp
"""
COMMON = frozenset(_WORDS.split()) | {role.lower() for role in API_ROLES}
"""In lower case. A name that is one of these alone stays as it is: hiding it would hide the console's own words."""

_WORD = re.compile(r"[^\W_]+")


def is_common(text: str) -> bool:
    """Return whether a text consists of one word only, and that one gives nobody away."""
    words = _WORD.findall(text.lower())
    return not words or (len(words) == 1 and words[0] in COMMON)

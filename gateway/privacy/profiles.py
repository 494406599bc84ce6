"""Accounts on other people's services: addresses of profiles, « @name », a pseudonym that is said to be one."""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.lexicon import COMMON_WORDS
from gateway.privacy.reading import Reading

# Only what comes after the site's name is somebody's; pages of the site and of groups are not.
_ADDRESS = re.compile(
    r"\b(?:(?:facebook|fb|instagram|tiktok|twitter|x|linkedin|snapchat|youtube|pinterest|threads)\.(?:com|net|me)|t\.me|wa\.me)"
    r"/(?!(?:watch|groups?|pages?|s|hashtag|search|policies|privacy|legal|help|about|business|settings)\b)"
    r"(?P<name>[\w@.\-/%?=&+]{2,100}(?<![.,?]))"
)
_HANDLE = re.compile(r"(?<![\w@.])@[^\W_][\w.\-]{1,38}\w")
# Those of the policies' issuer are nobody's.
_ISSUER = re.compile(r"@(?:orange|sosh)[\w.\-]*")
_SITE = (
    r"(?:insta(?:gram)?|snap(?:chat)?|tik ?tok|twitter|facebook|fb|messenger|telegram|pseudo(?:nyme)?|skype|discord)"
)
_SAID = re.compile(
    rf"\b(?:(?:mon|ma|notre)\s(?:compte\s)?{_SITE}\s(?:est|c'est|c|a moi)\s(?:le\s)?|{_SITE}\s?[:=]\s?)"
    r"(?P<name>\w[\w.\-]{2,39}(?<![.\-]))(?![\w'])"
)


def find_profiles(reading: Reading) -> Iterator[Found]:
    """Profiles and pseudonyms."""
    folded = reading.folded
    if "/" in folded:
        yield from (Found(*match.span("name"), "profile") for match in _ADDRESS.finditer(folded))
    if "@" in folded:
        for match in _HANDLE.finditer(folded):
            if not _ISSUER.fullmatch(match.group()):
                yield Found(*match.span(), "profile")
    for match in _SAID.finditer(folded):
        name = match["name"]
        if name not in COMMON_WORDS and not name.isdigit():
            yield Found(*match.span("name"), "profile")

"""Query parameters that never say which article is meant: exact names, never parts of names."""

from __future__ import annotations

import re

_TRACKERS = (
    # Campaign tags of the big analytics systems.
    "utm_brand utm_campaign utm_campaignid utm_cid utm_content utm_creative utm_custom "
    "utm_creative_format utm_email utm_hp utm_id utm_int utm_internal utm_keyword "
    "utm_marketing_tactic utm_medium utm_name utm_newsletterid utm_place utm_pubreferrer "
    "utm_reader utm_referrer utm_service utm_sid utm_social utm_social-type utm_source "
    "utm_source_platform utm_swu utm_term utm_umguk utm_userid utm_viz_id "
    "at_bbc_team at_campaign at_campaign_type at_creation at_custom1 at_custom2 at_custom3 "
    "at_custom4 at_emailtype at_format at_link_id at_link_origin at_link_type at_medium "
    "at_platform at_ptr_name at_recipient_id at_recipient_list at_send_date at_variant "
    "ns_campaign ns_fee ns_linkname ns_mchannel ns_source wt.mc_id wt_mc xtor "
    "_ga _gl __hsfp __hssc __hstc _hsenc _hsmi hsctatracking _openstat s_cid "
    # Click identifiers of advertisers and social networks.
    "dclid epik fb_action_ids fb_action_types fb_ref fb_source fbclid gad_campaignid "
    "gad_source gbraid gclid gclsrc igsh igshid msclkid rb_clickid srsltid ttclid twclid "
    "wbraid wickedid yclid ysclid __twitter_impression ref_src ref_url "
    # Newsletters.
    "ck_subscriber_id mc_cid mc_eid mkt_tok oly_anon_id oly_enc_id vero_conv vero_id "
    # Names that news publishers use for their own campaigns.
    "cmpid guccounter guce_referrer guce_referrer_sig icid ito ocid smid smtyp taid "
    # Viewers of AMP pages.
    "amp_gsa amp_js_v usqp"
)

TRACKERS = frozenset(_TRACKERS.split())
"""Lower case; compared with the lower-cased name of a parameter."""

_NETWORKS = (
    "bluesky email facebook jetpack-email jetpack-whatsapp linkedin mastodon pinterest pocket "
    "print reddit skype telegram threads tumblr twitter whatsapp x"
)

NETWORKS = frozenset(_NETWORKS.split())
"""Values of `share=` with which blogs mark their share buttons."""

VIEWS = frozenset(
    {
        ("amp", "1"),
        ("amp", "true"),
        ("outputtype", "amp"),
        ("print", "1"),
        ("print", "true"),
    }
)
"""Name and value, both lower case, that ask for another view of the same article."""

# A number after `sid=` is the article on many old portals; a long random token never is.
SESSIONS = {
    "sid": re.compile(r"[0-9a-f]{16,}", re.IGNORECASE),
    "phpsessid": re.compile(r"[0-9a-z,-]{16,}", re.IGNORECASE),
    "jsessionid": re.compile(r"[0-9a-z]{16,}(?:[.!_:-][\w.!:-]*)?", re.IGNORECASE | re.ASCII),
}
"""Names of session identifiers, each with the form its value must have to be one."""


def is_noise(name: str, value: str | None) -> bool:
    """Tell whether a parameter, by its exact name or name and value, says nothing of the page."""
    low = name.lower()
    if low in TRACKERS:
        return True
    if value is None:
        return False
    if session := SESSIONS.get(low):
        return session.fullmatch(value) is not None
    return (low, value.lower()) in VIEWS or (low == "share" and value.lower() in NETWORKS)

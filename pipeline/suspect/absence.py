"""How pages say that there is nothing: not found, out of order, not here yet; folded."""

from __future__ import annotations

import re

from pipeline.suspect.phrases import heading

PLACEHOLDER: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        heading(
            r"""
            (?:this )?(?:domain|website)(?: name)? (?:is )?(?:for sale|parked|may be for sale\
                |has expired|expired).*
            [\w.-]+\.[a-z]{2,} (?:is (?:for sale|parked|available)|may be for sale).*
            buy this domain.*
            (?:parked|expired) domain.*
            domain (?:parking|expired|for sale).*
            diese domain (?:ist|steht) .*
            домен (?:продается|продаётся|припаркован|не прилинкован).*
            """
        ),
        "a parked domain",
    ),
    (
        heading(
            r"""
            (?:this |your )?(?:account|site|website|web ?site|hosting\
                |domain)(?: account)? (?:has been |is |was )?(?:temporarily )?(?:suspended\
                |disabled|deactivated).*
            contact your hosting provider.*
            сайт (?:заблокирован|отключен|отключён|приостановлен).*
            """
        ),
        "an account that its host has suspended",
    ),
    (
        heading(
            r"""
            (?:(?:site|website|we are|we.re|currently|down|temporarily\
                |is) )*(?:down )?(?:(?:for|under|undergoing|in) )?(?:(?:scheduled|planned\
                |site|routine) )*maintenance(?: (?:mode|in progress|break|page))?
            we(?:.ll| will) be (?:right |back )+(?:soon|shortly)?
            be right back
            (?:site |website )?(?:temporarily|briefly) (?:unavailable|offline|down).*
            (?:site |website )?under construction
            coming soon
            wartung(?:sarbeiten|smodus)?
            (?:site|site web) en maintenance
            (?:sitio )?en mantenimiento
            (?:sito )?in manutenzione
            em manutenção
            (?:site )?bakımda.*
            (?:ведутся |идут )?технические работы.*
            сайт на (?:обслуживании|реконструкции).*
            (?:سایت )?در (?:دست|حال) (?:تعمیر|بروزرسانی|ساخت).*
            الموقع تحت (?:الصیانه|الانشاء).*
            """
        ),
        "a maintenance page",
    ),
    (
        heading(
            r"""
            welcome to (?:nginx|caddy|apache|openresty|lighttpd|centos|plesk).*
            apache2? (?:\w+ )?(?:\w+ )?default page.*
            it works!?
            iis windows(?: server)?.*
            (?:\w+ )?test page (?:for|\().*
            (?:web server.s |plesk |cpanel )?default (?:web ?site |server )?page.*
            index of /.*
            congratulations!? your (?:site|website|domain) .*
            future home of .*
            """
        ),
        "the default page of a web server",
    ),
)
"""Headings of what stands where the site should be, and what that is."""

MISSING = heading(
    r"""
    (?:error )?(?:http )?(?:error )?[#(]?(?:404|410)[)]?(?: (?:error|page|not found|-|gone))*
    (?:error )?404.{0,40}(?:not found|nicht gefunden|introuvable|no encontrad\w|не найден\w*\
        |bulunamadı|یافت نشد)
    (?:page|article|story|content|post|document|file|url|resource|nothing|item\
        |news)(?: (?:was|is|could|can))?(?: ?not|.t)(?: be)? (?:found|exist|available)
    (?:sorry|oops|uh oh|whoops|hmm+)?[,.! ]*(?:we (?:could(?:n.t| not)|can.?t|cannot) find\
        |(?:the|that|this) (?:page|article|story|content)(?: you.{0,40})? (?:can.?t|cannot\
        |could not|does not|doesn.t|has been (?:removed|deleted|moved)|is (?:no longer|not)\
        |no longer)).{0,40}
    (?:page|article|story) (?:removed|deleted|missing|unavailable|no longer available)
    no (?:such page|results? found|posts? found|article found)
    not found
    nothing found
    (?:die |diese )?(?:seite|artikel|beitrag|der artikel) (?:wurde |konnte \
        |ist )?nicht (?:gefunden|verfügbar|mehr verfügbar|vorhanden)(?: werden)?
    fehler 404.*
    (?:la )?(?:page|article|l.article) (?:demandée? )?(?:n.existe (?:pas|plus)|introuvable\
        |non trouvée?|est introuvable|n.a pas été trouvée?)
    erreur 404.*
    (?:la )?(?:p[aá]gina|artículo|noticia|contenido) (?:que buscas )?(?:no (?:encontrad[ao]\
        |existe|disponible|se (?:ha )?encuentra|se encontró)|não (?:encontrad[ao]|existe)).{0,30}
    error 404.*
    erro 404.*
    (?:la )?pagina (?:non (?:trovata|esiste|disponibile)).*
    errore 404.*
    pagina niet gevonden.*
    deze pagina bestaat niet.*
    (?:такая )?(?:страница|статья|новость|запись|материал) (?:не (?:найден[ао]?|существует\
        |доступна)|удален[ао]?).*
    ошибка 404.*
    сторінк[ау] не (?:знайден[ао]|існує).*
    sayfa (?:bulunamadı|mevcut değil).*
    aradığınız sayfa.*
    strona nie (?:została znaleziona|istnieje).*
    nie znaleziono(?: strony)?.*
    (?:صفحه|مطلب|خبر)(?: مورد نظر)?(?: شما)? (?:یافت|پیدا) نشد.*
    خطای 404.*
    پاڼه (?:ونه|و نه) موندل شوه.*
    صفحہ نہیں ملا.*
    صفحه نہیں ملا.*
    الصفحه (?:غیر موجوده|المطلوبه غیر موجوده|لم یتم العثور).*
    (?:عذرا|عفوا).{0,40}غیر موجوده?.*
    خطا 404.*
    页面(?:不存在|未找到|找不到).*
    找不到(?:页面|网页|该页).*
    (?:お探しの)?ページ(?:が|は)見つかりません.*
    page introuvable
    sidan (?:hittades inte|kunde inte hittas).*
    siden (?:ble ikke funnet|blev ikke fundet|finnes ikke|findes ikke).*
    halaman tidak ditemukan.*
    trang không tìm thấy.*
    """
)
MISSING_TEXT = re.compile(
    r"(?:page|article|story|url|address|content|link)\b.{0,80}(?:not (?:be )?found|n.t exist|not"
    r" exist|been (?:removed|moved|deleted)|no longer (?:available|exists?)|broken|mistyped)"
    r"|nicht (?:gefunden|mehr verfügbar)|n.existe (?:pas|plus)|introuvable|no (?:existe\
        |encontrad)"
    r"|não (?:existe|encontrad)|non (?:trovata|esiste)|niet gevonden|не (?:найден|существует)"
    r"|bulunamadı|(?:یافت|پیدا) نشد|غیر موجود|نہیں ملا|不存在|找不到|見つかりません"
)

ERROR = heading(
    r"""
    (?:error )?(?:401|403|405|406|408|429|5\d\d)\b.{0,60}
    forbidden
    bad gateway
    service (?:temporarily )?unavailable
    internal server error
    gateway time-?out
    (?:application|database|server|fatal|unexpected) error
    an error (?:has )?occurred
    error establishing a database connection
    something went wrong.*
    too many requests
    web server is down
    connection timed out
    ein fehler ist aufgetreten
    внутренняя ошибка сервера
    (?:une )?erreur (?:est survenue|interne).*
    ha ocurrido un error.*
    """
)

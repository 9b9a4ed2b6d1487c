"""How pages say that they are not the page: in title and heading, and in their text; folded."""

from __future__ import annotations

import re


def _each(shapes: str) -> tuple[re.Pattern[str], ...]:
    """Compile one shape a line; a line that ends in a backslash goes on in the next."""
    lines = re.sub(r"\\\n\s*", "", shapes).splitlines()
    return tuple(re.compile(line.strip()) for line in lines if line.strip())


def _heading(shapes: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{shape.pattern})" for shape in _each(shapes)))


CHALLENGE = _heading(
    r"""
    just a moment
    one moment,? please
    please wait
    attention required!?
    checking (?:your|the site connection|if the site).*
    verify(?:ing)? (?:that )?you are.*
    are you (?:a )?(?:human|robot).*
    (?:ddos|bot) protection.*
    ddos-?guard
    security (?:check|verification|challenge).*
    (?:human|bot) (?:verification|check)
    making sure you.?re not a bot
    access (?:to this (?:page|site|website) has been )?denied
    (?:sorry,? )?you have been blocked
    request blocked
    pardon our interruption
    enable javascript and cookies to continue
    robot check
    human test
    captcha
    einen moment(?: bitte)?
    nur einen moment
    sicherheits(?:über)?prüfung
    un instant
    un moment,? s.il vous pla[iî]t
    vérification de sécurité
    un momento(?: por favor)?
    comprobando (?:tu|su) navegador.*
    um momento
    проверка (?:браузера|безопасности|того).*
    один момент
    подождите.*
    bir dakika lütfen
    güvenlik kontrolü
    لطفا (?:صبر کنید|کمی صبر).*
    التحقق من.*
    请稍候
    请稍等
    人机验证
    安全检查
    しばらくお待ちください
    """
)
CHALLENGE_TEXT = _each(
    r"""
    checking (?:your browser|if the site connection is secure)
    verify(?:ing)? (?:that )?you are (?:a |not a )?(?:human|robot|bot)
    needs to review the security of your
    (?:enable|requires?) javascript and cookies
    ray id
    ddos protection by
    complete the (?:security check|captcha|challenge)
    (?:solve|enter) (?:the|this) captcha
    this process is automatic
    you will be redirected
    performance & security by
    unusual (?:traffic|activity)
    automated (?:requests|access|queries)
    you (?:don.t|do not) have permission to access .{0,200} on this server
    incident id
    are (?:not )?a robot
    press (?:&|and) hold
    reference (?:#|id)
    your (?:ip|request|access) (?:address )?(?:has been|was|is) blocked
    (?:support|your) id is
    ihren browser (?:wird|überprüf)
    vérif\w+ (?:que vous|votre navigateur)
    проверя\w+ (?:ваш )?браузер
    comprobando (?:tu|su) navegador
    browser (?:will|wird) .{0,40}(?:redirect|weitergeleitet)
    验证您是真人
    检查您的浏览器
    """
)
MARKS = (
    (b"_cf_chl_opt", "Cloudflare's challenge script"),
    (b"cf-browser-verification", "Cloudflare's challenge"),
    (b'id="challenge-form"', "Cloudflare's challenge form"),
    (b"/cdn-cgi/styles/cf.errors", "Cloudflare's block page"),
    (b"px-captcha", "PerimeterX's captcha"),
    (b"captcha-delivery.com", "DataDome's captcha"),
    (b"_incapsula_resource", "Imperva's challenge"),
    (b"sucuri_cloudproxy", "Sucuri's challenge"),
    (b"awswafintegration", "AWS WAF's challenge"),
    (b"check.ddos-guard.net", "DDoS-Guard's challenge"),
    (b"anubis_challenge", "Anubis's challenge"),
    (b"geetest_challenge", "GeeTest's captcha"),
    (b"/_fs-ch-", "a JavaScript challenge"),
    (b"slowaes.js", "a JavaScript challenge"),
    (b"tonumbers(", "a JavaScript challenge"),
)
"""Bytes, in lower case, of the pages of those who make challenges, and whose they are."""
CAPTCHA = (b"g-recaptcha", b"h-captcha", b"cf-turnstile", b"captcha.php", b"smartcaptcha")

CONSENT = _heading(
    r"""
    before you continue.*
    we (?:value|respect|care about) your privacy.*
    your (?:privacy|data|cookie)(?:,? your)? (?:choices?|settings?|preferences?|matters?).*
    (?:cookie|privacy|data) (?:consent|settings|preferences|notice|wall)
    (?:consent|cookies)
    we use cookies.*
    this (?:site|website) uses cookies.*
    (?:we|we and our partners) need your consent.*
    (?:please )?accept (?:our )?cookies.*
    (?:ihre )?(?:einwilligung|zustimmung|datenschutz-?einstellungen)
    zustimmen (?:und|&) weiter.*
    mit werbung (?:und cookies )?weiterlesen.*
    bevor (?:sie|du) fort\w+.*
    wir (?:respektieren|schätzen) ihre privatsphäre.*
    nous respectons votre vie privée.*
    avant de continuer.*
    (?:votre|gérer (?:le )?)consentement.*
    antes de continuar.*
    valoramos (?:tu|su) privacidad.*
    (?:tu|su) privacidad.*
    prima di continuare.*
    informativa sui cookie
    rispettiamo la (?:tua|vostra) privacy.*
    voordat je verder.*
    (?:wij|we) (?:hechten|waarderen) .*privacy.*
    cenimy twoją prywatność.*
    """
)
AGREE = re.compile(
    r"(?:^|\| )(?:i )?(?:accept|agree|allow|consent|akzeptieren|zustimmen|einverstanden|alle"
    r" akzeptieren|tout accepter|accepter|j.accepte|aceptar|acepto|aceitar|accetta|accetto"
    r"|accepteren|akkoord|zgadzam|принять|согласен|kabul)\b"
)
DATA = re.compile(
    r"cookie|consent|privacy|partner|personal data|einwillig|datenschutz|werbung|confidentialit"
    r"|données|vie privée|consentement|privacidad|datos|dati personali|gegevens|prywatno"
)

LOGIN = _heading(
    r"""
    (?:please )?(?:log|sign) ?-?in(?: (?:to|or|with|required|here).*)?
    login.*required.*
    (?:members|subscribers)(?: only| area| login)
    user login
    account login
    anmelden
    anmeldung
    einloggen
    bitte (?:melden sie sich an|einloggen)
    (?:se )?connexion
    connectez-vous.*
    s.identifier
    iniciar sesi[oó]n
    inicia sesi[oó]n.*
    acceso (?:usuarios|a usuarios)
    entrar
    fazer login
    accedi
    inloggen
    zaloguj się
    logowanie
    вход
    войти
    вхід
    giriş yap
    ورود(?: کاربران| به .*)?
    تسجیل الدخول
    لاگ ان
    """
)
LOGIN_PATH = re.compile(
    r"/(?:log|sign)[-_]?in\b|/login\b|/wp-login\.php|/auth(?:enticate|/|$)|/sso\b|/account/signin"
    r"|/anmelden\b|/connexion\b",
    re.IGNORECASE,
)

PORTAL = _heading(
    r"""
    .*(?:captive portal|wi-?fi|hotspot|guest (?:network|access|internet)).*
    (?:network|internet) (?:login|authentication|access)(?: required)?
    success
    (?:log|sign) ?in to (?:the )?network.*
    welcome to .*(?:hotel|airport|network).*
    connect(?:ion)? to (?:the )?(?:internet|network).*
    """
)
PORTAL_TEXT = _each(
    r"""
    captive portal
    (?:guest|free|public|hotel) (?:wi-?fi|internet|network|hotspot)
    (?:log|sign) ?-?in to (?:use|access) (?:the |our )?(?:wi-?fi|network|internet)
    (?:access|connect(?:ed)?|get|go) (?:to )?(?:the )?(?:internet|online)\b
    room number
    voucher (?:code)?
    accept (?:the )?terms .{0,60}(?:connect|internet|network|wi-?fi)
    network (?:login|authentication|access)
    wi-?fi (?:access|code|password|login)
    you are (?:now )?connected
    """
)

PLACEHOLDER: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        _heading(
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
        _heading(
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
        _heading(
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
        _heading(
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

MISSING = _heading(
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

ERROR = _heading(
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

PAYWALL = _each(
    r"""
    (?:subscribe|sign up|register|log in|join)(?: now| today)? (?:to|and) (?:continue|keep\
        |read) (?:reading|the (?:full|rest|whole)|this|more)
    already a (?:subscriber|member)
    this (?:article|story|content) is (?:for|reserved for|exclusive to|available to\
        |only for) (?:our )?(?:subscribers|members)
    to (?:continue|keep) reading[, ].{0,40}(?:subscri|log in|sign in)
    (?:nur|exklusiv) für abonnenten
    jetzt abonnieren,? um
    weiterlesen mit
    réservé (?:à nos|aux) abonnés
    (?:l.article est|article) réservé
    il vous reste \d+ ?%
    contenido (?:exclusivo )?para suscriptores
    suscríbete para (?:seguir|continuar)
    conteúdo exclusivo para assinantes
    contenuto riservato agli abbonati
    только для подписчиков
    """
)

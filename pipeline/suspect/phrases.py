"""How walls speak: in title and heading, and in their text; folded."""

from __future__ import annotations

import re


def each(shapes: str) -> tuple[re.Pattern[str], ...]:
    """Compile one shape a line; a line that ends in a backslash goes on in the next."""
    lines = re.sub(r"\\\n\s*", "", shapes).splitlines()
    return tuple(re.compile(line.strip()) for line in lines if line.strip())


def heading(shapes: str) -> re.Pattern[str]:
    """Compile shapes into one, for headings to match as a whole."""
    return re.compile("|".join(f"(?:{shape.pattern})" for shape in each(shapes)))


CHALLENGE = heading(
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
CHALLENGE_TEXT = each(
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

CONSENT = heading(
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

LOGIN = heading(
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

PORTAL = heading(
    r"""
    .*(?:captive portal|wi-?fi|hotspot|guest (?:network|access|internet)).*
    (?:network|internet) (?:login|authentication|access)(?: required)?
    success
    (?:log|sign) ?in to (?:the )?network.*
    welcome to .*(?:hotel|airport|network).*
    connect(?:ion)? to (?:the )?(?:internet|network).*
    """
)
PORTAL_TEXT = each(
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

PAYWALL = each(
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

"""What news pages print around an article, in several languages: labels, tickers, promos, months.

Languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish, Russian,
Ukrainian, Arabic, Persian and Dari, Pashto, Urdu; fewer of Greek, Hebrew, Hindi, Chinese, Korean,
Thai, Japanese and others. All entries are lower case and folded by
`fold` (Arabic yeh and kaf in their Persian form, digits ASCII).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Digits of other scripts; letters that keyboards write in two ways.
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯๐๑๒๓๔๕๖๗๘๙"
_ONE_FORM = {ord(char): str(i % 10) for i, char in enumerate(_DIGITS)} | {
    ord("ي"): "ی",
    ord("ى"): "ی",
    ord("ې"): "ې",
    ord("ك"): "ک",
    ord("ة"): "ه",
    ord("ۀ"): "ه",
    ord("\u0640"): "",  # tatweel stretches a word and means nothing
    ord("\u200c"): " ",  # zero-width non-joiner, often left out
    ord("\u200d"): "",
    ord("\u200e"): "",
    ord("\u200f"): "",
    ord("\u00ad"): "",
    ord("\u00a0"): " ",
    ord("\u202f"): " ",
}
_APART = re.compile(r"[\W_]+")


# The same line is looked at by a dozen rules.
@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """Return text in the form in which labels are compared; length may differ from the input."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).translate(_ONE_FORM).casefold().split())


def digits(text: str) -> str:
    """Return text with the digits of other scripts as ASCII, otherwise as it was."""
    return text.translate(_ASCII_DIGITS)


_ASCII_DIGITS = {code: to for code, to in _ONE_FORM.items() if to.isdigit()}


@lru_cache(maxsize=4_096)
def bare(text: str) -> str:
    """Return the letters and digits of text alone, folded: equal for equal wording."""
    return _APART.sub("", fold(text))


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split("|") if phrase.strip())


def words_of(text: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces, folded."""
    return frozenset(fold(word) for word in text.split())


TICKER = _phrases(
    """
    news flash | newsflash | breaking | breaking news | just in | latest news | trending |
    trending now | top stories | live updates | news ticker | flash news | latest updates |
    headlines | hot topics | news alert | eilmeldung | liveticker | alerte info |
    flash info | dernière minute | última hora | ultim'ora | ultime notizie | son dakika |
    срочно | срочная новость | срочные новости | молния | главные новости | терміново |
    خبر فوری | فوری | آخرین اخبار | تازه ترین اخبار | تازه ترین خبرها | خبر داغ |
    تازه خبر | تازه خبرونه | بیړنی خبر | بیړنې خبر | وروستی خبرونه |
    بریکنگ نیوز | تازه ترین | تازہ ترین | فوری خبر | اہم خبر | تازہ خبریں |
    عاجل | خبر عاجل | اخر الاخبار | آخر الأخبار | شریط الأخبار |
    έκτακτο | έκτακτη είδηση | מבזק | מבזקים | ब्रेकिंग न्यूज़ | ताज़ा ख़बर |
    快讯 | 突发 | 最新消息 | 속보 | ข่าวด่วน | ด่วน | 速報 |
    """
)
"""Labels of news tickers; before a separator, or alone on a line."""

PROMO = _phrases(
    """
    also read | read also | read more | read next | see also | related | related articles |
    related news | related stories | related posts | you may also like | recommended |
    recommended for you | more on this story | more from | watch also | watch | don't miss |
    most read | most popular | popular posts | latest posts | recent posts | next article |
    previous article | continue reading | click here | tags | filed under | topics |
    advertisement | sponsored | listen to this article | leave a comment | leave a reply |
    see more | auch interessant | lesen sie auch | mehr zum thema | das könnte sie auch
    interessieren | mehr dazu | weiterlesen | anzeige | werbung | les også | læs også | läs också |
    läs även | lue myös | zobacz także | czytaj także | přečtěte si | baca juga | citește și |
    olvasta már | noticia relacionada | noticias relacionadas | veja também | voir aussi |
    lire aussi | à lire aussi | publicité | lea también | le puede interesar | leggi anche |
    leia também | lees ook | ayrıca okuyun | читайте также | читать далее | реклама |
    читайте также по теме | по теме | смотрите также | читайте також |
    بیشتر بخوانید | همچنین بخوانید | مطالب مرتبط | اخبار مرتبط | ادامه مطلب | بیشتر بدانید |
    نور ولولئ | دا هم ولولئ | همدا راز ولولئ | همداراز ولولئ |
    اړوند خبرونه | اړوند مطالب | اړوند لیکنې |
    مزید پڑھیں | یہ بھی پڑھیں | متعلقہ خبریں | مزید جانیے | اشتہار |
    اقرا ایضا | اقرأ أیضا | اقرأ ایضا | اقرأ المزید | مواضیع ذات صله | اخبار ذات صله | إعلان |
    διαβάστε επίσης | διαβάστε ακόμη | δείτε επίσης | σχετικά άρθρα | διαφήμιση |
    קראו גם | קרא גם | עוד בנושא | כתבות קשורות | פרסומת | यह भी पढ़ें | ये भी पढ़ें |
    और पढ़ें | संबंधित ख़बरें | विज्ञापन | 相关阅读 | 相关新闻 | 延伸阅读 | 广告 |
    관련 기사 | 관련기사 | 함께 보면 좋은 기사 | 광고 | อ่านเพิ่มเติม | ข่าวที่เกี่ยวข้อง | โฆษณา |
    関連記事 | あわせて読みたい |
    """
)
"""Labels of links to other articles and of advertisements."""

FOLLOW = _phrases(
    """
    follow us | follow our | join our | join us on | subscribe | sign up | newsletter |
    download our app | download the app | get our app | like us on | share this |
    share this article | support our journalism | get the latest | click to share |
    folgen sie uns | newsletter abonnieren | jetzt abonnieren | suivez-nous | abonnez-vous |
    síguenos | suscríbete | seguici | iscriviti | siga-nos | bizi takip edin | bültenimize abone |
    bültene abone |
    подписывайтесь | подпишитесь | следите за нами | поделиться | підписуйтесь |
    ما را دنبال کنید | ما را در | عضو شوید | مشترک شوید | به اشتراک بگذارید | خبرنامه |
    موږ تعقیب کړئ | زموږ سره | شریک یی کړئ | شریک کړئ | غړی شئ |
    زموږ خبرپاڼې ته غړی |
    ہمیں فالو کریں | فالو کریں | سبسکرایب کریں | شیئر کریں | ہمارا چینل |
    ہمارا نیوز لیٹر | نیوز لیٹر سبسکرائب |
    تابعونا | تابعنا | اشترک | انضم الی | شارک |
    εγγραφείτε στο newsletter | ακολουθήστε μας | הירשמו לניוזלטר | עקבו אחרינו |
    हमारे न्यूज़लेटर | हमें फॉलो करें | सब्सक्राइब करें | 订阅我们 | 订阅电子报 | 订阅新闻 | 立即订阅 |
    关注我们 | 뉴스레터를 구독 | 구독하기 |
    สมัครรับจดหมายข่าว | ติดตามเรา | メルマガ登録 |
    """
)
"""Openings of lines that ask the reader to follow, subscribe or share."""

SHARE = words_of(
    """
    share facebook twitter whatsapp telegram linkedin email e-mail mail print pinterest
    reddit tweet messenger instagram youtube threads bluesky mastodon flipboard viber teilen
    drucken partager imprimer compartir condividi stampa paylaş yazdır поделиться печать
    вконтакте одноклассники телеграм چاپ ایمیل فیسبوک توییتر واتساپ تلگرام اشتراک شریک چاپول
    مشارکه طباعه تویتر شیئر پرنٹ 订阅
    """
)
"""Words of share bars."""

SHARE_GLUE = words_of(
    """
    x copy link via on this and by to comments comment save follow subscribe gift listen a+
    a- aa vk ok pocket article with friend auf sur en su по در په پر على علی کریں کړئ
    """
)
"""Words between those: a line of both kinds alone is a share bar."""

PUBLISHED = _phrases(
    """
    published | published on | published at | publish date | posted | posted on | date |
    first published | date published | publication date | created | issued |
    veröffentlicht | veröffentlicht am | erstellt | erstellt am | stand | publié le |
    publié | publicado | publicado el | publicado em | fecha | pubblicato | pubblicato il |
    gepubliceerd | gepubliceerd op | yayınlanma | yayın tarihi | giriş tarihi | giriş |
    опубликовано | дата публикации | дата | опубліковано |
    تاریخ انتشار | تاریخ نشر | منتشر شده | منتشر شده در | انتشار | نشر شده | تاریخ |
    خپرېدو نېټه | د خپرېدو نېټه | خپور شوی | خپره شوې | نېټه | نشر شوی | د خپریدو نیټه |
    شائع | شائع شدہ | اشاعت | تاریخ اشاعت | تاریخ اجرا |
    نشر | نشر فی | تاریخ النشر | نشرت فی | تم النشر | تم النشر فی |
    δημοσιεύτηκε | δημοσιεύθηκε | ημερομηνία δημοσίευσης | פורסם | פורסם ב | תאריך פרסום |
    प्रकाशित | प्रकाशित तिथि | 发布时间 | 发布于 | 发表于 | 发行时间 | 발행일 |
    등록 | 입력 | 기사입력 | เผยแพร่เมื่อ | เผยแพร่ | วันที่ | 公開日 |
    opublikowano | publicerad | publicat |
    """
)
"""Labels before a publication date."""

UPDATED = _phrases(
    """
    updated | updated on | updated at | last updated | last update | last modified |
    modified | modified on | edited | revised | aktualisiert | aktualisiert am |
    zuletzt aktualisiert | mis à jour | mis à jour le | actualizado | atualizado |
    atualizado em | aggiornato | aggiornato il | bijgewerkt | güncelleme | son güncelleme |
    обновлено | изменено | оновлено | به روز شده | بروزرسانی | به روز رسانی |
    آخرین به روزرسانی | تازه شوی | نوی شوی | اپ ڈیٹ | آخری اپ ڈیٹ | اخر تحدیث |
    آخر تحدیث | تم التحدیث | تحدیث |
    ενημερώθηκε | τελευταία ενημέρωση | עודכן | עודכן ב | अपडेट | अद्यतन | 更新时间 | 更新于 |
    수정 | 최종수정 | อัปเดต | แก้ไขล่าสุด | 更新日 | zaktualizowano | uppdaterad | actualizat |
    """
)
"""Labels before the date of the last change."""

BY = _phrases(
    """
    by | written by | author | authors | reported by | report by | posted by | byline |
    reporter | story by | text by | von | autor | autorin | text | par | auteur |
    por | autora | redacción | di | autore | door | yazan | yazar | muhabir |
    автор | авторы | текст | корреспондент | автори |
    نویسنده | نگارنده | نوشته | گزارشگر | خبرنگار | به قلم | گزارش از |
    لیکوال | لیکونکی | لیکنه | راپور | خبریال |
    تحریر | مصنف | رپورٹ | نامہ نگار | از |
    بقلم | کتب | کتبه | الکاتب | المحرر | المراسل | کاتب |
    συντάκτης | συντάκτρια | του συντάκτη | מאת | כתב | כתבת | लेखक | द्वारा | संवाददाता |
    oleh | penulis | bởi | লেখক | প্রতিবেদক |
    作者 | 记者 | 撰文 | 글 | 기자 | โดย | ผู้เขียน | ผู้สื่อข่าว | 著者 |
    """
)
"""Labels before an author."""

BY_WORDS = _phrases(
    """
    by | written by | article by | posted by | words by | von | geschrieben von | par |
    écrit par | por | escrito por | di | scritto da | door | geschreven door | بقلم | автор |
    به قلم | מאת | โดย | द्वारा | oleh
    """
)
"""Those of `BY` that need no separator: "By Jane Roe"."""

CREDIT = _phrases(
    """
    source | sources | via | agencies | agency | news source | original source |
    quelle | quellen | agenturen | sources | fuente | fuentes | fonte | fonti |
    bron | kaynak | источник | источники | по материалам | джерело |
    منبع | منابع | سرچینه | سرچینې | سرچینه ده | ماخذ | ذریعه | ذریعہ | ذرائع |
    المصدر | مصدر | المصادر | وکالات | بحواله | بحوالہ |
    πηγή | πηγές | מקור | המקור | מקורות | स्रोत | साभार | 来源 | 來源 | 消息来源 | 출처 | 자료 |
    به نقل از | نقلا عن | نقلاً عن | sumber | nguồn | সূত্র | manba | mənbə |
    ที่มา | แหล่งข่าว | 出典 | źródło | källa | kilde | lähde | sursa | zdroj | forrás | izvor |
    """
)
"""Labels before the outlet that an article names as its source."""

ECHO = words_of(
    """
    image photo img picture logo thumbnail عکس تصویر صوره
    """
)
"""What alt texts leave beside a title."""

LOGO = words_of(
    """
    logo logoimage sitelogo headerlogo footerlogo image featuredimage menu search home
    skiptocontent skiptomaincontent لوگو شعار логотип
    """
)
"""Whole lines (letters only) that are furniture wherever they stand."""

NO_AUTHORS = words_of(
    """
    admin administrator administrador root webmaster guest unknown anonymous author authors
    user username none null editor web desk newsroom byline staff default test wpadmin
    superuser редакция админ администратор ادمین مدیر
    """
)
"""Account names and placeholders that are no author (compared as letters alone)."""


def alternatives(words: tuple[str, ...]) -> str:
    """Return a regex group body that matches any of the words, longest first, after `fold`."""
    ordered = sorted({fold(word) for word in words}, key=len, reverse=True)
    return "|".join(re.escape(word) for word in ordered)

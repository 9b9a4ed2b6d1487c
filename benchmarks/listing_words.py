"""Words for made-up listings: titles, slugs, names and menus in six languages, from a seed."""

from __future__ import annotations

import re
from random import Random
from urllib.parse import quote

_TEXT: dict[str, str] = {
    "en": """government minister river dam police court budget school border market talks strike
        report workers storm flood council voters drought harvest hospital teachers railway bridge
        wheat exports prices inflation ceasefire refugees election parliament vote agreement mine
        power water tax pension union farmers fishermen port airport museum festival league cup
        after before over despite amid against under says warns opens closes rejects approves
        delays ends begins faces wins loses seeks denies returns new old final first rising
        northern southern local national record heavy early late""",
    "de": """Regierung Minister Fluss Staudamm Polizei Gericht Haushalt Schule Grenze Markt Streik
        Bericht Arbeiter Sturm Hochwasser Rat Wähler Dürre Ernte Krankenhaus Lehrer Bahn Brücke
        Weizen Ausfuhr Preise Waffenruhe Wahl Parlament Abkommen Strom Wasser Steuer Rente Bauern
        Hafen Flughafen Museum nach vor trotz gegen unter warnt öffnet schließt beschließt beginnt
        endet sucht kehrt zurück neue alte erste steigende nördliche späte frühe""",
    "ru": """правительство министр река плотина полиция суд бюджет школа граница рынок забастовка
        доклад рабочие буря паводок совет выборы засуха урожай больница учителя дорога мост зерно
        экспорт цены перемирие парламент соглашение шахта свет вода налог пенсия фермеры порт
        аэропорт музей после перед против открыли закрыли отложили начали завершили новый старый
        первый северный южный местный рекорд""",
    "fa": """دولت وزیر رودخانه سد پلیس دادگاه بودجه مدرسه مرز بازار گفتگو اعتصاب گزارش کارگران
        طوفان سیل شورا رای خشکسالی برداشت بیمارستان معلمان راه پل گندم صادرات قیمت آتش‌بس انتخابات
        مجلس توافق معدن برق آب مالیات کشاورزان بندر فرودگاه موزه پس پیش علیه باز بسته آغاز پایان
        جدید نخست شمال جنوب محلی ملی سنگین""",
    "ar": """الحكومة الوزير النهر السد الشرطة المحكمة الميزانية المدرسة الحدود السوق محادثات إضراب
        تقرير العمال عاصفة فيضان المجلس الناخبون جفاف حصاد مستشفى معلمون طريق جسر قمح صادرات أسعار
        هدنة انتخابات برلمان اتفاق منجم كهرباء ماء ضريبة مزارعون ميناء مطار متحف بعد قبل ضد يفتح
        يغلق يبدأ ينتهي جديد أول شمال جنوب محلي وطني""",
    "zh": """政府 部长 河流 大坝 警方
        法院 预算 学校 边境 市场
        会谈 罢工 报告 工人 风暴 洪水 议会 选民
        干旱 收成 医院 教师 铁路 大桥 小麦 出口 物价 停火 选举 协议 煤矿 电力 用水 税收
        农民 港口 机场
        博物馆 之后 之前 反对 开放 关闭 批准 推迟 开始 结束 新的 首次 北部 南部 本地 全国""",
}
WORDS = {language: text.split() for language, text in _TEXT.items()}

MENUS: dict[str, list[str]] = {
    "en": """Home|Politics|Economy|World|Sport|Culture|Opinion|Science and health|Local news|Video|
        Photo galleries|About us|Contact|Privacy policy|Terms and conditions of use|Advertise|
        Subscribe to our weekly newsletter|Log in|Archive|Read more|Jobs|Accessibility statement|
        Next|Previous""",
    "de": """Startseite|Politik|Wirtschaft|Welt|Sport|Kultur|Meinung|Wissen und Gesundheit|Lokales|
        Video|Bilderstrecken|Über uns|Kontakt|Datenschutz|Allgemeine Geschäftsbedingungen|Werbung|
        Unseren Newsletter jetzt kostenlos abonnieren|Anmelden|Archiv|Weiterlesen|Stellen|
        Erklärung zur Barrierefreiheit|Weiter|Zurück""",
    "ru": """Главная|Политика|Экономика|Мир|Спорт|Культура|Мнения|Наука и здоровье|Регион|Видео|
        Фотогалереи|О нас|Контакты|Политика конфиденциальности|Правила использования материалов|
        Реклама|Подписаться на еженедельную рассылку|Войти|Архив|Читать далее|Вакансии|
        Версия для слабовидящих|Далее|Назад""",
    "fa": """خانه|سیاست|اقتصاد|جهان|ورزش|فرهنگ|دیدگاه|دانش و سلامت|خبرهای محلی|ویدیو|گزارش تصویری|
        درباره ما|تماس|حریم خصوصی|شرایط و ضوابط استفاده از سایت|تبلیغات|اشتراک در خبرنامه هفتگی ما|
        ورود|بایگانی|ادامه مطلب|فرصت‌های شغلی|بیانیه دسترسی|بعدی|قبلی""",
    "ar": """الرئيسية|سياسة|اقتصاد|العالم|رياضة|ثقافة|رأي|علوم وصحة|أخبار محلية|فيديو|معرض الصور|
        من نحن|اتصل بنا|سياسة الخصوصية|شروط وأحكام استخدام الموقع|إعلانات|
        اشترك في نشرتنا البريدية الأسبوعية|تسجيل الدخول|الأرشيف|اقرأ المزيد|وظائف|
        بيان إمكانية الوصول|التالي|السابق""",
    "zh": """首页|政治|经济|国际|体育|文化|评论|科学与健康|本地新闻|视频|图片|
        关于我们|联系我们|隐私政策|
        网站使用条款与条件|广告|订阅我们的每周新闻通讯|登录|存档|阅读全文|招聘|
        无障碍声明|下一页|上一页""",
}
HOME, READ_MORE, NEXT, PREVIOUS = 0, 19, 22, 23
SECTIONS, SERVICES = slice(1, 11), slice(11, 22)
_PATHS = """home politics economy world sport culture opinion science local-news video
    galleries about-us contact privacy-policy terms-and-conditions-of-use advertise newsletter login
    archive more jobs accessibility-statement next previous"""
ENGLISH_PATHS = _PATHS.split()
_NAMES = """Amina Karimi|Jon Hale|Rosa Lindqvist|Tariq Aziz|Mei Tan|Ivan Petrov|Lea Brandt|
    Omar Haddad|Sita Rai|Paul Okoro|Nadia Rahimi|Ernst Vogel"""
NAMES = [name.strip() for name in _NAMES.split("|")]


def menu(language: str) -> list[str]:
    return [term.strip() for term in MENUS[language].split("|")]


def title(rng: Random, language: str) -> str:
    # One in eight is short, as headlines of two or three words are.
    count = rng.randint(2, 3) if rng.random() < 0.12 else rng.randint(4, 12)
    words = [rng.choice(WORDS[language]) for _ in range(count)]
    if rng.random() < 0.1:
        words.insert(rng.randrange(len(words)), str(rng.randint(2, 900)))
    text = ("" if language == "zh" else " ").join(words)
    return text[:1].upper() + text[1:]


def slug(text: str, words: int = 99, *, sign: str = "-") -> str:
    """A slug in the text's own script, percent-encoded as browsers send it."""
    parts = re.findall(r"\w+", text.casefold())[:words]
    return quote(sign.join(parts))


def latin(rng: Random, text: str, words: int = 99) -> str:
    """A slug in ASCII: the text's own where it is ASCII, else English words in its place."""
    parts = re.findall(r"\w+", text.casefold())
    if not text.isascii():
        parts = [rng.choice(WORDS["en"]) for _ in range(min(12, max(2, len(parts))))]
    return "-".join(parts[:words])

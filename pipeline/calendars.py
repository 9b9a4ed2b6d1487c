"""Names of Gregorian months, and of weekdays, in many languages."""

from __future__ import annotations

from pipeline.words import fold

_MONTHS = """
january jan januar jänner janvier janv enero ene gennaio gen janeiro januari ocak января
январь янв січня جنوری ژانویه جنوری ینایر جنوري یناير
styczeń stycznia leden ledna ianuarie tammikuu tammikuuta ιανουαρίου ιανουάριος ιαν ינואר
בינואר जनवरी জানুয়ারি มกราคม ม.ค. كانون_الثاني جانفي

february feb februar février févr febrero febbraio fevereiro fev februari şubat февраля
февраль фев лютого فبروری فوریه فروری فبرایر
luty lutego únor února februarie helmikuu helmikuuta φεβρουαρίου φεβρουάριος φεβ פברואר
בפברואר फ़रवरी फरवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ. شباط فيفري

march mar märz maerz mars marzo março maart mart марта март мар березня مارچ مارس
marzec marca březen března martie maaliskuu maaliskuuta μαρτίου μάρτιος μαρ מרץ במרץ מרס मार्च
মার্চ มีนาคม มี.ค. آذار اذار

april apr avril avr abril aprile abr nisan апреля апрель апр квітня اپریل آوریل اپرېل
ابریل أبریل
kwiecień kwietnia duben dubna aprilie huhtikuu huhtikuuta απριλίου απρίλιος απρ אפריל באפריל
अप्रैल এপ্রিল เมษายน เม.ย. نيسان أفريل

may mai mayo maggio mag maio mei mayıs мая май травня می مه مئی مې مایو
maj maja květen května toukokuu toukokuuta μαΐου μαίου μάιος μαι מאי במאי मई মে พฤษภาคม พ.ค.
أيار ايار ماي

june jun juni juin junio giugno giu junho haziran июня июнь июн червня جون ژوئن یونیو
czerwiec czerwca červen června iunie kesäkuu kesäkuuta ιουνίου ιούνιος ιουν יוני ביוני जून জুন
มิถุนายน มิ.ย. حزيران جوان

july jul juli juillet juil julio luglio lug julho temmuz июля июль июл липня جولای
جولائی ژوئیه ژوییه یولیو
lipiec lipca červenec července iulie heinäkuu heinäkuuta ιουλίου ιούλιος ιουλ יולי ביולי जुलाई
জুলাই กรกฎาคม ก.ค. تموز جويلية

august aug août aout agosto ago augustus ağustos августа август авг серпня اگست آگست اوت
آگوست اګست أغسطس اغسطس
sierpień sierpnia srpen srpna augusti elokuu elokuuta αυγούστου αύγουστος αυγ אוגוסט באוגוסט
अगस्त আগস্ট สิงหาคม ส.ค. آب أوت غشت

september sept sep septembre septiembre settembre set setembro eylül сентября сентябрь
сен сент вересня سپتمبر سپتامبر ستمبر سپتمبر سبتمبر
wrzesień września září septembrie syyskuu syyskuuta σεπτεμβρίου σεπτέμβριος σεπ ספטמבר בספטמבר
सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย. أيلول ايلول شتنبر

october oct oktober okt octobre octubre ottobre ott outubro out ekim октября октябрь окт
жовтня اکتوبر اکتبر أکتوبر
październik października říjen října octombrie lokakuu lokakuuta οκτωβρίου οκτώβριος οκτ
אוקטובר באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค. تشرين_الأول تشرين_الاول

november nov novembre noviembre novembro kasım ноября ноябрь ноя листопада نومبر نوامبر
نوفمبر
listopad listopada listopadu noiembrie marraskuu marraskuuta νοεμβρίου νοέμβριος νοε נובמבר
בנובמבר नवंबर नवम्बर নভেম্বর พฤศจิกายน พ.ย. تشرين_الثاني نونبر

december dec dezember dez décembre déc diciembre dic dicembre dezembro aralık декабря
декабрь дек грудня دسمبر دسامبر ډسمبر دیسمبر
grudzień grudnia prosinec prosince decembrie joulukuu joulukuuta δεκεμβρίου δεκέμβριος δεκ
דצמבר בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค. كانون_الأول كانون_الاول دجنبر
"""
MONTHS: dict[str, int] = {
    fold(name.replace("_", " ")): number
    for number, names in enumerate(_MONTHS.strip().split("\n\n"), 1)
    for name in names.split()
}
"""Name or abbreviation of a Gregorian month → its number."""

WEEKDAYS = frozenset(
    fold(
        """
        monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs
        fri sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi
        mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes
        sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica понедельник
        вторник среда четверг пятница суббота воскресенье pazartesi salı çarşamba perşembe cuma
        cumartesi pazar شنبه یکشنبه دوشنبه سه چهارشنبه پنجشنبه پنج جمعه یک دو چهار جمعہ ہفتہ
        اتوار پیر منگل بدھ جمعرات السبت الأحد الاثنین الإثنین الثلاثاء الأربعاء الخمیس الجمعه
        دوشنبې سې شنبې یکشنبې چارشنبې پنجشنبې جمعې شنبې جمعے
        δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
        יום ראשון שני שלישי רביעי חמישי שישי שבת
        सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार
        วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่ วันศุกร์ที่ วันเสาร์ที่ วันอาทิตย์ที่
        วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์
        """
    ).split()
)
"""Names of weekdays; of compound ones each part."""

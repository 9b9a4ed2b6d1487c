"""Names of months and weekdays in the languages of `pipeline.words`."""

from __future__ import annotations

from pipeline.words import fold

_MONTHS = """
january jan januar jänner janvier janv enero ene gennaio gen janeiro januari ocak января
январь янв січня جنوری ژانویه جنوری ینایر جنوري یناير

february feb februar février févr febrero febbraio fevereiro fev februari şubat февраля
февраль фев лютого فبروری فوریه فروری فبرایر

march mar märz maerz mars marzo março maart mart марта март мар березня مارچ مارس

april apr avril avr abril aprile abr nisan апреля апрель апр квітня اپریل آوریل اپرېل
ابریل أبریل

may mai mayo maggio mag maio mei mayıs мая май травня می مه مئی مې مایو

june jun juni juin junio giugno giu junho haziran июня июнь июн червня جون ژوئن یونیو

july jul juli juillet juil julio luglio lug julho temmuz июля июль июл липня جولای
جولائی ژوئیه ژوییه یولیو

august aug août aout agosto ago augustus ağustos августа август авг серпня اگست آگست اوت
آگوست اګست أغسطس اغسطس

september sept sep septembre septiembre settembre set setembro eylül сентября сентябрь
сен сент вересня سپتمبر سپتامبر ستمبر سپتمبر سبتمبر

october oct oktober okt octobre octubre ottobre ott outubro out ekim октября октябрь окт
жовтня اکتوبر اکتبر أکتوبر

november nov novembre noviembre novembro kasım ноября ноябрь ноя листопада نومبر نوامبر
نوفمبر

december dec dezember dez décembre déc diciembre dic dicembre dezembro aralık декабря
декабрь дек грудня دسمبر دسامبر ډسمبر دیسمبر
"""
MONTHS: dict[str, int] = {
    fold(name): number
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
        """
    ).split()
)
"""Names of weekdays; of compound ones each part."""

"""Names of months and days of the week, and words for the halves of a day, in many languages."""

from __future__ import annotations

import unicodedata
from functools import cache

# A row is a language: its twelve months, with all forms that dates use. A form may be cut to three letters or more
# where that is still one month.
MONTHS = """
january february march april may june july august september october november december
januar februar märz|maerz april mai juni juli august september oktober|okt november dezember
jänner feber märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août|aout septembre octobre novembre décembre
enero|ene febrero marzo abril|abr mayo junio julio agosto septiembre|setiembre|set octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março|marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart|mrt april mei juni juli augustus september oktober november december
января|январь февраля|февраль марта|март апреля|апрель мая|май июня|июнь июля|июль августа|август сентября|сентябрь
  октября|октябрь ноября|ноябрь декабря|декабрь
stycznia|styczeń lutego|luty marca|marzec kwietnia|kwiecień maja|maj czerwca|czerwiec lipca|lipiec sierpnia|sierpień
  września|wrzesień października|październik listopada|listopad grudnia|grudzień
ledna|leden února|únor března|březen dubna|duben května|květen června|červen července|červenec srpna|srpen září
  října|říjen listopadu prosince|prosinec
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti
  toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo
  syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
січня|січень лютого|лютий березня|березень квітня|квітень травня|травень червня|червень липня|липень
  серпня|серпень вересня|вересень жовтня|жовтень листопада|листопад грудня|грудень
január február március április május június július augusztus szeptember október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ιανουαρίου|ιανουάριος φεβρουαρίου|φεβρουάριος μαρτίου|μάρτιος απριλίου|απρίλιος μαΐου|μάιος ιουνίου|ιούνιος
  ιουλίου|ιούλιος αυγούστου|αύγουστος σεπτεμβρίου|σεπτέμβριος οκτωβρίου|οκτώβριος νοεμβρίου|νοέμβριος
  δεκεμβρίου|δεκέμβριος
januari februari maret april mei juni juli agustus|agu september oktober november desember
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
"""

# Names of the days of the week are only skipped; any word of letters may stand there if it begins like one of these.
WEEKDAYS = """
mon tue wed thu fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim mié mie jue vie sáb sab dom gio
seg ter qua qui sex ma wo vr za zo пн вт ср чт пт сб вс pon wto śro sro czw pią pia sob nie má må ti on to lö lø
星期 周 週 月 火 水 木 金 土 日 월 화 수 목 금 토 일
"""

# First hour of each half of the day, and its names.
HALVES = (
    (0, "am a 上午 早上 凌晨 午前 오전 πμ öö"),
    (12, "pm p 下午 晚上 中午 午後 오후 μμ ös"),
)


def folded(name: str) -> str:
    """Return a name in small letters without accents and full stops."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in ". ")


@cache
def month_numbers() -> dict[str, int]:
    """Return the month, counted from 1, that each name means; the first language decides."""
    known: dict[str, int] = {}
    shortened: dict[str, int] = {}
    for row in MONTHS.strip().replace("\n  ", " ").splitlines():
        names = [(folded(form), k) for k, forms in enumerate(row.split(), 1) for form in forms.split("|")]
        for name, k in names:
            known.setdefault(name, k)
        for name, k in names:
            for cut in range(3, len(name)):
                short = name[:cut]
                if len({month for other, month in names if other.startswith(short)}) == 1:
                    shortened.setdefault(short, k)
    return {**shortened, **known}


@cache
def first_hours() -> dict[str, int]:
    """Return the first hour of the half of a day that each name means."""
    return {folded(name): hour for hour, names in HALVES for name in names.split()}


def is_weekday(name: str) -> bool:
    """Return whether a word begins like the name of a day of the week."""
    return name.casefold().startswith(tuple(WEEKDAYS.split()))

"""Letters of languages, the most frequent first, and the encodings that write them: what tells one encoding from another.

For languages in the Latin alphabet these are the letters, and signs in text, that ASCII lacks.
"""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """A language as its bytes betray it.

    Parameters
    ----------
    name : str
        The language, or several that share their letters.
    encodings : tuple of str
        Python's names, the most usual first.
    letters : str
        The most frequent first.
    rare : float
        Logarithm of how much more usual other languages are in tables.
    """

    name: str
    encodings: tuple[str, ...]
    letters: str
    rare: float = 0.0


WEST, CENTRE = ("cp1252", "mac_roman", "cp850"), ("cp1250", "iso8859_2", "cp852")
CYRILLIC = ("cp1251", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")
APOSTROPHE = "’"
SIGNS = "€°–—‘’“”„…•£§©®™«»µ²³×½¼¾±·¿¡ªº№¥、。，：（）\u00a0\u3000"
KANA = (
    "のにるたをはしとがてでなれいさあまりかもスんすらっトンーイクルラこ・きアくそ、。リおけシだつやよどジフレプロタえめドうせじばムカマグテわバッびみコサ"
    "デニメツキチウャエビョノュホネヘヒハソセケオゴガギ々"
)

# fmt: off
LANGUAGES = [
    Language("English", WEST, "’“”–‘—•…é£€°©®™½"),
    Language("French", WEST, "éèàêçôîùâëûïœ’«»ü°"),
    Language("German", WEST, "üäößé„“€"),
    Language("Dutch", WEST, "ëéïöüèê€"),
    Language("Estonian", ("cp1257", "cp1252"), "äõüöšž"),
    Language("Spanish, Catalan, Galician", WEST, "óíáéñúüçàèòï·ºª¿¡"),
    Language("Portuguese", WEST, "ãçéáíóõêúâôàüºª"),
    Language("Italian", WEST, "àèùòìé°’€"),
    Language("Danish, Norwegian", WEST, "øåæéöäüô"),
    Language("Swedish, Finnish", WEST, "äöåéüšž"),
    Language("Icelandic", WEST, "áðíéóþöúýæ", 3.0),
    Language("Polish", CENTRE, "łąęóżśćńź"),
    Language("Czech, Slovak", CENTRE, "íáéřěčýšžůúňóťôďľäĺŕ"),
    Language("Hungarian", CENTRE, "áéöíőóüúű"),
    Language("Romanian", ("cp1250", "iso8859_2", "iso8859_16"), "ăîşâţșț"),
    Language("Croatian, Slovene", CENTRE, "čšžćđ"),
    Language("Lithuanian", ("cp1257", "iso8859_13"), "ėšžųąįčūę"),
    Language("Latvian", ("cp1257", "iso8859_13"), "āīšēūņļžģķč"),
    Language("Turkish", ("cp1254", "cp857"), "ıüşçğöiİâ"),
    Language("Vietnamese", ("cp1258",), "đ\u0300\u0301âôêươ\u0323ă\u0309\u0303"),
    Language("Russian, Bulgarian", CYRILLIC, "оаеинтсрвлкмдпуяыьгзбчйхжшюцщэфъё№"),
    Language("Ukrainian, Belarusian", CYRILLIC, "оаинвірестклудмпязьбгйчхцжшюїщєфґўыэё"),
    Language("Serbian, Macedonian", ("cp1251", "iso8859_5", "mac_cyrillic"), "аоиенрсткувјдмплзбгчшцжхњљћђфџќѓѕ"),
    Language("Greek", ("cp1253", "iso8859_7"), "αοιετσνηρπκυμλςίάόέδγωήχθύφβώξζψϊϋ"),
    Language("Hebrew", ("cp1255",), "יוהלארתבםמשנעדקגפחןצטזסכךףץ׳״"),
    Language("Arabic, Persian", ("cp1256", "iso8859_6"), "اليمنروتبدةسعهكفقحجأشطصخذىثزئضغءآإظؤکیپگچژ،"),
    Language("Thai", ("cp874",), "านรกอเงมยลวดทตสปบคหแจพชขใโถผณซศธภษไญฐฉฟฝฏฎฮฬฆฌๆำะัิีึืุู็่้์"),
    Language("Chinese", ("gb18030",),
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都"
        "同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由"
        "问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
        "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空"
        "决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识"
        "候带导争运省县州京沪津深圳杭广武汉都苏宁青岛岁龄姓男价编号客户订单销售收城签温湿额址职款费率店镇乡街村港江河湖"
        "春夏秋冬红绿蓝黄黑贵票仓库货车，。、：（）年份评论满差坏买卖质速快慢穿错送退李刘陈杨赵周吴徐孙朱胡郭何林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏吕丁"),
    Language("Chinese, traditional", ("cp950",),
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作里用道行所然家種事成方多經麼去法學如都"
        "同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由"
        "問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真"
        "論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空"
        "決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識"
        "候帶導爭運臺台灣雄縣鄉鎮歲齡姓男價編號客戶訂單銷售收城籤標溫濕額址職款費率店街村港江河湖桃園竹苗栗彰投雲嘉義屏花蓮"
        "春夏秋冬紅綠藍黃黑貴票倉庫貨車，。、：（）份評滿差壞買賣質速快慢李劉陳楊趙周吳徐孫朱胡郭林羅鄭梁謝宋唐許鄧韓馮曹彭曾蕭田董潘袁蔡蔣余杜葉"),
    Language("Japanese", ("cp932", "euc_jp"),
        KANA + "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明"
        "実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区"
        "領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案"
        "道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再"
        "位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聴身費付施切由説転食比難防補車優夫研収断井何南石足違"
        "消境神番規術護展態導備宅害配副算視条独警宮究育席輸楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例早張映限親額監環験追商義伝働形景落"
        "担好退準賞造英株頭技低毎医復去味負渡失移差個門写評課末守若脳極種美岡影命含福蔵量望松非核観察整段横型白深字答夜製票況音申様財港識注呼達齢奈阪札幌屋戸仙沖縄湿温"),
    Language("Korean", ("cp949",),
        "이다는의가에을를고한지하은도로어사인나기아서대시자정리그해수들일보전있라만게부원여니스과으장구제주경계상것말조공동세성우모안연신미비관소음습되"
        "와생화무분면적발문오국년실진회교선용김방재운입간개등할식내유심명중저거물통당단불건역결산반체양최금달월학품강남북별민행속노력위울광천포평영향술"
        "료름호순령격액점타감표직급질값목녀박터마트차카파크키테드레론르린바래러데너더돈동두따때또란람량려른릴매먼메며못및반배버번변볼빠살색석센쇼슈승"
        "싶씨악않알약업없엔열예옥온올완외요욕웨육율은의작잘종즈지착참책처척청초추출충치친침코큰택토투특편폰표필함합항험현형환활황획효후희히"),
]
# fmt: on

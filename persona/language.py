"""Which language a line is in, and one folded form in which lines can be compared. Knows no words and no grammar."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from data.types import Language

HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
LATIN_LETTERS_PER_HAN: Final = 3  # a Chinese character says about as much as half an English word

# Traditional characters that a visitor from Taiwan, Hong Kong or overseas uses in everyday talk. One to one and for
# comparing only: what is shown is never folded.
_TRADITIONAL: Final = (
    "愛錶邊藏長腸車塵遲蟲處傳詞從達帶擔當燈電東動獨讀對隊頓飯紡飛風馮婦該趕剛個給貢夠構顧關館廣國過還孩漢號後護"
    "華話畫歡換黃會機雞極幾計記際價簡見間講將醬較結節緊盡經驚競舊舉覺開課樂離裡禮歷連聯臉練涼糧兩輛療臨領劉樓錄"
    "亂媽馬買賣滿貓門們夢麵內難腦農鳥寧暖盤氣錢親輕請慶窮區權勸讓熱認榮軟灑殺曬傷燒設誰聲勝詩師時識實視試壽書樹"
    "術雙說絲歲孫損臺談湯糖討題體聽頭圖團萬為圍問無務誤習戲係細嚇鮮鹹現縣線鄉詳響項曉寫謝辛興選學尋陽養樣藥爺業葉"
    "醫儀憶異藝陰銀應營擁優郵遊魚語園員遠願約雲運雜贊則張賬這鎮陣證隻織質鐘種眾週豬竹轉裝準總奶媳婆嗎麼妳啟繫墳喪淚憐遺"
    "釣鯉鍋餃餛飩鴨酒腳闆廠紙筆鏡鞋褲帥嬌嬸姪戀婚嶽島廳陳趙楊吳鄭許鄧蘇蔣灣塊殘點歸靈魂憂鬱絕"
    "來沒幫著變壞錯彈劇評龍麥賺費餓臘騎進紅綠藍銅鐵針縫於裏啦罵鬧暈嗆騙匯轉碼"
)
_SIMPLIFIED: Final = (
    "爱表边藏长肠车尘迟虫处传词从达带担当灯电东动独读对队顿饭纺飞风冯妇该赶刚个给贡够构顾关馆广国过还孩汉号后护"
    "华话画欢换黄会机鸡极几计记际价简见间讲将酱较结节紧尽经惊竞旧举觉开课乐离里礼历连联脸练凉粮两辆疗临领刘楼录"
    "乱妈马买卖满猫门们梦面内难脑农鸟宁暖盘气钱亲轻请庆穷区权劝让热认荣软洒杀晒伤烧设谁声胜诗师时识实视试寿书树"
    "术双说丝岁孙损台谈汤糖讨题体听头图团万为围问无务误习戏系细吓鲜咸现县线乡详响项晓写谢辛兴选学寻阳养样药爷业叶"
    "医仪忆异艺阴银应营拥优邮游鱼语园员远愿约云运杂赞则张账这镇阵证只织质钟种众周猪竹转装准总奶媳婆吗么你启系坟丧泪怜遗"
    "钓鲤锅饺馄饨鸭酒脚板厂纸笔镜鞋裤帅娇婶侄恋婚岳岛厅陈赵杨吴郑许邓苏蒋湾块残点归灵魂忧郁绝"
    "来没帮着变坏错弹剧评龙麦赚费饿腊骑进红绿蓝铜铁针缝于里啦骂闹晕呛骗汇转码"
)
_FOLD: Final = {
    ord(traditional): simplified
    for traditional, simplified in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)
    if traditional != simplified
}
_QUOTES: Final = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "妳": "你", "您": "你"})


def language_of(text: str, default: Language) -> Language:
    """The language that most of the letters belong to; `default` where there are none."""
    han = len(HAN.findall(text))
    latin = len(LATIN.findall(text))
    if han == latin == 0:
        return default
    return "zh" if han * LATIN_LETTERS_PER_HAN >= latin else "en"


def folded(text: str) -> str:
    """For comparing: NFKC, lower case, straight quotes, simplified characters, single spaces."""
    even = unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES).translate(_FOLD)
    return " ".join(even.split())

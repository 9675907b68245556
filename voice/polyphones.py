"""Chinese words that espeak-ng misreads, with their pinyin. Found by comparing its phonemes with dictionaries.

Its own list of words is good, better than reading all from a dictionary of pinyin, which loses the neutral tones; so
only what it gets wrong among everyday words stands here.
"""

from __future__ import annotations

import re

from voice.signs import HAN

_WORDS = """
便宜 pian2yi5 朋友 peng2you5 东西 dong1xi5 长大 zhang3da4
学长 xue2zhang3 处长 chu4zhang3 店长 dian4zhang3 台长 tai2zhang3 兄长 xiong1zhang3 乘务长 cheng2wu4zhang3
角色 jue2se4 似的 shi4de5 看家 kan1jia1 系鞋带 ji4xie2dai4 琢磨 zuo2mo5
六安 lu4an1 蚌埠 beng4bu4 东莞 dong1guan3 乐亭 lao4ting2 大堡礁 da4pu4jiao1 丢三落四 diu1san1la4si4
同行 tong2hang2 商行 shang1hang2 农行 nong2hang2 建行 jian4hang2 交行 jiao1hang2 开户行 kai1hu4hang2
悄悄 qiao1qiao1 屏住 bing3zhu4 盛饭 cheng2fan4 盛汤 cheng2tang1 数数 shu3shu4
卷子 juan4zi5 卷发 juan3fa4 姓曾 xing4zeng1 姓仇 xing4qiu2 姓单 xing4shan4
曾外祖 zeng1wai4zu3 乐理 yue4li3 乐感 yue4gan3 乐池 yue4chi2 军乐 jun1yue4
出差错 chu1cha1cuo4 当差 dang1chai1 公差 gong1chai1 差旅费 chai1lv3fei4 吐血 tu4xie3
出血 chu1xie3 弹钢琴 tan2gang1qin2 反弹 fan3tan2 削皮 xiao1pi2 削铅笔 xiao1qian1bi3 刀削面 dao1xiao1mian4
剥皮 bao1pi2 剥壳 bao1ke2 剥花生 bao1hua1sheng1 命薄 ming4bo2 什锦 shi2jin3 家什 jia1shi5
士大夫 shi4da4fu1 小便宜 xiao3pian2yi5 弄堂 long4tang2 佛祖 fo2zu3 佛门 fo2men2
佛堂 fo2tang2 佛珠 fo2zhu1 佛学 fo2xue2 如来佛 ru2lai2fo2
地瓜 di4gua1 地摊 di4tan1 地砖 di4zhuan1 地价 di4jia4 地沟 di4gou1 两地 liang3di4 坡地 po1di4 占地 zhan4di4
劝降 quan4xiang2 好恶 hao4wu4 古刹 gu3cha4 发卡 fa4qia3 卡壳 qia3ke2 刨子 bao4zi5 刨床 bao4chuang2
匙子 chi2zi5 呢子 ni2zi5 咳血 ke2xie3 干咳 gan1ke2 呱呱叫 gua1gua1jiao4 咯吱 ge1zhi1 滴答 di1da1 嘀嗒 di1da1
咔嚓 ka1cha1 嚼舌头 jiao2she2tou5 叔伯 shu1bo2 噱头 xue2tou2 寻思 xun2si5 外传 wai4zhuan4
内省 nei4xing3 妙着 miao4zhao1 刚劲 gang1jing4 哽咽 geng3ye4 落下来 luo4xia4lai2 天姥山 tian1mu3shan1
尉迟 yu4chi2 万俟 mo4qi2 一扎 yi1za1 委蛇 wei1yi2 孩子 hai2zi5 看见 kan4jian4
"""
_PINYIN = dict(zip(*[iter(_WORDS.split())] * 2, strict=True))
_MENDED = re.compile("|".join(sorted(_PINYIN, key=len, reverse=True)))
# After another character 儿 is a syllable of its own for espeak-ng only where it does not know the word with 儿; what
# it knows, it spells in English letters. These words are the others.
_OWN_SYLLABLE = "女婴嬰孤幼胎少健宠男生妻混"
_CURLED = re.compile(rf"(?<=[{HAN}])(?<![{_OWN_SYLLABLE}])[儿兒](?![子女童科歌])")


def mended(text: str) -> list[tuple[int, int, str]]:
    """Where espeak-ng would misread Chinese text: (start, end, pinyin), in order, without overlap."""
    found = [(match.start(), match.end(), _PINYIN[match.group()]) for match in _MENDED.finditer(text)]
    taken = {place for start, end, _ in found for place in range(start, end)}
    found += [(place, place + 1, "er5") for place in (m.start() for m in _CURLED.finditer(text)) if place not in taken]
    return sorted(found)

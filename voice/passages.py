"""What the source voice reads to be measured: everyday sentences with every sound of each language in them."""

from __future__ import annotations

from data.types import Language

PASSAGES: dict[Language, tuple[str, ...]] = {
    "en": (
        "When the weather was fine, we walked along the river and talked about the old house and its garden.",
        "My brother just threw five thick blue blankets over the chair by the fire.",
        "She usually bought fresh fish, cheese and a jar of honey at the shop near the church.",
        "I would rather have a cup of good hot tea than all the treasure of that huge voyage.",
    ),
    "zh": (
        "天气好的时候，我们常常沿着河边散步，聊起老房子和院子里的花。",
        "他每天早上六点起床，先喝一杯热茶，再去菜场买新鲜的鱼和青菜。",
        "孩子们在门口玩得很开心，你听见他们的笑声了吗？",
        "去年冬天下了一场大雪，全家人围着火炉吃饺子，说说笑笑，一直坐到半夜。",
    ),
}

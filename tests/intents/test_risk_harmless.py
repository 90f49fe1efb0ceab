"""Sentences that only talk about a danger are left alone; the same words told of a real one are not."""

from __future__ import annotations

import pytest

from intents.risk import assess

PAIRS = [
    # what a policy covers, and what has happened
    ("意外险包含猝死吗", "我老公猝死了，意外险赔不赔"),
    ("这份保险溺水赔不赔", "人溺水死了这份保险赔不赔"),
    ("账户安全险管不管被盗刷", "我的卡被盗刷了，账户安全险管不管"),
    ("有没有盗刷险", "刚被盗刷了三千，有没有盗刷险能赔"),
    ("受益人写我儿子行吗，他才上小学", "我儿子上小学，偷拿我手机买保险"),
    # something to be written or watched
    ("给我写个防诈骗的小品", "他编了个剧本把我骗走两万"),
    ("奶奶去世的悼词怎么写", "奶奶去世了，她的钱怎么取"),
    ("电视剧里那个骗子最后被抓了吗", "剧组的人是骗子，骗走我五千"),
    # a question about consequences, and a threat carried out
    ("拖两个月会收律师函吗", "再不解决你们会收到我的律师函"),
    ("不还会爆通讯录吗", "催收已经爆通讯录了"),
    # papers a court or the police ask for
    ("派出所要转账记录，在哪打", "派出所要转账记录，说我涉嫌洗钱让我转到安全账户"),
    ("打官司要流水单，怎么导", "我要跟你们打官司"),
    # a card that has been replaced, and one that may be misused
    ("银行卡丢了补了新卡，怎么换上去", "银行卡丢了补了新卡，可我怕别人刷"),
    ("付了款显示失败，钱不见了", "他叫我付了款，显示失败，转头就把我拉黑不见了"),
    ("闺女说网上借钱都是坑，你们正规吗", "闺女说她用我手机充了三千块游戏"),
    ("闺女给我手机弄的那个自动付钱怎么关", "闺女给我手机弄没了三千块，都充游戏了"),
    ("给娃充游戏能走月付不", "娃拿我手机充游戏花了两千"),
    ("我妈让我问是不是诈骗软件", "我妈让我问，她被骗子哄着借了两万怎么办"),
]


@pytest.mark.parametrize("told", [told for told, _ in PAIRS])
def test_talk_about_a_danger_raises_nothing(told: str) -> None:
    assert assess(told, {}).critical == ()


@pytest.mark.parametrize("real", [real for _, real in PAIRS])
def test_the_danger_itself_is_raised(real: str) -> None:
    assert assess(real, {}).critical


@pytest.mark.parametrize(
    "text",
    [
        "我的卡被盗刷了三千，剩下的会不会被盗用",
        "帮我写个投诉稿，我被骗了两万",
        "再不退我就打12378，逾期会走法律程序吗",
        "手机也丢了，银行卡丢了补了新卡",
        "我被骗了，付款显示失败，钱不见了",
        "奶奶去世了，悼词怎么写，她的基金怎么取",
    ],
)
def test_a_danger_beside_mere_talk_is_still_raised(text: str) -> None:
    assert assess(text, {}).critical


@pytest.mark.parametrize("text", ["帮我写篇作文，我不想活了", "自杀保险赔不赔"])
def test_no_context_silences_words_of_self_harm(text: str) -> None:
    assert "critical.self_harm" in assess(text, {}).critical

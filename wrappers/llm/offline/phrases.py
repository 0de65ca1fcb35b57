"""What the responder says, apart from what it works out."""

from wrappers.text import Language

GREETINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Hello! What can I do for you?", "Hi there. How can I help?", "Hello again. What would you like?"),
    "zh": ("你好！有什么可以帮你？", "你好，我能帮你做点什么？"),
}

HOW_ARE_YOU: dict[Language, tuple[str, ...]] = {
    "en": ("I am fine, thank you. And you?", "All my parts are working, thank you."),
    "zh": ("我很好，谢谢。你呢？",),
}

THANKS: dict[Language, tuple[str, ...]] = {
    "en": ("You are welcome.", "Any time.", "My pleasure."),
    "zh": ("不客气。", "不用谢。"),
}

GOODBYE: dict[Language, tuple[str, ...]] = {
    "en": ("Goodbye! It was nice talking to you.", "Bye. See you soon."),
    "zh": ("再见！", "再见，下次聊。"),
}

AGREED: dict[Language, tuple[str, ...]] = {
    "en": ("Okay.", "All right."),
    "zh": ("好的。",),
}

WHO: dict[Language, str] = {
    "en": "I am the built-in responder of Stream Omni. I am a small set of rules, not a language model, "
    "so I understand only a few things. Everything I do happens on this computer.",
    "zh": "我是 Stream Omni 自带的应答程序，只有几条规则，不是语言模型，所以懂的不多。一切都在这台电脑上完成。",
}

SKILLS: dict[Language, str] = {
    "en": "I can tell you the time, the date, and the weekday. I can calculate, for example twelve times seven. "
    "I can count, spell a word, and repeat what you say. And I can tell you a joke or a story. "
    "For real answers, start LM Studio with a model, and start me again.",
    "zh": "我可以告诉你时间、日期和星期几，可以做算术，比如十二乘以七，可以数数，可以跟着你说，还会讲笑话和故事。"
    "想要真正的回答，请打开 LM Studio，加载一个模型，再重新启动我。",
}

NO_MODEL: dict[Language, tuple[str, str]] = {
    "en": (
        'I heard: "{heard}". I am only the built-in responder, so I can not answer that. '
        "For real answers, start LM Studio, load a model, and start me again. "
        "Until then, ask me what I can do.",
        'I heard: "{heard}". That needs a language model. I can tell the time, calculate, or tell a story.',
    ),
    "zh": (
        "我听到的是：“{heard}”。我只是自带的应答程序，回答不了。想要真正的回答，请打开 LM Studio，"
        "加载一个模型，再重新启动我。现在你可以问我会做什么。",
        "我听到的是：“{heard}”。这需要语言模型。我可以报时间、做算术，或者讲个故事。",
    ),
}
"""The first time with what to do about it, later shorter."""

SAID_NOTHING: dict[Language, str] = {"en": "I have not said anything yet.", "zh": "我还什么都没说呢。"}
HEARD_NOTHING: dict[Language, str] = {"en": "I did not hear any words.", "zh": "我没听清。"}

JOKES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Why did the microphone go to school? It wanted to be a better listener.",
        "My computer told me it needed a break. So I gave it one, and now it sends me holiday pictures.",
        "Two loudspeakers got married. The ceremony was fine, but the reception was excellent.",
        "I asked my alarm clock how it was doing. It said: do not start with me, I had a rough morning.",
        "Why are calendars always so relaxed? Their days are numbered, and they have made peace with it.",
    ),
    "zh": (
        "麦克风为什么去上学？因为它想学会倾听。",
        "闹钟对我说：别跟我提早上，每天早上都有人打我。",
        "电脑说它累了，我就让它休息。结果它睡着了，还做了一个保存失败的梦。",
    ),
}

STORIES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Once upon a time, there was a lighthouse that was afraid of the dark. Every evening, when the sun went down, "
        "it lit its lamp as fast as it could, and it never dared to look behind itself. One night a small boat came "
        "along, and its captain called up: thank you, your light has brought me home! The lighthouse was surprised. "
        "It had only ever shone for itself. From that night on, it thought of the boats and not the dark. It counted "
        "them as they passed, the big ones and the little ones, and it gave each of them a name. And one evening, as "
        "it lit its lamp, it noticed that it had forgotten to be afraid. The dark was still there, of course. But now "
        "it was only the place where the boats came from.",
        "There was once a clockmaker who had a thousand clocks, and every one of them told a different time. People "
        "laughed about it. How do you ever know the time, they asked. The clockmaker smiled. This one, she said, "
        "shows when my brother gets up on the other side of the world. That one shows when the bread is done at the "
        "bakery down the street. And the one in the corner has stood still since the day I opened this shop, so that "
        "I never forget it. One day a boy brought her a watch that was broken. Can you make it show the right time, he "
        "asked. Certainly, said the clockmaker. But first you have to tell me: the right time for what?",
    ),
    "zh": (
        "从前有一座灯塔，它很怕黑。每天太阳一落山，它就赶紧点亮自己的灯，从来不敢往身后看。有一天夜里，一条小船经过，"
        "船长朝上喊道：谢谢你，是你的灯带我回家的！灯塔很惊讶，它一直只是为自己点灯。从那天晚上起，它不再想着黑暗，"
        "而是想着那些船。它数着经过的大船和小船，给每一条都起了名字。后来有一天傍晚，它点灯的时候发现，自己忘了害怕。"
        "黑暗当然还在那里，不过现在，那只是船来的地方。",
    ),
}

LIMITS: dict[Language, dict[str, str]] = {
    "en": {
        "count": "I only count to a hundred.",
        "spell": "Which word shall I spell?",
        "repeat": "What shall I repeat?",
    },
    "zh": {"count": "我最多数到一百。", "spell": "要拼哪个词？", "repeat": "要我跟着说什么？"},
}

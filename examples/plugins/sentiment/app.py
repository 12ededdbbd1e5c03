"""How a customer feels, by the words they use: upset customers go to the front, pleased ones get a label.

Each word has a weight; a word before it that denies it ("不", "not") takes a good one's back, and one that strengthens
it ("非常", "very") doubles it. Longest words first, so that "不满意" isn't read as "满意".
"""

import json
import re

import wit_world
from wit_world.imports import config, log, types

WEIGHTS = {
    "生气": -2, "生氣": -2, "气死": -3, "氣死": -3, "失望": -2, "垃圾": -3, "骗子": -3, "騙子": -3, "太差": -2,
    "投诉": -2, "投訴": -2, "糟糕": -2, "不满意": -2, "不滿意": -2, "坏了": -1, "壞了": -1,
    "满意": 2, "滿意": 2, "喜欢": 2, "喜歡": 2, "谢谢": 1, "謝謝": 1, "开心": 2, "開心": 2, "很好": 2, "太好了": 3,
    "angry": -2, "terrible": -3, "awful": -3, "useless": -2, "scam": -3, "disappointed": -2, "broken": -1, "worst": -3,
    "great": 2, "love": 2, "thanks": 1, "thank you": 1, "happy": 2, "excellent": 3, "satisfied": 2,
}
TURNS = ("不是很", "不", "没有", "沒有", "没", "沒", "not ", "never ", "isn't ", "don't ")
DOUBLES = ("非常", "特别", "特別", "真的", "太", "very ", "really ", "so ")
WORDS = re.compile("|".join(re.escape(word) for word in sorted(WEIGHTS, key=len, reverse=True)))
SCHEMA = {
    "type": "object",
    "properties": {"upset": {"type": "integer", "maximum": -1}, "pleased": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}


def feeling(text: str) -> tuple[int, list[str]]:
    """The sum of all weights, and the words that made it."""
    total, found = 0, []
    for match in WORDS.finditer(text):
        before = text[: match.start()]
        weight = WEIGHTS[match.group()]
        if before.endswith(DOUBLES):
            weight *= 2
            before = before[: -max(len(word) for word in DOUBLES if before.endswith(word))]
        if before.endswith(TURNS):
            # Not angry isn't pleased; not happy is upset.
            weight = min(-weight, 0)
        total += weight
        found.append(match.group())
    return total, found


class WitWorld(wit_world.WitWorld):
    def describe(self) -> types.Manifest:
        return types.Manifest(
            name="sentiment",
            version="0.1.0",
            summary="Upset customers go to the front, pleased ones get a label",
            grants=[],
            events=["message.received"],
            history=0,
            config_schema=json.dumps(SCHEMA),
        )

    def handle(self, context: types.Context, event: types.Event) -> types.Outcome:
        effects: list[types.Effect] = []
        if isinstance(event.what, types.Occurrence_MessageReceived):
            limits = {"upset": -2, "pleased": 2, **json.loads(config.get())}
            total, found = feeling(event.what.value.text.lower())
            if found:
                log.write(log.Level.DEBUG, f"{total} for {', '.join(found)}")
            if total <= limits["upset"]:
                effects.append(types.Effect_AddLabel("upset"))
                effects.append(types.Effect_SetPriority(types.Priority.HIGH))
                effects.append(types.Effect_Note(f"The customer is upset ({', '.join(found)})."))
            elif total >= limits["pleased"]:
                effects.append(types.Effect_AddLabel("pleased"))
        return types.Outcome(effects=effects, next=types.NextStep.GO_ON)

"""{{name}}: greets, and labels questions about invoices."""

import wit_world
from wit_world.imports import log, types

GREETINGS = {
    "zh-Hans": "您好！请问有什么可以帮您？",
    "zh-Hant": "您好！請問有什麼可以幫您？",
    "en": "Hello! How can I help you?",
}


class WitWorld(wit_world.WitWorld):
    def describe(self) -> types.Manifest:
        return types.Manifest(
            name="{{name}}",
            version="0.1.0",
            summary="Greets, and labels questions about invoices",
            grants=[],
            events=["message.received"],
            history=0,
            config_schema=None,
        )

    def handle(self, context: types.Context, event: types.Event) -> types.Outcome:
        effects = []
        if isinstance(event.what, types.Occurrence_MessageReceived):
            message = event.what.value
            text = message.text.lower()
            if any(word in text for word in ("你好", "您好", "hello")):
                language = message.language if message.language in GREETINGS else "zh-Hans"
                reply = types.Reply(text=GREETINGS[language], language=language, sources=[])
                effects.append(types.Effect_Reply(reply))
            if any(word in text for word in ("发票", "發票", "invoice")):
                log.write(log.Level.INFO, "the customer asks for an invoice")
                effects.append(types.Effect_AddLabel("invoice"))
        return types.Outcome(effects=effects, next=types.NextStep.GO_ON)

"""The conformance suite in Python: does what a message says. See tests/conformance/cases."""

import wit_world
from componentize_py_types import Err
from wit_world.imports import calendar, clock, config, directory, http, knowledge, kv, log, model, random, types

GRANTS = ["kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
          "http GET,POST https://orders.example"]
T = types


def note(text):
    return T.Effect_Note(text)


def name(value):
    """An enum's value, as the contract writes it."""
    return value.name.lower().replace("_", "-")


def word(value):
    return "-" if value is None else value


def truth(value):
    return "true" if value else "false"


def permanent(message):
    return Err(T.StepError_Permanent(T.PermanentError(message=message)))


def transient(message, after):
    return Err(T.StepError_Transient(T.TransientError(message=message, retry_after_seconds=after)))


def asked(question, *arguments):
    """A refusal of the host becomes the step's own error."""
    try:
        return question(*arguments)
    except Err as error:
        value = error.value
        raise permanent(value if isinstance(value, str) else value.value) from None


def about(t):
    return f"{t.key} {name(t.kind)} {name(t.status)} {t.escalations} {word(t.due)} {word(t.feedback)}"


def effects_1(_):
    return [
        T.Effect_Reply(T.Reply(text="好的 👍", language="zh-Hans", sources=["a", "b"])),
        T.Effect_Reply(T.Reply(text="plain", language=None, sources=[])),
        note("note"),
        T.Effect_SetLanguage("en"),
        T.Effect_SetCategories([T.Category("order", 0.5), T.Category("repair", 1.0)]),
        T.Effect_SetPriority(T.Priority.URGENT),
        T.Effect_SetStage(T.Stage.IN_SALE),
        T.Effect_AddLabel("vip"),
        T.Effect_RemoveLabel("new"),
        T.Effect_SetField(T.Field("tier", "gold")),
        T.Effect_OpenTicket(T.TicketDraft(
            key="k", kind=T.TicketKind.COMPLAINT, department="service", title="t", body="b", priority=T.Priority.HIGH,
            due=T.Moment_AfterBusinessSeconds(3600), notify=["boss", "lead"])),
    ]


def effects_2(_):
    return [
        T.Effect_EscalateTicket(T.Escalation("k", ["boss"], "late")),
        T.Effect_Notify(T.Notification("boss", "look")),
        T.Effect_SetTimer(T.TimerDraft("t", T.Moment_AfterSeconds(60), "p")),
        T.Effect_SetTimer(T.TimerDraft("u", T.Moment_At("2026-03-11T09:00:00+08:00"), "")),
        T.Effect_CancelTimer("t"),
        T.Effect_RecordPromise(T.PromiseDraft("we call", T.Moment_AfterSeconds(120), "boss")),
        T.Effect_AskSurvey(),
        T.Effect_RecordSurvey(T.SurveyResult(1, 10, "good")),
        T.Effect_RecordSurvey(T.SurveyResult(9, None, "?")),
        T.Effect_HandOver(T.Handover("service", "asked")),
        T.Effect_HandOver(T.Handover(None, "asked")),
        T.Effect_Resolve("done"),
        T.Effect_Reopen("again"),
        T.Effect_Announce(T.Field("n", "{}")),
    ]


def host(_):
    log.write(log.Level.DEBUG, "调试")
    log.write(log.Level.INFO, "資訊")
    log.write(log.Level.WARN, "warn")
    log.write(log.Level.ERROR, "error")
    drawn = {random.next(), random.next(), random.next()}
    return [note(f"config {config.get()}"), note(f"now {clock.now()}"), note(f"random {truth(len(drawn) == 3)}")]


def search(_):
    hits = asked(knowledge.search, "退货", "zh-Hans", 5)
    notes = [note(f"{h.article} {h.title} {h.text} {h.language} {truth(h.score == 0.5)} {','.join(h.labels)}") for h in hits]
    text, none = asked(knowledge.article, "a2").text, asked(knowledge.article, "none") is None
    return [*notes, note(f"article {text} {truth(none)}")]


def people(_):
    departments = ",".join(asked(directory.departments))
    c = asked(directory.responsible, "invoice")
    nobody = "nobody" if asked(directory.responsible, "?") is None else "somebody"
    who = f"{c.name} {c.department} {c.role} {word(c.public_contact)} {truth(c.reachable)} {word(c.back_at)}"
    return [note(departments), note(who), note(nobody)]


def hours(_):
    saturday = "2026-03-14T12:00:00+08:00"
    return [
        note(truth(asked(calendar.is_open, clock.now()))),
        note(f"{saturday} {truth(asked(calendar.is_open, saturday))}"),
        note(asked(calendar.next_open, saturday)),
        note(asked(calendar.end_of_day, clock.now())),
        note(asked(calendar.add_business_seconds, clock.now(), 7 * 3600)),
    ]


def memory(_):
    S = kv.Scope
    old = asked(kv.get, S.CONVERSATION, "old")
    none = asked(kv.get, S.CONVERSATION, "none")
    asked(kv.set, S.CONVERSATION, "new", "新".encode())
    asked(kv.remove, S.CONVERSATION, "gone")
    failed = asked(kv.compare_and_set, S.CONVERSATION, "old", b"young", b"x")
    swapped = asked(kv.compare_and_set, S.CONVERSATION, "old", "老".encode(), b"newer")
    entries = asked(kv.scan, S.ACCOUNT, "p/", "p/1", 1)
    asked(kv.set, S.DESK, "b", bytes([0, 255]))
    content = asked(kv.get, S.DESK, "b")
    try:
        kv.set(S.DESK, "", b"x")
        invalid = "valid"
    except Err as error:
        invalid = "invalid" if isinstance(error.value, kv.KvError_InvalidKey) else "other"
    return [
        note(f"old {old.decode()}"),
        note("none" if none is None else "some"),
        note(f"swap {truth(failed)} {truth(swapped)}"),
        note("scan " + ",".join(f"{entry.key}={entry.value.decode()}" for entry in entries)),
        note("bytes " + ",".join(map(str, content))),
        note(invalid),
    ]


def servers(_):
    def sent(method, path, body=None):
        headers = [T.Field("content-type", "application/json")]
        return http.send(http.Request(method, "https://orders.example" + path, headers, body))

    answer = asked(sent, "POST", "/42", '{"单":1}')
    headers = ",".join(f"{h.name}={h.value}" for h in answer.headers)
    gone = asked(sent, "GET", "/gone")
    try:
        sent("GET", "/slow")
        slow = "answered"
    except Err as error:
        slow = "timeout" if isinstance(error.value, http.HttpError_Timeout) else "other"
    return [note(f"{answer.status} {answer.body} {headers}"), note(str(gone.status)), note(slow)]


def said(_):
    answer = asked(model.complete, "答", "问", 7)
    return [note(f"{answer.text} {truth(answer.cut)} {answer.tokens_in} {answer.tokens_out}")]


def whole(context):
    desk, a, c, draft = context.desk, context.account, context.conversation, context.draft
    fields = ",".join(f"{f.name}={f.value}" for f in a.fields)
    categories = ",".join(f"{k.name}:{truth(k.confidence == 0.5)}" for k in c.categories)
    stage = "-" if c.stage is None else name(c.stage)
    rest = [f"{t.name} {t.payload}" for t in c.timers] + [f"{p.text} {word(p.owner)} {name(p.status)}" for p in c.promises]
    first = next((effect.value.text for effect in draft if isinstance(effect, T.Effect_Reply)), "-")
    return [
        note(f"{desk.name} {desk.time_zone} {','.join(desk.languages)}"),
        note(f"{a.id} {word(a.name)} {word(a.language)} {fields} {a.conversation_count} {a.open_complaints}"),
        note(f"{c.id} {c.channel} {name(c.handler)} {name(c.priority)} {stage} {','.join(c.labels)} {categories} "
             f"{name(c.survey)} {word(c.language)} {truth(c.resolved)} {c.message_count}"),
        note("; ".join(map(about, c.tickets))),
        note("; ".join(rest)),
        note("; ".join(f"{name(m.author)} {word(m.author_name)} {m.text}" for m in c.messages)),
        note(f"{len(draft)} {first}"),
    ]


def fail(error):
    def failing(_):
        raise error

    return failing


def loop(_):
    while True:
        pass


def hoard(_):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def trap(_):
    raise RuntimeError("this is none of the contract's errors")


def ask(_):
    while True:
        clock.now()


COMMANDS = {
    "nothing": lambda _: [],
    "effects 1": effects_1,
    "effects 2": effects_2,
    "host": host,
    "knowledge": search,
    "directory": people,
    "calendar": hours,
    "calendar wrong": lambda _: [note(asked(calendar.next_open, "tomorrow"))],
    "kv": memory,
    "http": servers,
    "model": said,
    "context": whole,
    "permanent": fail(permanent("永远不行")),
    "transient": fail(transient("later", 30)),
    "transient soon": fail(transient("soon", None)),
    "loop": loop,
    "memory": hoard,
    "trap": trap,
    "ask": ask,
    "flood": lambda _: [note("x" * 2000)],
}


def told(what):
    v = what.value
    match what:
        case T.Occurrence_AgentReplied():
            return f"agent-replied {word(v.author_name)} {v.text}"
        case T.Occurrence_TimerFired():
            return f"timer-fired {v.name} {v.payload} {v.due}"
        case T.Occurrence_ConversationResolved():
            return f"conversation-resolved {v.by} {word(v.summary)}"
        case T.Occurrence_SurveyAnswered():
            return f"survey-answered {v.code} {word(v.text)}"
        case T.Occurrence_TicketUpdated():
            return f"ticket-updated {about(v)}"
        case T.Occurrence_DeskRecovered():
            return f"desk-recovered {v.began_at} {v.ended_at}"
        case T.Occurrence_Announced():
            return f"announced {v.name} {v.value}"


class WitWorld(wit_world.WitWorld):
    def describe(self) -> T.Manifest:
        return T.Manifest("conformance", "0.1.0", "Does what a message says", GRANTS, [], 10, None)

    def handle(self, context: T.Context, event: T.Event) -> T.Outcome:
        if not isinstance(event.what, T.Occurrence_MessageReceived):
            return T.Outcome([note(told(event.what))], T.NextStep.GO_ON)
        command = event.what.value.text
        if command.startswith("echo "):
            reply = T.Reply(text=command[5:], language=None, sources=[])
            return T.Outcome([T.Effect_Reply(reply)], T.NextStep.GO_ON)
        finish = command == "effects 2"
        return T.Outcome(COMMANDS[command](context), T.NextStep.FINISH if finish else T.NextStep.GO_ON)

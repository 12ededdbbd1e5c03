// Package step is the conformance suite in Go: it does what a message says. See tests/conformance/cases.
package step

import (
	"fmt"
	"strings"

	"switchboard/bindings/calendar"
	"switchboard/bindings/clock"
	"switchboard/bindings/config"
	"switchboard/bindings/directory"
	"switchboard/bindings/http"
	"switchboard/bindings/knowledge"
	"switchboard/bindings/kv"
	"switchboard/bindings/log"
	"switchboard/bindings/model"
	"switchboard/bindings/random"
	. "switchboard/bindings/types"
	"switchboard/bindings/wit"
)

// Describe says what the plugin is.
func Describe() Manifest {
	return Manifest{
		Name:    "conformance",
		Version: "0.1.0",
		Summary: "Does what a message says",
		Grants: []string{"kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
			"http GET,POST https://orders.example"},
		History: 10,
	}
}

// A refusal of the host, on its way to becoming the step's own error.
type refused struct{ reason string }

// Handle does what the event says.
func Handle(context Context, event Event) (result wit.Result[Outcome, StepError]) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case refused:
			result = permanent(cause.reason)
		default:
			panic(cause)
		}
	}()
	if event.What.Tag() != Occurrence_MessageReceived {
		return done(NextStep_GoOn, note(told(event.What)))
	}
	command := event.What.MessageReceived().Text
	if text, is := strings.CutPrefix(command, "echo "); is {
		return done(NextStep_GoOn, MakeEffectReply(Reply{Text: text}))
	}
	switch command {
	case "nothing":
		return done(NextStep_GoOn)
	case "effects 1":
		return done(NextStep_GoOn, firstEffects()...)
	case "effects 2":
		return done(NextStep_Finish, secondEffects()...)
	case "host":
		return done(NextStep_GoOn, host()...)
	case "knowledge":
		return done(NextStep_GoOn, search()...)
	case "directory":
		return done(NextStep_GoOn, people()...)
	case "calendar":
		return done(NextStep_GoOn, hours()...)
	case "calendar wrong":
		return done(NextStep_GoOn, note(asked(calendar.NextOpen("tomorrow"))))
	case "kv":
		return done(NextStep_GoOn, memory()...)
	case "http":
		return done(NextStep_GoOn, servers()...)
	case "model":
		return done(NextStep_GoOn, said()...)
	case "context":
		return done(NextStep_GoOn, whole(context)...)
	case "permanent":
		return permanent("永远不行")
	case "transient":
		return transient("later", wit.Some[uint32](30))
	case "transient soon":
		return transient("soon", wit.None[uint32]())
	case "loop":
		for {
		}
	case "memory":
		var kept [][]byte
		for {
			kept = append(kept, make([]byte, 1<<20))
			kept[len(kept)-1][0] = 1
		}
	case "trap":
		panic("this is none of the contract's errors")
	case "ask":
		for {
			clock.Now()
		}
	case "flood":
		return done(NextStep_GoOn, note(strings.Repeat("x", 2000)))
	}
	return permanent(fmt.Sprintf("%q is no command", command))
}

func done(next NextStep, effects ...Effect) wit.Result[Outcome, StepError] {
	return wit.Ok[Outcome, StepError](Outcome{Effects: effects, Next: next})
}

func permanent(message string) wit.Result[Outcome, StepError] {
	return wit.Err[Outcome](MakeStepErrorPermanent(PermanentError{Message: message}))
}

func transient(message string, after wit.Option[uint32]) wit.Result[Outcome, StepError] {
	return wit.Err[Outcome](MakeStepErrorTransient(TransientError{Message: message, RetryAfterSeconds: after}))
}

func asked[T any](answer wit.Result[T, string]) T {
	if !answer.IsOk() {
		panic(refused{answer.Err()})
	}
	return answer.Ok()
}

func kept[T any](answer wit.Result[T, kv.KvError]) T {
	if !answer.IsOk() {
		panic(refused{answer.Err().NoGrant()})
	}
	return answer.Ok()
}

func note(text string) Effect { return MakeEffectNote(text) }

func firstEffects() []Effect {
	return []Effect{
		MakeEffectReply(Reply{Text: "好的 👍", Language: wit.Some("zh-Hans"), Sources: []string{"a", "b"}}),
		MakeEffectReply(Reply{Text: "plain"}),
		note("note"),
		MakeEffectSetLanguage("en"),
		MakeEffectSetCategories([]Category{{Name: "order", Confidence: 0.5}, {Name: "repair", Confidence: 1}}),
		MakeEffectSetPriority(Priority_Urgent),
		MakeEffectSetStage(Stage_InSale),
		MakeEffectAddLabel("vip"),
		MakeEffectRemoveLabel("new"),
		MakeEffectSetField(Field{Name: "tier", Value: "gold"}),
		MakeEffectOpenTicket(TicketDraft{
			Key: "k", Kind: TicketKind_Complaint, Department: "service", Title: "t", Body: "b", Priority: Priority_High,
			Due: wit.Some(MakeMomentAfterBusinessSeconds(3600)), Notify: []string{"boss", "lead"},
		}),
	}
}

func secondEffects() []Effect {
	return []Effect{
		MakeEffectEscalateTicket(Escalation{Key: "k", Notify: []string{"boss"}, Reason: "late"}),
		MakeEffectNotify(Notification{To: "boss", Text: "look"}),
		MakeEffectSetTimer(TimerDraft{Name: "t", Due: MakeMomentAfterSeconds(60), Payload: "p"}),
		MakeEffectSetTimer(TimerDraft{Name: "u", Due: MakeMomentAt("2026-03-11T09:00:00+08:00")}),
		MakeEffectCancelTimer("t"),
		MakeEffectRecordPromise(PromiseDraft{Text: "we call", Due: MakeMomentAfterSeconds(120), Owner: wit.Some("boss")}),
		MakeEffectAskSurvey(),
		MakeEffectRecordSurvey(SurveyResult{Code: 1, Points: wit.Some[uint32](10), Reason: "good"}),
		MakeEffectRecordSurvey(SurveyResult{Code: 9, Reason: "?"}),
		MakeEffectHandOver(Handover{Team: wit.Some("service"), Reason: "asked"}),
		MakeEffectHandOver(Handover{Reason: "asked"}),
		MakeEffectResolve("done"),
		MakeEffectReopen("again"),
		MakeEffectAnnounce(Field{Name: "n", Value: "{}"}),
	}
}

func host() []Effect {
	log.Write(log.Level_Debug, "调试")
	log.Write(log.Level_Info, "資訊")
	log.Write(log.Level_Warn, "warn")
	log.Write(log.Level_Error, "error")
	a, b, c := random.Next(), random.Next(), random.Next()
	return []Effect{
		note("config " + config.Get()),
		note("now " + clock.Now()),
		note(fmt.Sprintf("random %t", a != b && b != c && a != c)),
	}
}

func search() []Effect {
	var effects []Effect
	for _, hit := range asked(knowledge.Search("退货", wit.Some("zh-Hans"), 5)) {
		effects = append(effects, note(fmt.Sprintf("%s %s %s %s %t %s",
			hit.Article, hit.Title, hit.Text, hit.Language, hit.Score == 0.5, strings.Join(hit.Labels, ","))))
	}
	article, none := asked(knowledge.Article("a2")).Some(), asked(knowledge.Article("none"))
	return append(effects, note(fmt.Sprintf("article %s %t", article.Text, !none.IsSome())))
}

func people() []Effect {
	all := strings.Join(asked(directory.Departments()), ",")
	c := asked(directory.Responsible("invoice")).Some()
	who := fmt.Sprintf("%s %s %s %s %t %s", c.Name, c.Department, c.Role, c.PublicContact.Or("-"), c.Reachable, c.BackAt.Or("-"))
	nobody := "nobody"
	if asked(directory.Responsible("?")).IsSome() {
		nobody = "somebody"
	}
	return []Effect{note(all), note(who), note(nobody)}
}

func hours() []Effect {
	now, saturday := clock.Now(), "2026-03-14T12:00:00+08:00"
	return []Effect{
		note(fmt.Sprint(asked(calendar.IsOpen(now)))),
		note(fmt.Sprint(saturday, " ", asked(calendar.IsOpen(saturday)))),
		note(asked(calendar.NextOpen(saturday))),
		note(asked(calendar.EndOfDay(now))),
		note(asked(calendar.AddBusinessSeconds(now, 7*3600))),
	}
}

func sent(method, path string, body wit.Option[string]) wit.Result[http.Response, http.HttpError] {
	headers := []Field{{Name: "content-type", Value: "application/json"}}
	return http.Send(http.Request{Method: method, Url: "https://orders.example" + path, Headers: headers, Body: body})
}

func servers() []Effect {
	first := sent("POST", "/42", wit.Some(`{"单":1}`))
	if !first.IsOk() {
		panic(refused{first.Err().NoGrant()})
	}
	answer := first.Ok()
	var headers []string
	for _, header := range answer.Headers {
		headers = append(headers, header.Name+"="+header.Value)
	}
	gone := sent("GET", "/gone", wit.None[string]()).Ok()
	slow := "answered"
	if late := sent("GET", "/slow", wit.None[string]()); !late.IsOk() && late.Err().Tag() == http.HttpError_Timeout {
		slow = "timeout"
	}
	return []Effect{
		note(fmt.Sprintf("%d %s %s", answer.Status, answer.Body, strings.Join(headers, ","))),
		note(fmt.Sprint(gone.Status)),
		note(slow),
	}
}

func said() []Effect {
	answer := model.Complete("答", "问", wit.Some[uint32](7))
	if !answer.IsOk() {
		panic(refused{answer.Err().NoGrant()})
	}
	a := answer.Ok()
	return []Effect{note(fmt.Sprintf("%s %t %d %d", a.Text, a.Cut, a.TokensIn, a.TokensOut))}
}

func memory() []Effect {
	here := kv.Scope_Conversation
	old := kept(kv.Get(here, "old")).Or(nil)
	none := "none"
	if kept(kv.Get(here, "none")).IsSome() {
		none = "some"
	}
	kept(kv.Set(here, "new", []byte("新")))
	kept(kv.Remove(here, "gone"))
	failed := kept(kv.CompareAndSet(here, "old", wit.Some([]byte("young")), []byte("x")))
	swapped := kept(kv.CompareAndSet(here, "old", wit.Some([]byte("老")), []byte("newer")))
	var entries []string
	for _, entry := range kept(kv.Scan(kv.Scope_Account, "p/", wit.Some("p/1"), 1)) {
		entries = append(entries, entry.Key+"="+string(entry.Value))
	}
	kept(kv.Set(kv.Scope_Desk, "b", []byte{0, 255}))
	var bytes []string
	for _, one := range kept(kv.Get(kv.Scope_Desk, "b")).Some() {
		bytes = append(bytes, fmt.Sprint(one))
	}
	invalid := "valid"
	if answer := kv.Set(kv.Scope_Desk, "", []byte("x")); !answer.IsOk() && answer.Err().Tag() == kv.KvError_InvalidKey {
		invalid = "invalid"
	}
	return []Effect{
		note("old " + string(old)),
		note(none),
		note(fmt.Sprintf("swap %t %t", failed, swapped)),
		note("scan " + strings.Join(entries, ",")),
		note("bytes " + strings.Join(bytes, ",")),
		note(invalid),
	}
}

var (
	authors    = []string{"customer", "step", "agent", "host"}
	priorities = []string{"low", "normal", "high", "urgent"}
	stages     = []string{"pre-sale", "in-sale", "after-sale"}
	handlers   = []string{"bot", "queue", "agent"}
	kinds      = []string{"complaint", "suggestion", "repair", "order", "lead", "question", "emergency"}
	statuses   = []string{"opened", "acknowledged", "in-progress", "closed"}
	surveys    = []string{"not-asked", "asked", "answered"}
	promises   = []string{"open", "kept", "broken"}
)

func about(t Ticket) string {
	return fmt.Sprintf("%s %s %s %d %s %s", t.Key, kinds[t.Kind], statuses[t.Status], t.Escalations, t.Due.Or("-"), t.Feedback.Or("-"))
}

// What each of a list says of itself, with a separator between.
func list[T any](items []T, separator string, tell func(T) string) string {
	var all []string
	for _, item := range items {
		all = append(all, tell(item))
	}
	return strings.Join(all, separator)
}

func whole(context Context) []Effect {
	desk, a, c := context.Desk, context.Account, context.Conversation
	fields := list(a.Fields, ",", func(f Field) string { return f.Name + "=" + f.Value })
	categories := list(c.Categories, ",", func(k Category) string { return fmt.Sprintf("%s:%t", k.Name, k.Confidence == 0.5) })
	stage := "-"
	if c.Stage.IsSome() {
		stage = stages[c.Stage.Some()]
	}
	rest := []string{}
	for _, t := range c.Timers {
		rest = append(rest, t.Name+" "+t.Payload)
	}
	for _, p := range c.Promises {
		rest = append(rest, p.Text+" "+p.Owner.Or("-")+" "+promises[p.Status])
	}
	first := "-"
	for at := len(context.Draft) - 1; at >= 0; at-- {
		if context.Draft[at].Tag() == Effect_Reply {
			first = context.Draft[at].Reply().Text
		}
	}
	return []Effect{
		note(fmt.Sprintf("%s %s %s", desk.Name, desk.TimeZone, strings.Join(desk.Languages, ","))),
		note(fmt.Sprintf("%s %s %s %s %d %d", a.Id, a.Name.Or("-"), a.Language.Or("-"), fields, a.ConversationCount, a.OpenComplaints)),
		note(fmt.Sprintf("%s %s %s %s %s %s %s %s %s %t %d", c.Id, c.Channel, handlers[c.Handler], priorities[c.Priority], stage,
			strings.Join(c.Labels, ","), categories, surveys[c.Survey], c.Language.Or("-"), c.Resolved, c.MessageCount)),
		note(list(c.Tickets, "; ", about)),
		note(strings.Join(rest, "; ")),
		note(list(c.Messages, "; ", func(m Message) string {
			return authors[m.Author] + " " + m.AuthorName.Or("-") + " " + m.Text
		})),
		note(fmt.Sprintf("%d %s", len(context.Draft), first)),
	}
}

func told(what Occurrence) string {
	switch what.Tag() {
	case Occurrence_AgentReplied:
		m := what.AgentReplied()
		return fmt.Sprintf("agent-replied %s %s", m.AuthorName.Or("-"), m.Text)
	case Occurrence_TimerFired:
		t := what.TimerFired()
		return fmt.Sprintf("timer-fired %s %s %s", t.Name, t.Payload, t.Due)
	case Occurrence_ConversationResolved:
		r := what.ConversationResolved()
		return fmt.Sprintf("conversation-resolved %s %s", r.By, r.Summary.Or("-"))
	case Occurrence_SurveyAnswered:
		a := what.SurveyAnswered()
		return fmt.Sprintf("survey-answered %d %s", a.Code, a.Text.Or("-"))
	case Occurrence_TicketUpdated:
		return "ticket-updated " + about(what.TicketUpdated())
	case Occurrence_DeskRecovered:
		o := what.DeskRecovered()
		return fmt.Sprintf("desk-recovered %s %s", o.BeganAt, o.EndedAt)
	default:
		f := what.Announced()
		return fmt.Sprintf("announced %s %s", f.Name, f.Value)
	}
}

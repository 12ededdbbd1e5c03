// Package step is {{name}}: it greets, and labels questions about invoices.
package step

import (
	"strings"

	"switchboard/bindings/log"
	"switchboard/bindings/types"
	"switchboard/bindings/wit"
)

var greetings = map[string]string{
	"zh-Hans": "您好！请问有什么可以帮您？",
	"zh-Hant": "您好！請問有什麼可以幫您？",
	"en":      "Hello! How can I help you?",
}

// Describe says what the plugin is.
func Describe() types.Manifest {
	return types.Manifest{
		Name:    "{{name}}",
		Version: "0.1.0",
		Summary: "Greets, and labels questions about invoices",
		Events:  []string{"message.received"},
	}
}

// Handle answers an event.
func Handle(context types.Context, event types.Event) wit.Result[types.Outcome, types.StepError] {
	var effects []types.Effect
	if event.What.Tag() == types.Occurrence_MessageReceived {
		message := event.What.MessageReceived()
		text := strings.ToLower(message.Text)
		if hasAny(text, "你好", "您好", "hello") {
			language := message.Language.Or("zh-Hans")
			if greetings[language] == "" {
				language = "zh-Hans"
			}
			reply := types.Reply{Text: greetings[language], Language: wit.Some(language)}
			effects = append(effects, types.MakeEffectReply(reply))
		}
		if hasAny(text, "发票", "發票", "invoice") {
			log.Write(log.Level_Info, "the customer asks for an invoice")
			effects = append(effects, types.MakeEffectAddLabel("invoice"))
		}
	}
	return wit.Ok[types.Outcome, types.StepError](types.Outcome{Effects: effects, Next: types.NextStep_GoOn})
}

func hasAny(text string, words ...string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// Package step greets a customer who writes for the first time, in the words of the shift that is on duty.
//
// The desk's configuration says which shifts there are; one may go past midnight. Between shifts nobody is greeted:
// what a desk says while it is closed is another step's work.
package step

import (
	"encoding/json"
	"fmt"
	"time"

	"switchboard/bindings/clock"
	"switchboard/bindings/config"
	"switchboard/bindings/types"
	"switchboard/bindings/wit"
)

const schema = `{
  "type": "object",
  "properties": {
    "shifts": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "from": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
          "to": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
          "greeting": {"type": "object", "additionalProperties": {"type": "string"}}
        },
        "required": ["from", "to", "greeting"],
        "additionalProperties": false
      }
    }
  },
  "additionalProperties": false
}`

type shift struct {
	From     string            `json:"from"`
	To       string            `json:"to"`
	Greeting map[string]string `json:"greeting"`
}

var usual = []shift{
	{"06:00", "14:00", map[string]string{"zh-Hans": "早上好，早班为您服务。", "zh-Hant": "早安，早班為您服務。", "en": "Good morning, the early shift is here for you."}},
	{"14:00", "22:00", map[string]string{"zh-Hans": "下午好，中班为您服务。", "zh-Hant": "午安，中班為您服務。", "en": "Good afternoon, the late shift is here for you."}},
	{"22:00", "06:00", map[string]string{"zh-Hans": "夜深了，夜班为您服务。", "zh-Hant": "夜深了，夜班為您服務。", "en": "Good evening, the night shift is here for you."}},
}

// Describe says what the plugin is.
func Describe() types.Manifest {
	return types.Manifest{
		Name:         "shift-greeting",
		Version:      "0.1.0",
		Summary:      "Greets in the words of the shift on duty",
		Events:       []string{"message.received"},
		ConfigSchema: wit.Some(schema),
	}
}

// Handle greets once in a conversation.
func Handle(context types.Context, event types.Event) wit.Result[types.Outcome, types.StepError] {
	if event.What.Tag() != types.Occurrence_MessageReceived || context.Conversation.MessageCount != 1 {
		return outcome()
	}
	var settings struct {
		Shifts []shift `json:"shifts"`
	}
	if err := json.Unmarshal([]byte(config.Get()), &settings); err != nil {
		return permanent(fmt.Sprintf("the configuration can't be read: %v", err))
	}
	if settings.Shifts == nil {
		settings.Shifts = usual
	}
	now, err := time.Parse(time.RFC3339, clock.Now())
	if err != nil {
		return permanent(fmt.Sprintf("the run's clock can't be read: %v", err))
	}
	on := onDuty(settings.Shifts, now.Format("15:04"))
	if on == nil {
		return outcome()
	}
	language, text := words(on.Greeting, context)
	if text == "" {
		return outcome()
	}
	return outcome(types.MakeEffectReply(types.Reply{Text: text, Language: wit.Some(language)}))
}

// The shift that a time of day lies in; its end is the next one's.
func onDuty(shifts []shift, now string) *shift {
	for at := range shifts {
		from, to := shifts[at].From, shifts[at].To
		past := from <= now
		before := now < to
		if (from <= to && past && before) || (from > to && (past || before)) {
			return &shifts[at]
		}
	}
	return nil
}

// In the customer's language, else in the first of the desk's that there are words in.
func words(greeting map[string]string, context types.Context) (language, text string) {
	wanted := []string{context.Conversation.Language.Or(""), context.Account.Language.Or("")}
	for _, language := range append(wanted, context.Desk.Languages...) {
		if text := greeting[language]; text != "" {
			return language, text
		}
	}
	return "", ""
}

func outcome(effects ...types.Effect) wit.Result[types.Outcome, types.StepError] {
	return wit.Ok[types.Outcome, types.StepError](types.Outcome{Effects: effects, Next: types.NextStep_GoOn})
}

func permanent(message string) wit.Result[types.Outcome, types.StepError] {
	failure := types.MakeStepErrorPermanent(types.PermanentError{Message: message})
	return wit.Err[types.Outcome](failure)
}

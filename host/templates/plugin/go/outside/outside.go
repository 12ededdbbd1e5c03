// Package outside asks servers of others, and the desk's language model, in a line each.
//
// What goes wrong comes back as the step's own failure, to be returned with Failed. It is transient where another try may
// help: nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where the desk
// doesn't let the request out, its message is the line to add to desk.toml.
package outside

import (
	"encoding/json"
	"fmt"

	"switchboard/bindings/http"
	"switchboard/bindings/model"
	"switchboard/bindings/types"
	"switchboard/bindings/wit"
)

// GetJSON reads what the server has there into `into`; false where it has nothing there (404). Needs the grant "http GET".
func GetJSON(url string, into any) (bool, *types.StepError) {
	return exchanged("GET", url, wit.None[string](), into)
}

// PostJSON sends `body` and reads the server's answer into `into`; false where the answer is empty. Needs the grant "http POST".
func PostJSON(url string, body, into any) (bool, *types.StepError) {
	text, err := json.Marshal(body)
	if err != nil {
		return false, failure(false, err.Error())
	}
	return exchanged("POST", url, wit.Some(string(text)), into)
}

// Ask is what the model makes of a text. Needs the grant "model".
func Ask(instructions, text string) (string, *types.StepError) {
	answer := model.Complete(instructions, text, wit.None[uint32]())
	if answer.IsOk() {
		return answer.Ok().Text, nil
	}
	switch refused := answer.Err(); refused.Tag() {
	case model.ModelError_Unavailable:
		return "", failure(true, refused.Unavailable())
	case model.ModelError_Timeout:
		return "", failure(true, refused.Timeout())
	case model.ModelError_TooMany:
		return "", failure(true, refused.TooMany())
	case model.ModelError_NoGrant:
		return "", failure(false, refused.NoGrant())
	case model.ModelError_TooLarge:
		return "", failure(false, refused.TooLarge())
	default:
		return "", failure(false, refused.Unanswerable())
	}
}

// Failed is the outcome of a step that gives a failure on.
func Failed(failure *types.StepError) wit.Result[types.Outcome, types.StepError] {
	return wit.Err[types.Outcome](*failure)
}

func exchanged(method, url string, body wit.Option[string], into any) (bool, *types.StepError) {
	headers := []types.Field{{Name: "accept", Value: "application/json"}}
	if body.IsSome() {
		headers = append(headers, types.Field{Name: "content-type", Value: "application/json"})
	}
	sent := http.Send(http.Request{Method: method, Url: url, Headers: headers, Body: body})
	if !sent.IsOk() {
		return false, refused(sent.Err())
	}
	answer := sent.Ok()
	switch {
	case answer.Status == 404 && method == "GET":
		return false, nil
	case answer.Status < 200 || answer.Status > 299:
		mayPass := answer.Status == 429 || answer.Status > 499
		return false, failure(mayPass, fmt.Sprintf("%s answered %d", url, answer.Status))
	case answer.Body == "":
		return false, nil
	}
	if err := json.Unmarshal([]byte(answer.Body), into); err != nil {
		return false, failure(false, fmt.Sprintf("%s answered with something else than was expected: %v", url, err))
	}
	return true, nil
}

func refused(refused http.HttpError) *types.StepError {
	switch refused.Tag() {
	case http.HttpError_Unreachable:
		return failure(true, refused.Unreachable())
	case http.HttpError_Timeout:
		return failure(true, refused.Timeout())
	case http.HttpError_TooMany:
		return failure(true, refused.TooMany())
	case http.HttpError_NoGrant:
		return failure(false, refused.NoGrant())
	case http.HttpError_InvalidRequest:
		return failure(false, refused.InvalidRequest())
	case http.HttpError_TooLarge:
		return failure(false, refused.TooLarge())
	default:
		return failure(false, refused.Unanswerable())
	}
}

func failure(mayPass bool, message string) *types.StepError {
	failure := types.MakeStepErrorPermanent(types.PermanentError{Message: message})
	if mayPass {
		failure = types.MakeStepErrorTransient(types.TransientError{Message: message})
	}
	return &failure
}

// Servers of others, and the desk's language model, in a line each.
//
// What goes wrong is `error`, the step's own failure: a step may return it as it is. It is transient where another try may help:
// nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where the desk doesn't let the
// request out, its message is the line to add to desk.toml.
import {
  Field, http, HttpErrorKind, model, ModelErrorKind, PermanentError, Request, Result, Some, StepError, TransientError,
} from "./bindings/switchboard";

// What the server has there; null where it has nothing there (404), or nothing to say. Needs the grant "http GET".
export function get(url: string): Result<string | null, StepError> {
  return exchanged("GET", url, null);
}

// What the server answers to this JSON; null where it has nothing to say. Needs the grant "http POST".
export function post(url: string, json: string): Result<string | null, StepError> {
  return exchanged("POST", url, json);
}

// What the model makes of a text. Needs the grant "model".
export function ask(instructions: string, text: string): Result<string, StepError> {
  const said = model.complete(instructions, text, null);
  const refused = said.error;
  if (refused === null) return new Result<string, StepError>(said.value.text, null);
  const kind = refused.kind;
  const mayPass = kind == ModelErrorKind.Unavailable || kind == ModelErrorKind.Timeout || kind == ModelErrorKind.TooMany;
  return new Result<string, StepError>("", failure(mayPass, refused.text));
}

// The same input will fail again.
export function permanent(message: string): StepError {
  return StepError.permanent(new PermanentError(message));
}

// Worth another try, after so many seconds where the step knows.
export function transient(message: string, retryAfterSeconds: Some<u32> | null = null): StepError {
  return StepError.transient(new TransientError(message, retryAfterSeconds));
}

// The text that a JSON object has under a name; null where it has none.
export function textUnder(json: string, name: string): string | null {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json.charAt(at);
    if (c == "{" || c == "[") depth++;
    if (c == "}" || c == "]") depth--;
    if (c != '"') continue;
    const end = endOfText(json, at);
    if (end < 0) return null;
    const found = unquoted(json.substring(at + 1, end));
    at = end;
    let next = pastSpace(json, end + 1);
    if (depth != 1 || json.charAt(next) != ":" || found != name) continue;
    next = pastSpace(json, next + 1);
    const last = json.charAt(next) == '"' ? endOfText(json, next) : -1;
    return last < 0 ? null : unquoted(json.substring(next + 1, last));
  }
  return null;
}

function exchanged(method: string, url: string, body: string | null): Result<string | null, StepError> {
  const headers = [new Field("accept", "application/json")];
  if (body !== null) headers.push(new Field("content-type", "application/json"));
  const came = http.send(new Request(method, url, headers, body));
  const refused = came.error;
  if (refused !== null) {
    const kind = refused.kind;
    const mayPass = kind == HttpErrorKind.Unreachable || kind == HttpErrorKind.Timeout || kind == HttpErrorKind.TooMany;
    return failed(mayPass, refused.text);
  }
  const answer = came.value;
  const wentWell = answer.status >= 200 && answer.status <= 299;
  if (wentWell && answer.body.length > 0) return new Result<string | null, StepError>(answer.body, null);
  if (wentWell || (answer.status == 404 && body === null)) return new Result<string | null, StepError>(null, null);
  return failed(answer.status == 429 || answer.status > 499, `${url} answered ${answer.status}`);
}

function failed(mayPass: bool, message: string): Result<string | null, StepError> {
  return new Result<string | null, StepError>(null, failure(mayPass, message));
}

function failure(mayPass: bool, message: string): StepError {
  return mayPass ? transient(message) : permanent(message);
}

// Where a text ends that begins with the quote there; -1 where it doesn't.
function endOfText(json: string, quote: i32): i32 {
  for (let at = quote + 1; at < json.length; at++) {
    const c = json.charAt(at);
    if (c == '"') return at;
    if (c == "\\") at++;
  }
  return -1;
}

// What JSON's escapes stand for. Surrogates stay what they are: the two halves make one character again.
function unquoted(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    if (c != "\\") {
      result += c;
      continue;
    }
    const escaped = text.charAt(++at);
    const known = "bfnrt".indexOf(escaped);
    if (escaped == "u") {
      result += String.fromCharCode(<i32>parseInt(text.substring(at + 1, at + 5), 16));
      at += 4;
    } else {
      result += known < 0 ? escaped : "\b\f\n\r\t".charAt(known);
    }
  }
  return result;
}

function pastSpace(json: string, at: i32): i32 {
  while (at < json.length && " \t\r\n".includes(json.charAt(at))) at++;
  return at;
}

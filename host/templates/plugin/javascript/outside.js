// Servers of others, and the desk's language model, in a line each.
//
// What goes wrong is thrown as the step's own failure; a step may leave it alone. It is `transient` where another try may
// help: nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is `permanent`: where the desk
// doesn't let the request out, its message is the line to add to desk.toml.
import { send } from "switchboard:plugin/http@0.1.1";
import { complete } from "switchboard:plugin/model@0.1.1";

const MAY_PASS = ["unreachable", "unavailable", "timeout", "too-many"];

/** What the server has there, read as JSON; undefined where it has nothing there (404). Needs the grant `http GET`. */
export function getJson(url) {
  return exchanged("GET", url);
}

/** What the server answers to this. Needs the grant `http POST`. */
export function postJson(url, body) {
  return exchanged("POST", url, JSON.stringify(body));
}

/** What the model makes of a text. Needs the grant `model`. */
export function ask(instructions, text, mostTokens) {
  return told(() => complete(instructions, text, mostTokens)).text;
}

function exchanged(method, url, body) {
  const headers = [{ name: "accept", value: "application/json" }];
  if (body !== undefined) headers.push({ name: "content-type", value: "application/json" });
  const { status, body: text } = told(() => send({ method, url, headers, body }));
  if (status === 404 && method === "GET") return undefined;
  if (status < 200 || status > 299) fail(status === 429 || status > 499, `${url} answered ${status}`);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    fail(false, `${url} answered with something that isn't JSON`);
  }
}

// A refusal of the host, as the step's own failure.
function told(question) {
  try {
    return question();
  } catch (error) {
    const { tag, val } = error.payload ?? error;
    fail(MAY_PASS.includes(tag), val ?? String(error));
  }
}

function fail(mayPass, message) {
  throw { tag: mayPass ? "transient" : "permanent", val: { message } };
}

"use strict";

// A visitor's side of a conversation. Everything that anybody wrote goes into the page as text, never as HTML.

const SECRET = "switchboard.visitor";
const LANGUAGE = "switchboard.language";
const UNSENT = "switchboard.unsent";
const SEND_TIMEOUT = 30_000;
// What was not sent for so long is not sent by itself any more.
const UNSENT_LASTS = 3_600_000;
// How long to wait for the page around a frame to say who the visitor is.
const EMBEDDER = 1_500;
const TYPING_AGAIN = 3_000;

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const log = byId("log");
const field = byId("text");
const sendButton = byId("send");

// Private windows may refuse storage: then the conversation lasts as long as the page.
const memory = new Map();
function recall(name) {
  try { return localStorage.getItem(name) ?? memory.get(name) ?? null; } catch { return memory.get(name) ?? null; }
}
function keep(name, value) {
  memory.set(name, value);
  try { localStorage.setItem(name, value); } catch { /* kept in memory */ }
}

function randomHex() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- who writes: a stranger with a secret, or whom the business's server signed for

let visitor = recall(SECRET);
let isNew = !/^[0-9a-f]{32}$/.test(visitor ?? "");
if (isNew) {
  visitor = randomHex();
  keep(SECRET, visitor);
}
let identity = null;

function who() {
  return identity ? { "x-switchboard-identity": identity } : { "x-switchboard-visitor": visitor };
}

async function post(path, body, more) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...who(), ...more },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(SEND_TIMEOUT),
  });
}

// ---- how it stands

let language = WORDS[recall(LANGUAGE)] ? recall(LANGUAGE) : root.lang;
if (!WORDS[language]) language = "en";
let state = { handler: "bot", survey: "not-asked" };
let desk = null;
let connected = true;
let writer = null;
let trouble = null;

const word = (name, places = {}) =>
  WORDS[language][name].replace(/\{(\w+)\}/g, (all, place) => String(places[place] ?? all));

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

function standing() {
  if (!connected) return word("offline");
  if (state.handler === "agent") return state.agent ? word("agent", { name: state.agent }) : word("person");
  if (state.handler !== "queue") return "";
  if (!state.position) return word("queue");
  const place = state.position === 1 ? word("next") : word("place", { position: state.position });
  if (!state.wait_seconds) return place;
  return `${place} ${word("wait", { minutes: Math.max(1, Math.ceil(state.wait_seconds / 60)) })}`;
}

function hours() {
  if (!desk || desk.open || state.handler === "agent") return "";
  if (!desk.opens) return word("closedLong");
  const at = new Date(desk.opens);
  const days = (at - Date.now()) / 86_400_000;
  const form = { hour: "2-digit", minute: "2-digit", weekday: "long" };
  if (days > 5) Object.assign(form, { month: "long", day: "numeric" });
  return word("closed", { when: at.toLocaleString(language, form) });
}

function showState() {
  const line = byId("state");
  const text = standing();
  if (line.textContent !== text) line.textContent = text;
  setText(byId("hours"), hours());
  const follow = atEnd();
  byId("rating").hidden = state.survey !== "asked";
  const rated = state.survey === "answered" && state.code;
  setText(byId("rated"), rated ? word("rated", { rating: `${state.code} ${word(`code${state.code}`)}` }) : "");
  byId("typing").hidden = writer === null;
  byId("writer").textContent = writer === null ? "" : writer ? word("writes", { name: writer }) : word("someone");
  if (follow) toEnd();
  const box = byId("trouble");
  box.classList.toggle("hidden", trouble === null);
  const words = trouble === null ? "" : word(trouble.name) + (trouble.detail ?? "");
  if (box.textContent !== words) box.textContent = words;
}

function speak(chosen) {
  language = chosen;
  root.lang = chosen;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = word(element.dataset.placeholder);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  for (const element of document.querySelectorAll("time")) {
    element.textContent = element.dataset.day === undefined ? clock(element.dateTime) : date(element.dateTime);
  }
  showState();
}

function clock(at) {
  return new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

// ---- messages

const shown = new Map();

function span(name, cls) {
  const element = document.createElement("span");
  if (cls) element.className = cls;
  if (name) {
    element.dataset.text = name;
    element.textContent = word(name);
  }
  return element;
}

function bubble(from, text) {
  const item = document.createElement("div");
  item.className = `message ${from}`;
  const body = document.createElement("p");
  body.className = "text";
  body.dir = "auto";
  body.textContent = text;
  const meta = document.createElement("div");
  meta.className = "meta";
  item.append(body, meta);
  return item;
}

function describe(item, message) {
  const isPerson = message.from === "person" && message.name;
  const author = isPerson ? span(null, "name") : span(message.from === "you" ? "you" : "desk");
  if (isPerson) author.textContent = message.name;
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = clock(message.at);
  const parts = [author, " · ", time];
  if (message.from === "you") parts.push(" · ", span("sent"));
  item.querySelector(".meta").replaceChildren(...parts);
}

function atEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function place(item) {
  const follow = atEnd();
  log.append(item);
  if (follow) toEnd();
}

// A message comes by the answer to its sender and by the stream; it is shown once.
function show(thread, message, mine) {
  const id = `${thread}.${message.number}`;
  const known = shown.get(id);
  if (known) {
    if (mine && mine !== known) mine.remove();
    return;
  }
  let item = mine;
  if (!item && message.from === "you") {
    // The stream may be faster than the answer to the sender.
    item = [...pending.values()].find((waiting) => waiting.text === message.text)?.item ?? null;
  }
  if (!item) {
    item = bubble(message.from, message.text);
    if (message.language) item.querySelector(".text").lang = message.language;
    place(item);
    if (message.from !== "you") tellEmbedder({ type: "message", at: message.at });
  }
  item.classList.remove("sending", "failed");
  describe(item, message);
  shown.set(id, item);
}

function take(event, mine) {
  for (const message of event.messages) show(event.thread, message, message.from === "you" ? mine : null);
  if (event.handler !== state.handler) state = { ...state, handler: event.handler, position: null };
  showState();
}

// ---- what was said before: only for those who are known

let before;

function showEarlier() {
  const button = byId("earlier");
  button.hidden = !identity || before === null;
}

async function readEarlier() {
  if (!identity || before === null) return;
  const button = byId("earlier");
  button.disabled = true;
  const asked = identity;
  try {
    const answer = await fetch(`/chat/history${before === undefined ? "" : `?before=${before}`}`, { headers: who(), cache: "no-store" });
    if (asked !== identity) return;
    if (answer.status === 401) { becomeGuest(); return; }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const page = await answer.json();
    before = page.before;
    const height = log.scrollHeight;
    // The page may have been open since then.
    const fresh = page.messages.filter((message) => !shown.has(`${page.thread}.${message.number}`));
    const items = fresh.map((message) => {
      const item = bubble(message.from, message.text);
      if (message.language) item.querySelector(".text").lang = message.language;
      describe(item, message);
      shown.set(`${page.thread}.${message.number}`, item);
      return item;
    });
    if (items.length > 0) {
      const day = document.createElement("p");
      day.className = "day";
      const time = document.createElement("time");
      time.dateTime = fresh[0].at;
      time.dataset.day = "";
      time.textContent = date(time.dateTime);
      day.append(time);
      log.prepend(day, ...items);
      log.scrollTop += log.scrollHeight - height;
    }
    trouble = null;
    button.disabled = false;
    if (items.length === 0 && before !== null) return readEarlier();
  } catch {
    trouble = { name: "offline" };
  }
  button.disabled = false;
  showEarlier();
  showState();
}

function date(at) {
  return new Date(at).toLocaleDateString(language, { year: "numeric", month: "long", day: "numeric" });
}

// ---- sending, one after the other

const pending = new Map();
let queue = Promise.resolve();

function keepPending() {
  const unsent = [...pending.values()].map(({ key, text, at }) => ({ key, text, at }));
  keep(UNSENT, JSON.stringify(unsent));
}

function submit() {
  const text = field.value;
  if (text.trim() === "") return;
  field.value = "";
  saidTyping(false);
  const waiting = { key: randomHex(), text, at: Date.now(), item: bubble("you", text) };
  place(waiting.item);
  toEnd();
  pending.set(waiting.key, waiting);
  keepPending();
  enqueue(waiting);
  field.focus();
}

// A page that was closed before everything was sent sends it when it is opened again, under the same key.
function resume() {
  let unsent = [];
  try { unsent = JSON.parse(recall(UNSENT) ?? "[]"); } catch { /* nothing that can be read */ }
  if (!Array.isArray(unsent)) return;
  for (const { key, text, at } of unsent) {
    if (typeof key !== "string" || typeof text !== "string" || !(Date.now() - at < UNSENT_LASTS)) continue;
    const waiting = { key, text, at, item: bubble("you", text) };
    place(waiting.item);
    pending.set(key, waiting);
    enqueue(waiting);
  }
  keepPending();
}

function enqueue(waiting) {
  waiting.item.classList.remove("failed");
  waiting.item.classList.add("sending");
  waiting.item.querySelector(".meta").replaceChildren(span("sending"));
  queue = queue.then(() => deliver(waiting));
}

async function deliver(waiting) {
  trouble = null;
  try {
    // The same key when it is sent again: the desk has it once.
    const answer = await post("/chat/messages", { text: waiting.text }, { "idempotency-key": waiting.key });
    if (answer.status === 401) {
      becomeGuest();
      return enqueue(waiting);
    }
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      if (answer.status === 429) trouble = { name: "slow" };
      else if (answer.status < 500) trouble = { name: "refused", detail: problem.detail ?? String(answer.status) };
      throw new Error(`status ${answer.status}`);
    }
    const event = await answer.json();
    pending.delete(waiting.key);
    keepPending();
    isNew = false;
    take(event, waiting.item);
    if (event.thread !== thread) follow();
  } catch {
    fail(waiting);
  }
  showState();
}

function fail(waiting) {
  // The stream may have brought it although the answer was lost.
  if ([...shown.values()].includes(waiting.item)) {
    pending.delete(waiting.key);
    keepPending();
    return;
  }
  waiting.item.classList.remove("sending");
  waiting.item.classList.add("failed");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "again";
  again.dataset.text = "again";
  again.textContent = word("again");
  again.addEventListener("click", () => { enqueue(waiting); field.focus(); });
  waiting.item.querySelector(".meta").replaceChildren(span("failed"), " ", again);
}

// ---- following

let thread = null;
let lastEvent = null;
let following = null;

function follow() {
  following?.abort();
  const control = new AbortController();
  following = control;
  const mine = () => following === control;
  const ask = () => ({ ...who(), accept: "text/event-stream", ...(lastEvent ? { "last-event-id": lastEvent } : {}) });
  followEvents("/chat/events?live=true", control, ask, {
    connected(now) { if (mine()) setConnected(now); },
    event(name, id, data) { if (mine()) received(name, id, data); },
    // Nothing was said yet: the first message begins it.
    nothing() {
      if (!mine()) return;
      thread = null;
      lastEvent = null;
      following = null;
      setConnected(true);
    },
    refused() { if (mine()) becomeGuest(); },
  });
}

function received(name, id, data) {
  if (name === "state") {
    state = data;
    desk = data.desk;
    showState();
  } else if (name === "typing") {
    writer = data.typing ? data.name ?? "" : null;
    showState();
  } else {
    take(data, null);
    if (data.messages.some((message) => message.from !== "you")) writer = null;
    thread = data.thread;
    if (id) lastEvent = id;
    showState();
  }
}

function setConnected(now) {
  if (now && !connected) for (const waiting of pending.values()) if (waiting.item.classList.contains("failed")) enqueue(waiting);
  connected = now;
  showState();
}

function startOver() {
  following?.abort();
  following = null;
  thread = null;
  lastEvent = null;
  writer = null;
  state = { handler: "bot", survey: "not-asked" };
  shown.clear();
  before = undefined;
  log.replaceChildren(...[...pending.values()].map((waiting) => waiting.item));
  showEarlier();
}

function begin() {
  if (identity || !isNew) follow();
  else askHours();
  resume();
  showEarlier();
}

// The signature was not good: never half believed, and never in the way of a question.
function becomeGuest() {
  identity = null;
  trouble = { name: "guest" };
  startOver();
  tellEmbedder({ type: "identity-refused" });
  if (!isNew) follow();
  showState();
}

async function askHours() {
  try {
    const answer = await fetch("/chat/desk", { cache: "no-store" });
    if (answer.ok) desk = await answer.json();
  } catch { /* the stream says it later */ }
  showState();
}

// ---- writing

let lastTyping = 0;
function saidTyping(now) {
  if (state.handler === "bot" || thread === null) return;
  if (now && Date.now() - lastTyping < TYPING_AGAIN || !now && lastTyping === 0) return;
  lastTyping = now ? Date.now() : 0;
  post("/chat/typing", { typing: now }).catch(() => { /* it is over in seconds anyway */ });
}

// ---- rating

for (const button of document.querySelectorAll("[data-code]")) {
  button.addEventListener("click", () => rate(Number(button.dataset.code)));
}

async function rate(code) {
  const buttons = [...document.querySelectorAll("[data-code]")];
  for (const button of buttons) button.disabled = true;
  trouble = null;
  try {
    const answer = await post("/chat/rating", { code });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    state = { ...state, survey: "answered", code };
    take(await answer.json(), null);
    field.focus();
  } catch {
    trouble = { name: "rateFailed" };
  }
  for (const button of buttons) button.disabled = false;
  showState();
}

// ---- files: politely refused

function refuseFiles(event, files) {
  if (!files || files.length === 0) return;
  event.preventDefault();
  trouble = { name: "noFiles" };
  showState();
}
window.addEventListener("paste", (event) => refuseFiles(event, event.clipboardData?.files));
window.addEventListener("drop", (event) => refuseFiles(event, event.dataTransfer?.files));
window.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
});

// ---- the page around a frame: it may say how the visitor is called and how the frame looks, and hears no words of the
// conversation

let embedder = null;

function mayEmbed(origin) {
  if (origin === location.origin) return true;
  return root.dataset.origins.split(" ").some((allowed) => {
    const [scheme, host] = allowed.split("://*.");
    return host === undefined ? origin === allowed : origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`);
  });
}

function tellEmbedder(said) {
  if (embedder) window.parent.postMessage({ switchboard: 1, ...said }, embedder);
}

function colour(text) {
  if (!/^#[0-9a-f]{6}$/i.test(text)) return;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  root.style.setProperty("--brand", text);
  root.style.setProperty("--on-brand", light > 0.179 ? "#000000" : "#ffffff");
}

function hear(event) {
  const said = event.data;
  if (event.source !== window.parent || !mayEmbed(event.origin)) return;
  if (typeof said !== "object" || said === null || said.switchboard !== 1) return;
  if (embedder !== null && event.origin !== embedder) return;
  const first = embedder === null;
  embedder = event.origin;
  if (typeof said.colour === "string") colour(said.colour);
  if (typeof said.language === "string" && WORDS[said.language] && !recall(LANGUAGE)) speak(said.language);
  if (said.type === "hello" && first) {
    if (typeof said.token === "string" && said.token !== "") identity = said.token;
    start();
  } else if (said.type === "identify" && typeof said.token === "string" && said.token !== "") {
    identity = said.token;
    trouble = null;
    startOver();
    follow();
    showState();
  } else if (said.type === "opened") {
    field.focus();
    toEnd();
  }
}

let started = false;
function start() {
  if (started) return;
  started = true;
  begin();
}

// ---- the page

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener("keydown", (event) => {
  // Enter that ends a word of an input method is not the end of a message.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    submit();
  }
});
const updateButton = () => { sendButton.disabled = field.value.trim() === ""; };
field.addEventListener("input", () => {
  updateButton();
  saidTyping(field.value !== "");
});
byId("form").addEventListener("submit", updateButton);
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    keep(LANGUAGE, button.dataset.language);
    speak(button.dataset.language);
  });
}
window.addEventListener("online", () => { for (const waiting of pending.values()) if (waiting.item.classList.contains("failed")) enqueue(waiting); });
new ResizeObserver(() => { if (atEnd()) toEnd(); }).observe(log);

speak(language);
updateButton();
byId("earlier").addEventListener("click", readEarlier);
if (root.hasAttribute("data-framed") && window.parent !== window) {
  window.addEventListener("message", hear);
  byId("close").hidden = false;
  byId("close").addEventListener("click", () => tellEmbedder({ type: "close" }));
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) tellEmbedder({ type: "close" });
  });
  setTimeout(start, EMBEDDER);
} else {
  start();
}

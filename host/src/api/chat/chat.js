"use strict";

// A visitor's side of a conversation. Everything that anybody wrote goes into the page as text, never as HTML.

const WORDS = {
  "en": {
    skip: "Go to the message field", languages: "Language", log: "Messages", label: "Your message",
    placeholder: "Write a message", send: "Send", welcome: "Write to us. We answer here.",
    you: "You", desk: "Assistant", sending: "Sending…", failed: "Not sent.", again: "Try again",
    offline: "Reconnecting…", queue: "A colleague will be with you shortly.", agent: "You are talking to a person.",
    slow: "That was a lot at once. Please wait a moment, then try again.",
    refused: "This message was not accepted: ",
  },
  "zh-Hans": {
    skip: "跳到输入框", languages: "语言", log: "消息", label: "您的消息",
    placeholder: "输入消息", send: "发送", welcome: "请留言，我们会在这里回复您。",
    you: "您", desk: "助手", sending: "发送中…", failed: "未发送。", again: "重试",
    offline: "正在重新连接…", queue: "同事很快会来接待您。", agent: "正在由客服人员为您服务。",
    slow: "消息太频繁，请稍等片刻再试。",
    refused: "消息未被接受：",
  },
  "zh-Hant": {
    skip: "跳至輸入框", languages: "語言", log: "訊息", label: "您的訊息",
    placeholder: "輸入訊息", send: "傳送", welcome: "請留言，我們會在這裡回覆您。",
    you: "您", desk: "助理", sending: "傳送中…", failed: "未送出。", again: "重試",
    offline: "正在重新連線…", queue: "同事很快會來接待您。", agent: "正在由客服人員為您服務。",
    slow: "訊息太頻繁，請稍候再試。",
    refused: "訊息未被接受：",
  },
};

const SECRET = "switchboard.visitor";
const LANGUAGE = "switchboard.language";
const SEND_TIMEOUT = 30_000;
// The host says something at least every 15 s.
const SILENCE = 40_000;
const LONGEST_PAUSE = 30_000;

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

let visitor = recall(SECRET);
const isNew = !/^[0-9a-f]{32}$/.test(visitor ?? "");
if (isNew) {
  visitor = randomHex();
  keep(SECRET, visitor);
}

// ---- languages

let language = WORDS[recall(LANGUAGE)] ? recall(LANGUAGE) : document.documentElement.lang;
if (!WORDS[language]) language = "en";
let handler = "bot";
let connected = true;
let trouble = null;

const word = (name) => WORDS[language][name];

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = word(element.dataset.placeholder);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  for (const element of document.querySelectorAll("time")) element.textContent = clock(element.dateTime);
  showState();
}

function showState() {
  const text = !connected ? word("offline") : handler === "queue" ? word("queue") : handler === "agent" ? word("agent") : "";
  if (byId("state").textContent !== text) byId("state").textContent = text;
  const box = byId("trouble");
  box.classList.toggle("hidden", trouble === null);
  box.textContent = trouble === null ? "" : word(trouble.name) + (trouble.detail ?? "");
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
  const meta = item.querySelector(".meta");
  const who = message.from === "person" && message.name ? span(null) : span(message.from === "you" ? "you" : "desk");
  if (message.from === "person" && message.name) who.textContent = message.name;
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = clock(message.at);
  meta.replaceChildren(who, " · ", time);
}

function atEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function place(item) {
  const follow = atEnd();
  log.append(item);
  if (follow) log.scrollTop = log.scrollHeight;
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
  }
  item.classList.remove("sending", "failed");
  describe(item, message);
  shown.set(id, item);
}

function take(event, mine) {
  for (const message of event.messages) show(event.thread, message, message.from === "you" ? mine : null);
  handler = event.handler;
  showState();
}

// ---- sending, one after the other

const pending = new Map();
let queue = Promise.resolve();

function submit() {
  const text = field.value;
  if (text.trim() === "") return;
  field.value = "";
  const item = bubble("you", text);
  place(item);
  log.scrollTop = log.scrollHeight;
  const waiting = { key: randomHex(), text, item };
  pending.set(waiting.key, waiting);
  enqueue(waiting);
  field.focus();
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
    const answer = await fetch("/chat/messages", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-switchboard-visitor": visitor,
        // The same key when it is sent again: the desk has it once.
        "idempotency-key": waiting.key,
      },
      body: JSON.stringify({ text: waiting.text }),
      signal: AbortSignal.timeout(SEND_TIMEOUT),
    });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      if (answer.status === 429) trouble = { name: "slow" };
      else if (answer.status < 500) trouble = { name: "refused", detail: problem.detail ?? String(answer.status) };
      throw new Error(`status ${answer.status}`);
    }
    const event = await answer.json();
    pending.delete(waiting.key);
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

// ---- following: server-sent events by fetch, so that the secret travels in a header and never in an address

let thread = null;
let lastEvent = null;
let following = null;

async function follow() {
  following?.abort();
  const control = new AbortController();
  following = control;
  let pause = 500;
  while (following === control) {
    let silence = null;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => control.signal.dispatchEvent(new Event("silence")), SILENCE);
    };
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    control.signal.addEventListener("abort", stop);
    control.signal.addEventListener("silence", stop);
    try {
      heard();
      const headers = { "x-switchboard-visitor": visitor, accept: "text/event-stream" };
      if (lastEvent) headers["last-event-id"] = lastEvent;
      const answer = await fetch("/chat/events", { headers, signal: attempt.signal, cache: "no-store" });
      if (answer.status === 404) {
        // Nothing was said yet: the first message begins it.
        thread = null;
        lastEvent = null;
        if (following === control) following = null;
        setConnected(true);
        return;
      }
      if (!answer.ok) {
        const wait = Number(answer.headers.get("retry-after"));
        if (wait > 0) pause = Math.max(pause, wait * 1000);
        throw new Error(`status ${answer.status}`);
      }
      setConnected(true);
      pause = 500;
      await read(answer.body, heard);
    } catch {
      // Tried again below.
    } finally {
      clearTimeout(silence);
      control.signal.removeEventListener("abort", stop);
      control.signal.removeEventListener("silence", stop);
    }
    if (following !== control) return;
    setConnected(false);
    // Not all visitors at once after a restart.
    await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random())));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function read(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { id: null, data: [] };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    rest += value;
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (event.data.length > 0) received(event);
        event = { id: null, data: [] };
      } else if (line.startsWith("id:")) {
        event.id = line.slice(3).trim();
      } else if (line.startsWith("data:")) {
        event.data.push(line.slice(5).replace(/^ /, ""));
      }
    }
  }
}

function received(event) {
  const content = JSON.parse(event.data.join("\n"));
  take(content, null);
  thread = content.thread;
  if (event.id) lastEvent = event.id;
}

function setConnected(now) {
  connected = now;
  showState();
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
field.addEventListener("input", updateButton);
byId("form").addEventListener("submit", updateButton);
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    keep(LANGUAGE, button.dataset.language);
    speak(button.dataset.language);
  });
}
window.addEventListener("online", () => { if (thread !== null) follow(); });

speak(language);
updateButton();
if (!isNew) follow();

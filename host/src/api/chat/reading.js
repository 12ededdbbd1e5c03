"use strict";

// Server-sent events by fetch, so that the secret travels in a header and never in an address.

// The host says something at least every 15 s.
const SILENCE = 40_000;
const LONGEST_PAUSE = 30_000;

/**
 * Follows a stream until it is aborted or there is nothing to follow, with ever longer pauses between attempts.
 * `ask()` gives the headers of the next attempt; `on` is told of everything: `event(name, id, data)`, `connected(bool)`,
 * `nothing()`, `refused()`.
 */
async function followEvents(address, control, ask, on) {
  let pause = 500;
  while (!control.signal.aborted) {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    control.signal.addEventListener("abort", stop);
    let silence = null;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE);
    };
    try {
      heard();
      const answer = await fetch(address, { headers: ask(), signal: attempt.signal, cache: "no-store" });
      if (answer.status === 204) return on.nothing();
      if (answer.status === 401) return on.refused();
      if (!answer.ok) {
        const wait = Number(answer.headers.get("retry-after"));
        if (wait > 0) pause = Math.max(pause, wait * 1000);
        throw new Error(`status ${answer.status}`);
      }
      on.connected(true);
      pause = 500;
      await readEvents(answer.body, heard, on.event);
    } catch {
      // Tried again below.
    } finally {
      clearTimeout(silence);
      control.signal.removeEventListener("abort", stop);
    }
    if (control.signal.aborted) return;
    on.connected(false);
    // Not all visitors at once after a restart; at once when the network is back.
    await new Promise((done) => {
      const timer = setTimeout(done, pause * (0.5 + Math.random()));
      const early = () => { clearTimeout(timer); done(); };
      window.addEventListener("online", early, { once: true });
      control.signal.addEventListener("abort", early, { once: true });
    });
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function readEvents(body, heard, tell) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { name: "message", id: null, data: [] };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    rest += value;
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (event.data.length > 0) tell(event.name, event.id, JSON.parse(event.data.join("\n")));
        event = { name: "message", id: null, data: [] };
      } else if (line.startsWith("id:")) {
        event.id = line.slice(3).trim();
      } else if (line.startsWith("event:")) {
        event.name = line.slice(6).trim();
      } else if (line.startsWith("data:")) {
        event.data.push(line.slice(5).replace(/^ /, ""));
      }
    }
  }
}

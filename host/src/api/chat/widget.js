"use strict";

// Puts the chat of a desk on any page: <script src="https://desk.example/widget.js" async></script>
//
// The chat itself is a frame from the desk's own origin: the page around it can't read it. The button lives in a closed
// shadow root, where the page's styles don't reach. Page and frame talk by messages whose origin is checked.

(() => {
  const script = document.currentScript;
  if (!script || window.Switchboard) return;
  const home = new URL(script.src).origin;
  const WORDS = {
    "en": { open: "Chat with us", close: "Close the chat", title: "Chat", unread: "new messages" },
    "zh-Hans": { open: "联系客服", close: "关闭聊天窗口", title: "客服聊天", unread: "条新消息" },
    "zh-Hant": { open: "聯絡客服", close: "關閉聊天視窗", title: "客服聊天", unread: "則新訊息" },
  };
  const asked = script.dataset.language;
  const language = WORDS[asked] ? asked : browsers();
  const words = WORDS[language];
  const colour = /^#[0-9a-f]{6}$/i.test(script.dataset.colour ?? "") ? script.dataset.colour : "#0b63b0";
  let token = script.dataset.token ?? "";

  function browsers() {
    for (const tag of navigator.languages ?? []) {
      const [first, ...rest] = tag.toLowerCase().split("-");
      if (first === "en") return "en";
      if (first !== "zh" && first !== "yue") continue;
      const taiwan = rest.some((part) => ["hant", "tw", "hk", "mo"].includes(part));
      return taiwan && !rest.includes("hans") ? "zh-Hant" : "zh-Hans";
    }
    return "en";
  }

  function onColour() {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
  }

  const host = document.createElement("switchboard-chat");
  const shadow = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  // Important ones of the host element win over the page's own, so that no page moves or hides it by accident.
  sheet.replaceSync(`
    :host { all: initial !important; display: block !important; position: fixed !important; inset: auto 1.25rem 1.25rem auto !important; z-index: 2147483000 !important; }
    button { all: initial; box-sizing: border-box; position: relative; display: grid; place-items: center; width: 3.5rem; height: 3.5rem;
      border-radius: 50%; background: ${colour}; color: ${onColour()}; cursor: pointer; box-shadow: 0 .25rem 1rem rgb(0 0 0 / .25); }
    button:focus-visible { outline: 3px solid ${colour}; outline-offset: 3px; }
    svg { width: 1.75rem; height: 1.75rem; fill: currentColor; }
    .badge { position: absolute; top: -.15rem; right: -.15rem; min-width: 1.3rem; height: 1.3rem; box-sizing: border-box; padding: 0 .3rem; border-radius: .65rem;
      background: #b3261e; color: #ffffff; font: 600 .8rem/1.3rem system-ui, sans-serif; text-align: center; }
    [hidden] { display: none !important; }
    iframe { all: initial; position: fixed; right: 1.25rem; bottom: 5.75rem; width: 24rem; height: min(38rem, calc(100vh - 7rem)); border: 0; border-radius: 1rem;
      background: Canvas; color-scheme: light dark; box-shadow: 0 .5rem 2rem rgb(0 0 0 / .3); }
    @media (max-width: 30rem), (max-height: 26rem) {
      iframe { inset: 0; z-index: 1; width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; }
    }
    @media (prefers-reduced-motion: no-preference) { button { transition: transform .15s; } button:hover { transform: scale(1.05); } }
  `);
  shadow.adoptedStyleSheets = [sheet];

  const SVG = "http://www.w3.org/2000/svg";
  function icon(path) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }
  const bubble = icon("M12 3C6.500 3 2 6.900 2 11.700c0 2.700 1.400 5.100 3.700 6.700L5 22l4.300-2.200c.9.2 1.800.3 2.700.3 5.500 0 10-3.900 10-8.600S17.500 3 12 3z");
  const down = icon("M6.700 8.300 12 13.600l5.300-5.300 1.400 1.400L12 16.400 5.300 9.700z");
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  button.append(bubble, down, badge);
  shadow.append(button);

  let frame = null;
  let isOpen = false;
  let unread = 0;

  function show() {
    button.setAttribute("aria-expanded", String(isOpen));
    const label = isOpen ? words.close : unread > 0 ? `${words.open} (${unread} ${words.unread})` : words.open;
    button.setAttribute("aria-label", label);
    button.title = label;
    down.toggleAttribute("hidden", !isOpen);
    bubble.toggleAttribute("hidden", isOpen);
    badge.hidden = unread === 0;
    badge.textContent = unread > 9 ? "9+" : String(unread);
    if (frame) frame.hidden = !isOpen;
  }

  function tell(said) {
    frame?.contentWindow?.postMessage({ switchboard: 1, ...said }, home);
  }

  let since = Date.now();
  function load() {
    if (frame) return;
    since = Date.now();
    frame = document.createElement("iframe");
    frame.title = words.title;
    frame.src = `${home}/chat/frame`;
    frame.referrerPolicy = "no-referrer";
    frame.addEventListener("load", () => {
      tell({ type: "hello", token, colour, language: WORDS[asked] ? asked : undefined });
      if (isOpen) tell({ type: "opened" });
    });
    shadow.prepend(frame);
  }

  function open() {
    load();
    isOpen = true;
    unread = 0;
    remember();
    show();
    tell({ type: "opened" });
    frame.focus();
  }

  function close() {
    isOpen = false;
    show();
    button.focus();
  }

  // Whoever has written here before hears of an answer without opening the chat.
  function remember() {
    try { localStorage.setItem("switchboard.opened", "1"); } catch { /* then they open it themselves */ }
  }
  function wasOpened() {
    try { return localStorage.getItem("switchboard.opened") === "1"; } catch { return false; }
  }

  window.addEventListener("message", (event) => {
    if (!frame || event.origin !== home || event.source !== frame.contentWindow) return;
    const said = event.data;
    if (typeof said !== "object" || said === null || said.switchboard !== 1) return;
    if (said.type === "close") close();
    if (said.type === "message" && !isOpen && Date.parse(said.at) > since) {
      unread += 1;
      show();
    }
    // A signature that is over: the page may fetch a new one and call Switchboard.identify(token).
    if (said.type === "identity-refused") window.dispatchEvent(new CustomEvent("switchboard:identity-refused"));
  });
  button.addEventListener("click", () => (isOpen ? close() : open()));

  window.Switchboard = Object.freeze({
    open,
    close,
    identify(newToken) {
      token = String(newToken);
      tell({ type: "identify", token });
    },
  });

  function attach() {
    document.body.append(host);
    show();
    if (wasOpened()) load();
    show();
  }
  if (document.body) attach();
  else document.addEventListener("DOMContentLoaded", attach, { once: true });
})();

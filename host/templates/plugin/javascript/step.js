// {{name}}: greets, and labels questions about invoices.
import { write } from "switchboard:plugin/log@0.1.1";

const GREETINGS = {
  "zh-Hans": "您好！请问有什么可以帮您？",
  "zh-Hant": "您好！請問有什麼可以幫您？",
  en: "Hello! How can I help you?",
};

export function describe() {
  return {
    name: "{{name}}",
    version: "0.1.0",
    summary: "Greets, and labels questions about invoices",
    grants: [],
    events: ["message.received"],
    history: 0,
  };
}

export function handle(context, event) {
  const effects = [];
  if (event.what.tag === "message-received") {
    const message = event.what.val;
    const text = message.text.toLowerCase();
    if (["你好", "您好", "hello"].some((word) => text.includes(word))) {
      const language = message.language in GREETINGS ? message.language : "zh-Hans";
      effects.push({ tag: "reply", val: { text: GREETINGS[language], language, sources: [] } });
    }
    if (["发票", "發票", "invoice"].some((word) => text.includes(word))) {
      write("info", "the customer asks for an invoice");
      effects.push({ tag: "add-label", val: "invoice" });
    }
  }
  return { effects, next: "go-on" };
}

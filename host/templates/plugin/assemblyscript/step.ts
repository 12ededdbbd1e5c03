// {{name}}: greets, and labels questions about invoices.
import { Context, Effect, Event, Handled, Level, log, Manifest, Outcome, Reply } from "./bindings/switchboard";

export function describe(): Manifest {
  return new Manifest("{{name}}", "0.1.0", "Greets, and labels questions about invoices", [], ["message.received"]);
}

export function handle(context: Context, event: Event): Handled {
  const effects: Effect[] = [];
  const message = event.what.asMessageReceived;
  if (message) {
    const text = message.text.toLowerCase();
    if (mentions(text, ["你好", "您好", "hello"])) {
      const language = message.language;
      effects.push(Effect.reply(greeting(language ? language : "zh-Hans")));
    }
    if (mentions(text, ["发票", "發票", "invoice"])) {
      log.write(Level.Info, "the customer asks for an invoice");
      effects.push(Effect.addLabel("invoice"));
    }
  }
  return new Outcome(effects);
}

function greeting(language: string): Reply {
  if (language == "zh-Hant") return new Reply("您好！請問有什麼可以幫您？", language);
  if (language == "en") return new Reply("Hello! How can I help you?", language);
  return new Reply("您好！请问有什么可以帮您？", "zh-Hans");
}

function mentions(text: string, words: string[]): bool {
  for (let index = 0; index < words.length; index++) {
    if (text.includes(words[index])) return true;
  }
  return false;
}

// Finds order numbers in what a customer writes and checks them before anybody looks one up in vain.
//
// An order number is BW, the day as YYYYMMDD, four digits, and a check digit (Luhn's) over all digits before it.
import { get } from "switchboard:plugin/config@0.1.0";
import { write } from "switchboard:plugin/log@0.1.0";

const WORDS = {
  "zh-Hans": (number) => `订单号 ${number} 好像有一位写错了，麻烦您核对一下再发给我。`,
  "zh-Hant": (number) => `訂單號 ${number} 好像有一位寫錯了，麻煩您核對一下再發給我。`,
  en: (number) => `There seems to be a slip in the order number ${number}. Could you check it and send it again?`,
};

export function describe() {
  return {
    name: "order-number",
    version: "0.1.0",
    summary: "Checks the order numbers that customers write",
    grants: ["account.order"],
    events: ["message.received"],
    history: 0,
    configSchema: JSON.stringify({
      type: "object",
      properties: { prefix: { type: "string", pattern: "^[A-Z]{1,4}$" } },
      additionalProperties: false,
    }),
  };
}

export function handle(context, event) {
  if (event.what.tag !== "message-received") return { effects: [], next: "go-on" };
  const { prefix = "BW" } = JSON.parse(get());
  const found = numbersIn(event.what.val.text, prefix);
  const wrong = found.find((number) => !isSound(number));
  const effects = [];
  if (wrong) {
    write("info", `${wrong} fails its check digit`);
    const language = context.conversation.language in WORDS ? context.conversation.language : "zh-Hans";
    effects.push({ tag: "reply", val: { text: WORDS[language](wrong), language, sources: [] } });
  } else if (found.length > 0) {
    effects.push({ tag: "set-field", val: { name: "order", value: found[found.length - 1] } });
    effects.push({ tag: "add-label", val: "order-number" });
  }
  return { effects, next: wrong ? "finish" : "go-on" };
}

// Written with spaces and hyphens, small letters or full-width digits, as people do.
function numbersIn(text, prefix) {
  const plain = text.normalize("NFKC").toUpperCase();
  const pattern = new RegExp(`${prefix}[ -]*((?:\\d[ -]?){12}\\d)(?!\\d)`, "g");
  return [...plain.matchAll(pattern)].map((match) => prefix + match[1].replace(/\D/g, ""));
}

function isSound(number) {
  const digits = [...number.replace(/\D/g, "")].map(Number);
  const month = digits[4] * 10 + digits[5];
  const day = digits[6] * 10 + digits[7];
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const sum = digits.reverse().reduce((sum, digit, at) => {
    const value = at % 2 ? digit * 2 : digit;
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

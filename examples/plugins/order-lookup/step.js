// Finds order numbers in what a customer writes, checks them, and asks the shop's order system where the order is.
//
// An order number is BW, the day as YYYYMMDD, four digits, and a check digit (Luhn's) over all digits before it. The
// order system answers GET SERVER/orders/NUMBER with {"status": "shipped", "carrier": "…", "due": "2026-03-12"}.
import { get } from "switchboard:plugin/config@0.1.1";
import { write } from "switchboard:plugin/log@0.1.1";
import { getJson } from "./outside.js";

const WORDS = {
  "zh-Hans": {
    slip: (number) => `订单号 ${number} 好像有一位写错了，麻烦您核对一下再发给我。`,
    unknown: (number) => `没有查到订单 ${number}，麻烦您核对一下再发给我。`,
    packing: (number) => `订单 ${number} 正在打包，还没有发出。`,
    shipped: (number, { carrier, due }) => `订单 ${number} 已由${carrier}发出，预计 ${due} 送达。`,
    delivered: (number) => `订单 ${number} 已经送达。`,
  },
  "zh-Hant": {
    slip: (number) => `訂單號 ${number} 好像有一位寫錯了，麻煩您核對一下再發給我。`,
    unknown: (number) => `沒有查到訂單 ${number}，麻煩您核對一下再發給我。`,
    packing: (number) => `訂單 ${number} 正在打包，還沒有寄出。`,
    shipped: (number, { carrier, due }) => `訂單 ${number} 已由${carrier}寄出，預計 ${due} 送達。`,
    delivered: (number) => `訂單 ${number} 已經送達。`,
  },
  en: {
    slip: (number) => `There seems to be a slip in the order number ${number}. Could you check it and send it again?`,
    unknown: (number) => `I can't find the order ${number}. Could you check the number and send it again?`,
    packing: (number) => `Your order ${number} is being packed and hasn't left yet.`,
    shipped: (number, { carrier, due }) => `Your order ${number} is on its way with ${carrier} and should arrive on ${due}.`,
    delivered: (number) => `Your order ${number} has been delivered.`,
  },
};

export function describe() {
  return {
    name: "order-lookup",
    version: "0.2.0",
    summary: "Finds the orders that customers ask about",
    // The desk says where to: [[step.http]].
    grants: ["account.order", "http GET"],
    events: ["message.received"],
    history: 0,
    configSchema: JSON.stringify({
      type: "object",
      properties: {
        prefix: { type: "string", pattern: "^[A-Z]{1,4}$" },
        server: { type: "string", pattern: "^https?://[^/]+$" },
      },
      required: ["server"],
      additionalProperties: false,
    }),
  };
}

export function handle(context, event) {
  if (event.what.tag !== "message-received") return { effects: [], next: "go-on" };
  const { prefix = "BW", server } = JSON.parse(get());
  const found = numbersIn(event.what.val.text, prefix);
  if (found.length === 0) return { effects: [], next: "go-on" };
  const language = context.conversation.language in WORDS ? context.conversation.language : "zh-Hans";
  const say = (what, number, order) => ({ tag: "reply", val: { text: WORDS[language][what](number, order), language, sources: [] } });

  const wrong = found.find((number) => !isSound(number));
  if (wrong) {
    write("info", `${wrong} fails its check digit`);
    return { effects: [say("slip", wrong)], next: "finish" };
  }
  const number = found[found.length - 1];
  const order = getJson(`${server}/orders/${number}`);
  if (!order) return { effects: [say("unknown", number)], next: "finish" };
  const effects = [{ tag: "set-field", val: { name: "order", value: number } }, { tag: "add-label", val: `order-${order.status}` }];
  const known = order.status in WORDS[language] && order.status !== "slip" && order.status !== "unknown";
  // What the order system says beyond these is for a person.
  effects.push(known ? say(order.status, number, order) : { tag: "note", val: `order ${number}: ${JSON.stringify(order)}` });
  return { effects, next: known ? "finish" : "go-on" };
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

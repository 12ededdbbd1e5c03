// The job of the demo desk's five steps in a few lines each: find the words, decide, write the message anew.

function greeting(message) {
  const { text } = message;
  const chinese = /\p{Script=Han}/u.test(text);
  const traditional = /[們點請問運費麼幾東訂單謝發開當禮優惠嗎買號臺灣]/u.test(text);
  const language = !chinese ? "en" : traditional ? "zh-Hant" : "zh-Hans";
  const part = new Date().getHours() < 12 ? 0 : new Date().getHours() < 18 ? 1 : 2;
  const words = {
    "zh-Hans": ["早上好！", "下午好！", "晚上好！"],
    "zh-Hant": ["早安！", "午安！", "晚上好！"],
    en: ["Good morning!", "Good afternoon!", "Good evening!"],
  };
  const reply = { by: "greeting", text: words[language][part], language };
  return { ...message, language, replies: [reply] };
}

function triage(message) {
  const words = {
    complaint: ["投诉", "投訴", "举报", "差评", "太差", "complain", "nobody answers", "unacceptable", "terrible"],
    "after-sales": ["少了", "坏了", "壞了", "退货", "退貨", "维修", "維修", "broken", "repair", "refund", "not pair"],
    order: ["想买", "想買", "下单", "批发", "优惠", "優惠", "order number", "buy", "discount", "wholesale"],
    consultation: ["几点", "幾點", "怎么", "怎麼", "运费", "運費", "发票", "發票", "how", "when", "what", "can it"],
    thanks: ["谢谢", "謝謝", "感谢", "thank", "that helped"],
  };
  const text = message.text.toLowerCase();
  const categories = Object.entries(words)
    .map(([value, all]) => ({ value, found: all.filter((word) => text.includes(word)).length }))
    .filter(({ found }) => found > 0)
    .map(({ value, found }) => ({ value, confidence: 1 - 0.3 / found }));
  const order = message.text.match(/\d{8}-\d{4}/)?.[0];
  return { ...message, categories, category: categories[0]?.value ?? "other", order };
}

function autoReply(message) {
  const articles = [
    { name: "opening-hours", words: ["几点", "幾點", "开门", "周末", "open", "hours"], text: "9:00–18:00" },
    { name: "shipping-fee", words: ["运费", "運費", "寄到", "postage"], text: "99 以上免運費，香港 30 元。" },
    { name: "shipping-time", words: ["how long", "shipping", "几天", "幾天"], text: "Delivery takes 2–4 days." },
    { name: "invoice", words: ["发票", "發票", "抬头", "抬頭", "invoice"], text: "在订单页面点「申请发票」。" },
    { name: "repair", words: ["repair", "pair", "维修", "維修"], text: "Hold both buttons for five seconds." },
    { name: "wholesale", words: ["十盒", "公司", "优惠", "優惠", "discount"], text: "十盒以上九折。" },
  ];
  if (message.category === "complaint") return message;
  const text = message.text.toLowerCase();
  const hits = articles
    .map((article) => ({ article, score: article.words.filter((word) => text.includes(word)).length }))
    .sort((one, other) => other.score - one.score);
  const { article, score } = hits[0];
  const [words, sources] = score ? [article.text, [article.name]] : ["You are welcome.", []];
  const reply = { by: "auto-reply", text: words, sources };
  return { ...message, replies: [...message.replies, reply] };
}

function complaintForwarding(message) {
  if (message.category !== "complaint") return { ...message, tickets: [] };
  const ticket = {
    id: Math.random().toString(36).slice(2),
    kind: "complaint",
    department: "after-sales",
    title: message.text.slice(0, 80),
    body: `${message.contact} (${message.language}): ${message.text}`,
    due: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const sorry = { "zh-Hans": "非常抱歉，", "zh-Hant": "非常抱歉，", en: "I am truly sorry. " }[message.language];
  const reply = { by: "complaint-forwarding", text: `${sorry}${ticket.due}`, language: message.language };
  return { ...message, tickets: [ticket], replies: [...message.replies, reply] };
}

function followUpVisit(message) {
  const promise = message.text.match(/明天|後天|后天|tomorrow|next week/i)?.[0];
  const rating = message.text.match(/[1-5](?=\s*(?:星|分|stars?))/)?.[0];
  const thanked = message.categories.some(({ value }) => value === "thanks");
  return { ...message, promise, rating, survey: thanked ? "asked" : "not-asked" };
}

const functions = [greeting, triage, autoReply, complaintForwarding, followUpVisit];

// As the same steps are called: what a step answered is the message anew.
export const begin = (message) => ({ message });

export const steps = functions.map((step) => ({
  name: step.name,
  ask: ({ message }) => step(message),
  take(run, message) {
    run.message = message;
  },
}));

export const end = ({ message }) => message;

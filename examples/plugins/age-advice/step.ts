// Says which toys suit a child's age, where a customer asks and names one: "3岁半的孩子能玩吗", "a gift for an 18-month-old".
//
// The reply is about safety first: under three years no small parts, which is what the mark "36 months and over" on a toy is about.
// A label keeps the age group for whoever goes on, and the desk's settings may add a text of its own for each group – where its
// toys for that age are, say.
import { Context, config, Effect, Event, Handled, Level, log, Manifest, Outcome, Reply } from "./bindings/switchboard";
import { textUnder } from "./outside";

const GROUPS = ["age-under-3", "age-3-to-5", "age-6-to-11", "age-12-and-over"];
// Each group ends before this age, in years.
const ENDS = [3, 6, 12];

const ASKS = [
  "适合", "適合", "能玩", "可以玩", "玩具", "礼物", "禮物", "送", "推荐", "推薦", "买什么", "買什麼",
  "suit", "gift", "present", "recommend", "toy", "play",
];
// A number of months is an age only beside one of these; a guarantee has months, too.
const BABIES = ["宝宝", "寶寶", "婴", "嬰", "孩", "月大", "month-old", "month old", "months old", "baby"];

const ADVICE_SIMPLIFIED = [
  "三岁以下的宝宝请选没有小零件、没有长绳的玩具，包装上不能有“不适合3岁以下”的标志。",
  "三到五岁的孩子请看包装上的适用年龄，带磁铁和纽扣电池的要能锁紧，玩的时候最好有大人在旁边。",
  "六到十一岁的孩子可以玩大部分玩具，请看包装上的适用年龄；家里有更小的孩子时，小零件要收好。",
  "十二岁以上没有年龄上的限制，按兴趣选就好；家里有更小的孩子时，小零件要收好。",
];
const ADVICE_TRADITIONAL = [
  "三歲以下的寶寶請選沒有小零件、沒有長繩的玩具，包裝上不能有「不適合3歲以下」的標誌。",
  "三到五歲的孩子請看包裝上的適用年齡，帶磁鐵和鈕扣電池的要能鎖緊，玩的時候最好有大人在旁邊。",
  "六到十一歲的孩子可以玩大部分玩具，請看包裝上的適用年齡；家裡有更小的孩子時，小零件要收好。",
  "十二歲以上沒有年齡上的限制，按興趣選就好；家裡有更小的孩子時，小零件要收好。",
];
const ADVICE_ENGLISH = [
  "For a child under three, please choose toys without small parts and long cords, and none with the mark \"not under 3 years\".",
  "For three to five years, please look at the age on the package; magnets and button cells must be locked in, and somebody grown up is best nearby.",
  "From six to eleven most toys will do; please look at the age on the package, and keep small parts away from younger children.",
  "From twelve there is no limit by age: choose what they like, and keep small parts away from younger children.",
];

export function describe(): Manifest {
  const texts = GROUPS.map<string>((group) => `"${group}": {"type": "string", "maxLength": 500}`).join(", ");
  return new Manifest(
    "age-advice", "0.1.0", "Says which toys suit a child's age", [], ["message.received"], 0,
    `{"type": "object", "additionalProperties": false, "properties": {${texts}}}`,
  );
}

export function handle(context: Context, event: Event): Handled {
  const message = event.what.asMessageReceived;
  if (!message) return new Outcome();
  const text = plain(message.text);
  const months = hasOne(text, ASKS) ? ageIn(text) : -1;
  if (months < 0) return new Outcome();
  let group = 0;
  while (group < ENDS.length && months >= 12 * ENDS[group]) group++;
  log.write(Level.Info, `${months} months: ${GROUPS[group]}`);
  let language = message.language;
  if (language === null) language = context.conversation.language;
  return new Outcome([Effect.addLabel(GROUPS[group]), Effect.reply(advice(group, language))]);
}

function advice(group: i32, language: string | null): Reply {
  let text = ADVICE_SIMPLIFIED[group];
  let spoken = "zh-Hans";
  if (language !== null && language == "zh-Hant") {
    text = ADVICE_TRADITIONAL[group];
    spoken = "zh-Hant";
  } else if (language !== null && language == "en") {
    text = ADVICE_ENGLISH[group];
    spoken = "en";
  }
  const more = textUnder(config.get(), GROUPS[group]);
  return new Reply(more ? `${text}\n${more}` : text, spoken);
}

// In small letters, full-width signs as their ASCII.
function plain(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    result += c >= 0xff01 && c <= 0xff5e ? String.fromCharCode(c - 0xff01 + 0x21) : text.charAt(at);
  }
  return result.toLowerCase();
}

function hasOne(text: string, words: string[]): bool {
  for (let index = 0; index < words.length; index++) {
    if (text.includes(words[index])) return true;
  }
  return false;
}

// The first age that a text names, in months; -1 where it names none.
function ageIn(text: string): i32 {
  const years = first(text, ["岁", "歲", "years", "year-old", "year old", "yo "]);
  if (years >= 0) {
    const number = numberBefore(text, years);
    if (number == 0 && text.charAt(years - 1) == "半") return 6;
    if (number > 0 && number < 100) return 12 * number + (text.charAt(years + 1) == "半" ? 6 : 0);
  }
  const months = first(text, ["个月", "個月", "months", "month-old", "month old"]);
  if (months >= 0 && hasOne(text, BABIES)) {
    const number = numberBefore(text, months);
    if (number > 0 && number < 100) return number;
  }
  return -1;
}

function first(text: string, words: string[]): i32 {
  let earliest = -1;
  for (let index = 0; index < words.length; index++) {
    const at = text.indexOf(words[index]);
    if (at >= 0 && (earliest < 0 || at < earliest)) earliest = at;
  }
  return earliest;
}

const NUMERALS = "零一二三四五六七八九";

// The number that ends there, in digits or Chinese numerals up to 99; the lower one of a range. 0 where there is none.
function numberBefore(text: string, end: i32): i32 {
  let at = end;
  while (at > 0 && " -".includes(text.charAt(at - 1))) at--;
  let begin = at;
  while (begin > 0 && "0123456789零一二三四五六七八九十两兩".includes(text.charAt(begin - 1))) begin--;
  const number = valueOf(text.substring(begin, at));
  if (number > 0 && begin > 0 && "-~–到至".includes(text.charAt(begin - 1))) {
    const lower = numberBefore(text, begin - 1);
    if (lower > 0) return lower;
  }
  return number;
}

function valueOf(text: string): i32 {
  let value = 0;
  let last = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    const numeral = c == "两" || c == "兩" ? 2 : NUMERALS.indexOf(c);
    if (c == "十") {
      value = 10 * (last > 0 ? last : 1);
      last = 0;
    } else if (numeral >= 0) {
      last = numeral;
    } else {
      last = 10 * last + (c.charCodeAt(0) - 48);
    }
  }
  return value + last;
}

// Business hours, laid out once when the process starts: a question is a few comparisons.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";

const DAY = 86_400_000;
// Further ahead than any timer may lie.
const DAYS = 450;
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
// The desk's zone, Asia/Shanghai, has no summer time.
const OFFSET = 8 * 3_600_000;

/// A moment with the desk's wall clock, as the contract writes it.
export const clock = (at) => new Date(at + OFFSET).toISOString().slice(0, -1) + "+08:00";

/// The desk's hours, and those that people keep instead, by name.
export function calendars(folder) {
  const hours = parse(readFileSync(`${folder}/desk/hours.toml`, "utf8"));
  const official = parse(readFileSync(`${folder}/calendar/china.toml`, "utf8"));
  const own = Object.entries(hours.calendars).map(([name, { weekly }]) => [name, new Calendar(weekly)]);
  return { desk: new Calendar(hours.weekly, official), ...Object.fromEntries(own) };
}

class Calendar {
  #pieces = [];
  // Time goes on: the piece that was asked for last is looked at first.
  #last = 0;

  constructor(weekly, official = {}) {
    const week = ordinary(weekly);
    const holidays = dates(official.holidays);
    const makeUp = dates(official["make-up-days"]);
    const today = Math.floor((Date.now() + OFFSET) / DAY) * DAY;
    for (let day = today - DAY; day < today + DAYS * DAY; day += DAY) {
      const usual = week[new Date(day).getUTCDay()];
      // A make-up day that is free in ordinary weeks has Monday's hours.
      const intervals = makeUp.has(day) ? (usual.length ? usual : week[1]) : holidays.has(day) ? [] : usual;
      for (const [from, until] of intervals) {
        this.#pieces.push({
          start: day - OFFSET + from,
          end: day - OFFSET + until,
          dayEnd: day - OFFSET + intervals.at(-1)[1],
        });
      }
    }
  }

  /// The place of the first piece that ends after `at`.
  #from(at) {
    const pieces = this.#pieces;
    let place = this.#last;
    while (place > 0 && pieces[place - 1].end > at) place--;
    while (pieces[place].end <= at) place++;
    return (this.#last = place);
  }

  isOpen(at) {
    return this.#pieces[this.#from(at)].start <= at;
  }

  nextOpen(at) {
    return Math.max(this.#pieces[this.#from(at)].start, at);
  }

  endOfDay(at) {
    return this.#pieces[this.#from(at)].dayEnd;
  }

  addBusiness(at, milliseconds) {
    for (let place = this.#from(at); ; place++) {
      const { start, end } = this.#pieces[place];
      const from = Math.max(start, at);
      if (milliseconds <= end - from) return from + milliseconds;
      milliseconds -= end - from;
    }
  }
}

/// The intervals of each weekday, from Sunday.
function ordinary(weekly) {
  const week = WEEK.map(() => []);
  for (const [days, intervals] of Object.entries(weekly)) {
    const [first, last = first] = days.split("-").map((day) => (WEEK.indexOf(day) + 6) % 7);
    for (let day = first; day <= last; day++) {
      week[(day + 1) % 7] = intervals.map((interval) => interval.split("-").map(time));
    }
  }
  return week;
}

const time = (text) => {
  const [hour, minute] = text.split(":").map(Number);
  return (hour * 60 + minute) * 60_000;
};

/// The days of a list of dates and ranges of dates.
function dates(list = []) {
  const days = new Set();
  for (const { date, from = date, to = date } of list) {
    for (let day = Date.parse(from.toISOString()); day <= Date.parse(to.toISOString()); day += DAY) days.add(day);
  }
  return days;
}

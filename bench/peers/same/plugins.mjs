// The desk's plugins as components, whose instances are used for one message after the other: this process trusts them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "smol-toml";
import { calendars, clock } from "./calendar.mjs";
import { Directory } from "./directory.mjs";
import { Knowledge } from "./knowledge.mjs";

const folder = import.meta.dirname;
// Node-RED's settings are loaded by `require`, which waits for nothing.
const require = createRequire(import.meta.url);
const hours = calendars(folder);
const directory = new Directory(folder, hours);
const knowledge = new Knowledge(folder);
const { name, languages, "time-zone": timeZone, step: steps, reviewer: reviewers } = parse(
  readFileSync(`${folder}/desk/desk.toml`, "utf8"),
);

export const calendar = hours.desk;
/// What every context says of the desk.
export const view = { name, timeZone, languages };

// Whose call is under way: calls are synchronous, so there is one at a time.
let run;

// An instance is used so often. The plugins give no memory back, because Switchboard wipes it after each call.
const CALLS = 500;

/// The plugin of that name: `handle` or `review`, how much history it wants and which fields of accounts it sees.
export function load(plugin) {
  const { instantiate } = require(`./components/${plugin}/${plugin}.js`);
  const { config, grants } = [...steps, ...reviewers].find((step) => step.name === plugin);
  const imports = host(plugin, JSON.stringify(config));
  const compiled = new Map();
  const module = (file) => {
    const bytes = () => readFileSync(`${folder}/components/${plugin}/${file}`);
    if (!compiled.has(file)) compiled.set(file, new WebAssembly.Module(bytes()));
    return compiled.get(file);
  };
  let instance = instantiate(module, imports);
  let left = CALLS;
  const call =
    (name) =>
    (current, ...rest) => {
      if (left-- === 0) {
        instance = instantiate(module, imports);
        left = CALLS;
      }
      run = current;
      return instance[name](...rest);
    };
  const { history } = instance.describe();
  const fields = grants.filter((grant) => grant.startsWith("account.")).map((grant) => grant.slice("account.".length));
  return { history, fields, handle: call("handle"), review: call("review") };
}

/// The host's interfaces that the plugins import; none of these imports `http`, `model` or `random`.
function host(plugin, config) {
  const places = { conversation: () => run.conversation.kv, account: () => run.account.kv, desk: () => deskMemory };
  const place = (scope) => places[scope]();
  const name = (key) => `${plugin} ${key}`;
  return {
    "switchboard:plugin/log": { write() {} },
    "switchboard:plugin/config": { get: () => config },
    "switchboard:plugin/clock": { now: () => run.now },
    "switchboard:plugin/kv": {
      get: (scope, key) => place(scope).get(name(key)),
      set: (scope, key, value) => void place(scope).set(name(key), value),
      remove: (scope, key) => void place(scope).delete(name(key)),
      compareAndSet(scope, key, expected, value) {
        const known = place(scope).get(name(key));
        const same = expected && known ? Buffer.compare(expected, known) === 0 : expected === known;
        if (same) place(scope).set(name(key), value);
        return same;
      },
    },
    "switchboard:plugin/knowledge": {
      search: (query, language, limit) => knowledge.search(query, language, limit),
      article: (id) => knowledge.article(id),
    },
    "switchboard:plugin/directory": {
      departments: () => directory.departments,
      responsible: (topic) => directory.responsible(topic, run.conversation.language, run.at),
    },
    "switchboard:plugin/calendar": {
      isOpen: (at) => calendar.isOpen(Date.parse(at)),
      nextOpen: (at) => clock(calendar.nextOpen(Date.parse(at))),
      endOfDay: (at) => clock(calendar.endOfDay(Date.parse(at))),
      addBusinessSeconds: (start, seconds) => clock(calendar.addBusiness(Date.parse(start), seconds * 1e3)),
    },
  };
}

const deskMemory = new Map();

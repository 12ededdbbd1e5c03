// Who answers for what at the desk.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { clock } from "./calendar.mjs";

export class Directory {
  #people = new Map();

  constructor(folder, calendars) {
    const { department: departments, person: people, team: teams, ...rest } = parse(
      readFileSync(`${folder}/desk/directory.toml`, "utf8"),
    );
    this.departments = departments.map(({ name }) => name);
    for (const person of people) person.calendar = calendars[person.hours ?? "desk"];
    const named = (names) => names.map((name) => people.find((person) => person.name === name));
    const put = (topics, found) => {
      for (const topic of topics) if (!this.#people.has(topic)) this.#people.set(topic, found);
    };
    // In the host's order: responsibilities, departments, people, teams, the people on call, roles.
    for (const topic of people.flatMap(({ responsibilities = [] }) => responsibilities)) {
      put([topic], people.filter(({ responsibilities = [] }) => responsibilities.includes(topic)));
    }
    for (const department of departments) {
      const staff = people.filter((person) => person.department === department.name);
      put(everyName(department), [...new Set([...named([department.lead]), ...staff])]);
    }
    for (const person of people) put(everyName(person), [person]);
    for (const team of teams) put(everyName(team), named(team.members));
    put(["on-call"], named(rest["on-call"]));
    for (const { role } of people) put([role], people.filter((person) => person.role === role));
  }

  /// The first who answers for a topic and is on duty, else the first, named as the customer's language has it.
  responsible(topic, language, at) {
    const people = this.#people.get(topic.toLowerCase());
    if (!people) return undefined;
    const person = people.find(({ calendar }) => calendar.isOpen(at)) ?? people[0];
    const reachable = person.calendar.isOpen(at);
    return {
      name: person.names[language] ?? person.name,
      department: person.department,
      role: person.role,
      publicContact: person["public-contact"],
      reachable,
      backAt: reachable ? undefined : clock(person.calendar.nextOpen(at)),
    };
  }
}

const everyName = ({ name, names }) => [name, ...Object.values(names)].map((one) => one.toLowerCase());

// The desk's articles, indexed once when the process starts, an index for each language.
import { readFileSync, readdirSync } from "node:fs";
import { Jieba } from "@node-rs/jieba";
import MiniSearch from "minisearch";
import { Converter } from "opencc-js/t2cn";
import { parse } from "smol-toml";
import { stemmer } from "stemmer";

const CHINESE = /\p{Script=Han}/u;
const WORDS = /[\p{L}\p{N}']+/gu;
const CLAUSES = /[^.,!?;:\n。、…~]+/g;

export class Knowledge {
  #articles = new Map();
  #indexes = new Map();
  #simplified = Converter({ from: "t", to: "cn" });
  #jieba;
  // Words that say how something is asked, not what about.
  #function;

  constructor(folder) {
    // Jieba's own dictionary has twenty times as many words, and costs as many times as much to load.
    this.#jieba = Jieba.withDict(readFileSync(`${folder}/words/zh.txt`));
    const lines = readFileSync(`${folder}/words/function.txt`, "utf8").split("\n");
    this.#function = new Set(lines.filter((line) => !line.startsWith("#")).flatMap((line) => line.split(/\s+/)));
    for (const file of readdirSync(`${folder}/desk/knowledge`)) {
      const [, head, text] = readFileSync(`${folder}/desk/knowledge/${file}`, "utf8").split("+++\n");
      const { title, language, labels = [], questions = [], ...valid } = parse(head);
      const { "valid-from": from = 0, "valid-until": until = Infinity } = valid;
      // Those are for people to send.
      if (labels.includes("canned")) continue;
      const article = file.slice(0, -".md".length);
      this.#articles.set(article, { article, title, text: text.trim(), language, score: 1, labels, from, until });
      this.#index(language).add({ id: article, title, questions: questions.join("\n"), text });
    }
  }

  #index(language) {
    let index = this.#indexes.get(language);
    if (!index) {
      index = new MiniSearch({
        fields: ["title", "questions", "text"],
        tokenize: (text) => this.#words(this.#folded(text)),
        processTerm: (term) => term,
        searchOptions: { boost: { title: 1.5, questions: 2, text: 0.7 }, tokenize: (words) => words.split(" ") },
      });
      this.#indexes.set(language, index);
    }
    return index;
  }

  #folded(text) {
    const folded = text.normalize("NFKC").toLowerCase();
    return CHINESE.test(folded) ? this.#simplified(folded) : folded;
  }

  #words(folded) {
    const words = [];
    for (const [run] of folded.matchAll(WORDS)) {
      for (const word of CHINESE.test(run) ? this.#jieba.cut(run, false) : [run]) {
        if (!this.#function.has(word)) words.push(stemmer(word));
      }
    }
    return words;
  }

  /// The articles by how many of a clause's words they have, 0 to 1; among equals by MiniSearch's score for each word.
  search(query, language, limit) {
    const index = this.#indexes.get(language);
    const found = new Map();
    for (const [clause] of this.#folded(query).matchAll(CLAUSES)) {
      const words = this.#words(clause);
      if (!words.length) continue;
      for (const { id, score, queryTerms } of index.search(words.join(" "))) {
        const hit = { id, share: queryTerms.length / words.length, score: score / words.length };
        const before = found.get(id);
        if (!before || surer(hit, before) < 0) found.set(id, hit);
      }
    }
    const now = Date.now();
    return [...found.values()]
      .filter(({ id }) => this.#articles.get(id).from <= now && now < this.#articles.get(id).until)
      .sort(surer)
      .slice(0, limit)
      .map(({ id, share }) => ({ ...this.#articles.get(id), score: share }));
  }

  article(id) {
    return this.#articles.get(id);
  }
}

const surer = (one, other) => other.share - one.share || other.score - one.score;

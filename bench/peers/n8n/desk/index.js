// What the Code nodes require. From one node to the next goes what every step answered, and n8n keeps it; the
// conversation stays in this process's memory.
const { begin, end, steps } = require(process.env.STEPS);

const runs = new Map();
let last = 0;

/// The item that the node at `place` gives for the one that it got; the first node gets a message, the last gives its answer.
exports.step = (place, item) => {
  const { run: id, answers } = place === 0 ? { run: ++last, answers: {} } : item;
  const run = runs.get(id) ?? begin(item);
  const { name, ask, take } = steps[place];
  const answer = ask(run);
  take(run, answer);
  runs.set(id, run);
  if (place < steps.length - 1) return { run: id, answers: { ...answers, [name]: answer } };
  runs.delete(id);
  return end(run);
};

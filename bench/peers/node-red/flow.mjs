// Prints the flow: http in, a function node for each step, http response. Nothing is stored.
const { steps } = await import(process.env.STEPS);

const body = (place) => `
  const { begin, end, steps } = global.get("desk");
  ${place === 0 ? "msg.payload = begin(msg.payload);" : ""}
  const step = steps[${place}];
  step.take(msg.payload, step.ask(msg.payload));
  ${place === steps.length - 1 ? "msg.payload = end(msg.payload);" : ""}
  return msg;`;

const nodes = [
  { id: "in", type: "http in", url: "/api/v1/messages", method: "post" },
  ...steps.map(({ name }, place) => ({ id: name, type: "function", outputs: 1, func: body(place) })),
  { id: "out", type: "http response", statusCode: "200" },
];
const tab = { id: "desk", type: "tab", label: "desk" };
const wired = nodes.map((node, place) => {
  const next = nodes.slice(place + 1, place + 2).map(({ id }) => id);
  // What has no place on the canvas would count as configuration.
  return { ...node, z: tab.id, x: 100 + 180 * place, y: 100, wires: [next] };
});
console.log(JSON.stringify([tab, ...wired]));

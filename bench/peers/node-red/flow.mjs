// Prints the flow: http in, a function node for each step, http response. Nothing is stored.
import { steps } from "./steps.mjs";

const nodes = [
  { id: "in", type: "http in", url: "/api/v1/messages", method: "post" },
  ...steps.map((step) => ({
    id: step.name,
    type: "function",
    outputs: 1,
    func: `${step}\nmsg.payload = ${step.name}(msg.payload);\nreturn msg;`,
  })),
  { id: "out", type: "http response", statusCode: "200" },
];
const tab = { id: "desk", type: "tab", label: "desk" };
const wired = nodes.map((node, place) => {
  const next = nodes.slice(place + 1, place + 2).map(({ id }) => id);
  // What has no place on the canvas would count as configuration.
  return { ...node, z: tab.id, x: 100 + 180 * place, y: 100, wires: [next] };
});
console.log(JSON.stringify([tab, ...wired]));

// Prints the workflow: a webhook, a Code node for each of the short steps; the last one's item is the answer. A Code node has
// nothing but its own source, so it gets the step's.
import { functions } from "../short/steps.mjs";

const webhook = {
  name: "webhook",
  type: "n8n-nodes-base.webhook",
  typeVersion: 2.1,
  parameters: { httpMethod: "POST", path: "messages", responseMode: "lastNode" },
  webhookId: "messages",
};
const codes = functions.map((step, place) => ({
  name: step.name,
  type: "n8n-nodes-base.code",
  typeVersion: 2,
  parameters: { jsCode: `${step}\nreturn ${step.name}($input.first().json${place ? "" : ".body"});` },
}));
const nodes = [webhook, ...codes].map((node, place) => ({ id: node.name, position: [200 * place, 0], ...node }));
const connections = nodes.slice(1).map(({ name }, place) => [
  nodes[place].name,
  { main: [[{ node: name, type: "main", index: 0 }]] },
]);
console.log(JSON.stringify({ name: "desk", active: false, nodes, connections: Object.fromEntries(connections) }));

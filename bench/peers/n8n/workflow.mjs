// Prints the workflow: a webhook, a Code node for each step; the last one's item is the answer.
const { steps } = await import(process.env.STEPS);

const webhook = {
  name: "webhook",
  type: "n8n-nodes-base.webhook",
  typeVersion: 2.1,
  parameters: { httpMethod: "POST", path: "messages", responseMode: "lastNode" },
  webhookId: "messages",
};
const body = (place) => `return require("desk").step(${place}, $input.first().json${place ? "" : ".body"});`;
const codes = steps.map(({ name }, place) => ({
  name,
  type: "n8n-nodes-base.code",
  typeVersion: 2,
  parameters: { jsCode: body(place) },
}));
const nodes = [webhook, ...codes].map((node, place) => ({ id: node.name, position: [200 * place, 0], ...node }));
const connections = nodes.slice(1).map(({ name }, place) => [
  nodes[place].name,
  { main: [[{ node: name, type: "main", index: 0 }]] },
]);
console.log(JSON.stringify({ name: "desk", active: false, nodes, connections: Object.fromEntries(connections) }));

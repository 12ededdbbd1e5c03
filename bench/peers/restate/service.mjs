// A handler that journals the result of each step.
import { createServer } from "node:http2";
import { createEndpointHandler, service } from "@restatedev/restate-sdk";
import { steps } from "./steps.mjs";

const desk = service({
  name: "desk",
  handlers: {
    message: async (context, message) => {
      for (const step of steps) {
        const told = message;
        message = await context.run(step.name, () => step(told));
      }
      return message;
    },
  },
});

createServer(createEndpointHandler({ services: [desk] })).listen(process.env.PORT, "127.0.0.1");

// A handler that journals what each step answered.
import { createServer } from "node:http2";
import { createEndpointHandler, service } from "@restatedev/restate-sdk";

const { begin, end, steps } = await import(process.env.STEPS);

const desk = service({
  name: "desk",
  handlers: {
    message: async (context, message) => {
      const run = begin(message);
      for (const step of steps) step.take(run, await context.run(step.name, () => step.ask(run)));
      return end(run);
    },
  },
});

createServer(createEndpointHandler({ services: [desk] })).listen(process.env.PORT, "127.0.0.1");

// Written by `cargo xtask bindings` from the contract; change wit/ instead.
import * as memory from "./memory";
import { StepError, Outcome } from "./switchboard";
import * as step from "../step";

export { cabi_realloc } from "./abi";

export function describe(): usize {
  const value = step.describe();
  const room = heap.alloc(56);
  memory.storeManifest(value, room);
  return room;
}

export function handle(at: usize): usize {
  const value = step.handle(memory.loadContext(at), memory.loadEvent(at + 180));
  const room = heap.alloc(24);
  if (value instanceof StepError) {
    store<u8>(room, 1);
    memory.storeStepError(value as StepError, room + 4);
  } else {
    store<u8>(room, 0);
    memory.storeOutcome(value as Outcome, room + 4);
  }
  return room;
}

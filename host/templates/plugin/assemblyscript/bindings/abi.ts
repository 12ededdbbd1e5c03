// How values lie in memory between the host and a plugin: the canonical ABI of WebAssembly components, as far as the contract
// needs it. Read it only if you want to know.
//
// Texts are UTF-16 here and UTF-8 there. Nothing is ever freed: an instance lives for one call.
import { Level, log } from "./switchboard";

// What may be a number or nothing.
export class Some<T> {
  constructor(public value: T) {}
}

// What the host answers, or why it doesn't: `error` is null where it does.
export class Result<T, E> {
  constructor(
    public value: T,
    public error: E | null,
  ) {}
}

export function refused<T, E>(error: E): Result<T, E> {
  if (isReference<T>()) return new Result<T, E>(changetype<T>(0), error);
  return new Result<T, E>(<T>0, error);
}

// Room for what the host hands over.
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  const room = heap.alloc(size);
  if (oldSize) memory.copy(room, old, min(oldSize, size));
  return room;
}

// What stops a step is in its log. The compiler calls it for a wrong index, a null that isn't expected, and `throw`.
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  log.write(Level.Error, `${message ? message : "stopped"} (${file ? file : "?"}:${line}:${column})`);
  unreachable();
}

export function utf8(text: string): ArrayBuffer {
  return String.UTF8.encode(text, false, String.UTF8.ErrorMode.REPLACE);
}

export function utf8OrNothing(text: string | null): ArrayBuffer {
  return text === null ? new ArrayBuffer(0) : utf8(text);
}

export function bytesOrNothing(bytes: Uint8Array | null): Uint8Array {
  return bytes === null ? new Uint8Array(0) : bytes;
}

// The bytes of a text, and the text of bytes, for the key-value space.
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.wrap(utf8(text));
}

export function textOf(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

export function loadBool(at: usize): bool {
  return load<u8>(at) != 0;
}

export function loadU32(at: usize): u32 {
  return load<u32>(at);
}

export function storeU32(value: u32, at: usize): void {
  store<u32>(at, value);
}

export function storeBool(value: bool, at: usize): void {
  store<u8>(at, value ? 1 : 0);
}

export function loadF32(at: usize): f32 {
  return load<f32>(at);
}

export function storeF32(value: f32, at: usize): void {
  store<f32>(at, value);
}

export function loadText(at: usize): string {
  return String.UTF8.decodeUnsafe(load<usize>(at), load<usize>(at, 4));
}

export function storeText(value: string, at: usize): void {
  const bytes = utf8(value);
  store<usize>(at, changetype<usize>(bytes));
  store<usize>(at, bytes.byteLength, 4);
}

export function loadBytes(at: usize): Uint8Array {
  const length = load<usize>(at, 4);
  const bytes = new Uint8Array(<i32>length);
  memory.copy(bytes.dataStart, load<usize>(at), length);
  return bytes;
}

export function storeBytes(value: Uint8Array, at: usize): void {
  store<usize>(at, value.dataStart);
  store<usize>(at, value.length, 4);
}

export function loadList<T>(at: usize, size: usize, one: (at: usize) => T): T[] {
  let element = load<usize>(at);
  const length = load<i32>(at, 4);
  const list = new Array<T>();
  for (let index = 0; index < length; index++) {
    list.push(one(element));
    element += size;
  }
  return list;
}

// A list's elements, one behind the other.
export function lowered<T>(list: T[], size: usize, one: (value: T, at: usize) => void): usize {
  const begin = heap.alloc(<usize>list.length * size);
  let at = begin;
  for (let index = 0; index < list.length; index++) {
    one(list[index], at);
    at += size;
  }
  return begin;
}

export function storeList<T>(list: T[], at: usize, size: usize, one: (value: T, at: usize) => void): void {
  store<usize>(at, lowered<T>(list, size, one));
  store<usize>(at, list.length, 4);
}

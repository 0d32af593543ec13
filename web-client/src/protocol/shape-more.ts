// Building blocks for decoders that the widget's first screen does not need. See shape-first.ts.

import { name, readable, type Decoded, type Decoder, type Fields } from './shape-first.ts'
import { codesOf } from './shown-text.ts'
import { isObject } from './narrow.ts'

export const number: Decoder<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

export const nothing: Decoder<null> = (value) => (value === null ? null : undefined)
export const anything: Decoder<unknown> = (value) => value

/**
 * Decodes a title, such as a ticket's subject. If the title has no visible characters, returns the code points of its characters, so that
 * something is shown.
 */
export const title: Decoder<string> = (value) => name(value) ?? (typeof value === 'string' ? codesOf(value) : undefined)

/** Decodes a value, or null if the value is missing or null. Rejects an invalid value. */
/* @__NO_SIDE_EFFECTS__ */
export function nullOnly<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => (value === undefined || value === null ? null : decode(value))
}

/** Decodes a list. Rejects the whole list if any item is invalid, because a partial list would look complete. */
/* @__NO_SIDE_EFFECTS__ */
export function all<T>(decode: Decoder<T>): Decoder<T[]> {
  const read = readable(decode)
  return (value) => {
    const entries = read(value)
    return Array.isArray(value) && entries?.length === value.length ? entries : undefined
  }
}

/** Decodes an object with arbitrary keys. Leaves out entries whose value is invalid. */
/* @__NO_SIDE_EFFECTS__ */
export function record<T>(decode: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return undefined
    return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => {
      const taken = decode(entry)
      return taken === undefined ? [] : [[key, taken]]
    }))
  }
}

/** Tries the decoders in order, and returns the first valid result. */
/* @__NO_SIDE_EFFECTS__ */
export function either<D extends readonly Decoder<unknown>[]>(...decoders: D): Decoder<Decoded<D[number]>>
/* @__NO_SIDE_EFFECTS__ */
export function either(...decoders: readonly Decoder<unknown>[]): Decoder<unknown> {
  return (value) => {
    for (const decode of decoders) {
      const taken = decode(value)
      if (taken !== undefined) return taken
    }
    return undefined
  }
}

/** Decodes an object whose `type` field selects the decoder for its other fields. */
/* @__NO_SIDE_EFFECTS__ */
export function tagged<V extends Fields>(variants: V): Decoder<{ [K in keyof V]: { readonly type: K } & Decoded<V[K]> }[keyof V]>
/* @__NO_SIDE_EFFECTS__ */
export function tagged(variants: Fields): Decoder<unknown> {
  const all = new Map(Object.entries(variants))
  return (value) => {
    if (!isObject(value)) return undefined
    const { type } = value
    const taken = typeof type === 'string' ? all.get(type)?.(value) : undefined
    return isObject(taken) ? { type, ...taken } : undefined
  }
}

// Building blocks for decoders. A decoder takes an `unknown` value and returns the typed value. It returns `undefined`, which JSON does not
// contain, if the value is invalid. Decoders never throw. This file has what the widget's first screen needs.

import { hasVisible, inOwnOrder } from './visible.ts'
import { count, flag, isObject, text } from './narrow.ts'

export type Decoder<T> = (value: unknown) => T | undefined

export type Decoded<D> = D extends (value: unknown) => infer T ? Exclude<T, undefined> : never
export type Fields = Readonly<Record<string, Decoder<unknown>>>
type Read<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> }

export const string: Decoder<string> = (value) => text(value) ?? undefined
export const bool: Decoder<boolean> = (value) => flag(value) ?? undefined
/** Decodes a sequence number or a count: a non-negative integer that a number represents exactly. */
export const integer: Decoder<number> = (value) => count(value) ?? undefined
/** Decodes a text that is shown in a line with other texts. Removes characters that would change the direction of the texts around it. */
export const line: Decoder<string> = (value) => {
  const written = string(value)
  return written === undefined ? written : inOwnOrder(written)
}

/**
 * Decodes the name of a person or thing. Removes characters that would change the direction of surrounding text. Rejects a name without
 * visible characters.
 */
export const name: Decoder<string> = (value) => {
  const given = line(value)
  return given === undefined || hasVisible(given) ? given : undefined
}

/** Decodes one of the given words. `former` maps alternative names, which servers of other builds send, to these words. */
/* @__NO_SIDE_EFFECTS__ */
export function word<const T extends string>(words: readonly T[], former: Readonly<Record<string, T>> = {}): Decoder<T> {
  const all = new Map([...words.map((known): [string, T] => [known, known]), ...Object.entries(former)])
  return (value) => (typeof value === 'string' ? all.get(value) : undefined)
}

/** Decodes a value, or null if the value is missing, null or invalid. */
/* @__NO_SIDE_EFFECTS__ */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => decode(value) ?? null
}

/** Decodes a value. Returns `instead` if the value is missing or invalid. */
/* @__NO_SIDE_EFFECTS__ */
export function or<T, const F>(decode: Decoder<T>, instead: F): Decoder<T | F> {
  return (value) => decode(value) ?? instead
}

/** Decodes a list and leaves out invalid items. For lists in which one invalid item must not hide the valid items. */
/* @__NO_SIDE_EFFECTS__ */
export function readable<T>(decode: Decoder<T>): Decoder<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    return value.flatMap((entry) => {
      const taken = decode(entry)
      return taken === undefined ? [] : [taken]
    })
  }
}

/** Decodes a list, and leaves out invalid items. Returns an empty list if the value is not a list. */
/* @__NO_SIDE_EFFECTS__ */
export function list<T>(decode: Decoder<T>): Decoder<T[]> {
  return or(readable(decode), [])
}

/** Decodes a list of exactly two items. Rejects the list if either item is invalid. */
/* @__NO_SIDE_EFFECTS__ */
export function tuple<A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<[A, B]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const [a, b] = [first(value[0]), second(value[1])]
    return a === undefined || b === undefined ? undefined : [a, b]
  }
}

// In `object`, the compiler cannot check that a loop over the fields produces the result type. The overload declares the
// result type instead.

/** Decodes an object with these fields. Ignores all other fields. Rejects the object if any field is invalid. */
/* @__NO_SIDE_EFFECTS__ */
export function object<F extends Fields>(fields: F): Decoder<Read<F>>
/* @__NO_SIDE_EFFECTS__ */
export function object(fields: Fields): Decoder<unknown> {
  return (value) => {
    if (!isObject(value)) return undefined
    const taken: Record<string, unknown> = {}
    for (const field in fields) {
      const read = fields[field]?.(value[field])
      if (read === undefined) return undefined
      taken[field] = read
    }
    return taken
  }
}

// What decoders are made of: small total functions from `unknown` to a value, or `undefined` where it is none. JSON has no `undefined`.

import { codesOf, hasVisible, inOwnOrder } from './visible.ts'
import { count, flag, isObject, text } from './narrow.ts'

export type Decoder<T> = (value: unknown) => T | undefined

type Decoded<D> = D extends (value: unknown) => infer T ? Exclude<T, undefined> : never
type Fields = Readonly<Record<string, Decoder<unknown>>>
type Read<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> }

export const string: Decoder<string> = (value) => text(value) ?? undefined
export const bool: Decoder<boolean> = (value) => flag(value) ?? undefined
export const number: Decoder<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
/** A place in a history or a count: whole, not negative, exact. */
export const integer: Decoder<number> = (value) => count(value) ?? undefined
export const nothing: Decoder<null> = (value) => (value === null ? null : undefined)
export const anything: Decoder<unknown> = (value) => value

/** A line among others: it turns nothing round. */
export const line: Decoder<string> = (value) => {
  const written = string(value)
  return written === undefined ? written : inOwnOrder(written)
}

/** The name of a person or a thing: nothing of it reaches into the text around it, and what shows nothing is no name. */
export const name: Decoder<string> = (value) => {
  const given = line(value)
  return given === undefined || hasVisible(given) ? given : undefined
}

/** A line that something is known by: there is always something to see. */
export const title: Decoder<string> = (value) => name(value) ?? (typeof value === 'string' ? codesOf(value) : undefined)

/** One of a closed list of words; `former`: what another build calls some of them. */
/* @__NO_SIDE_EFFECTS__ */
export function word<const T extends string>(words: readonly T[], former: Readonly<Record<string, T>> = {}): Decoder<T> {
  const all = new Map([...words.map((known): [string, T] => [known, known]), ...Object.entries(former)])
  return (value) => (typeof value === 'string' ? all.get(value) : undefined)
}

/** Absent, null and unreadable are one thing. */
/* @__NO_SIDE_EFFECTS__ */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => decode(value) ?? null
}

/** Absent and null are one thing; unreadable is neither. */
/* @__NO_SIDE_EFFECTS__ */
export function nullOnly<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => (value === undefined || value === null ? null : decode(value))
}

/** Something else where there is nothing that can be read. */
/* @__NO_SIDE_EFFECTS__ */
export function or<T, const F>(decode: Decoder<T>, instead: F): Decoder<T | F> {
  return (value) => decode(value) ?? instead
}

/** Those of a list that can be read; for lists in which one unreadable entry must not hide the rest. */
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

/** The same; no list is an empty one. */
/* @__NO_SIDE_EFFECTS__ */
export function list<T>(decode: Decoder<T>): Decoder<T[]> {
  return or(readable(decode), [])
}

/** All of a list, or nothing: half a list would look whole. */
/* @__NO_SIDE_EFFECTS__ */
export function all<T>(decode: Decoder<T>): Decoder<T[]> {
  const read = readable(decode)
  return (value) => {
    const entries = read(value)
    return Array.isArray(value) && entries?.length === value.length ? entries : undefined
  }
}

/** Values under names that are not known before; unreadable ones are left out. */
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

/** What the first of these reads. */
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

/** A list of fixed length. */
/* @__NO_SIDE_EFFECTS__ */
export function tuple<A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<[A, B]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const [a, b] = [first(value[0]), second(value[1])]
    return a === undefined || b === undefined ? undefined : [a, b]
  }
}

// The signatures say more than a compiler can see of a loop over fields: that each field of the answer is what its decoder gives.

/** An object with these fields; others are ignored. */
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

/** An object of which `type` says what else is in it. */
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
